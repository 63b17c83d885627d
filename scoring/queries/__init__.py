"""Scoring's reads."""
