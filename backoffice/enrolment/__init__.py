"""Envoys as people who work with us: their application, its vetting, their hours."""
