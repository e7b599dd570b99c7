"""Organisations that answer for people (insurer, employer, agency, school, consular desk) and what they decide."""
