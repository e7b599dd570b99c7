"""Who is called outside the console when a cry stays untaken."""
