"""Families: who follows a case, by whose leave, and what each may know."""
