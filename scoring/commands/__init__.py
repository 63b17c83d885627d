"""Scoring's verbs."""
