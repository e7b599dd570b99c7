"""Distress: which typed words start an SOS, by a reviewed table and no model."""
