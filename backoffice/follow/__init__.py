"""The families' page: one link, nothing to sign in to, nothing that tracks."""
