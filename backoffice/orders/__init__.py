"""Paid service orders: their moves, their rules by table, their ratings."""
