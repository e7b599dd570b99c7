"""The reviewed tables of phrases, one module per language."""
