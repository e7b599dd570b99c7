"""How staff sign in: codes that work once, recovery codes, growing pauses."""
