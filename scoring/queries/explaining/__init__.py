"""Readiness explained from the records: as of any day, what changed since, what is coming and what it would take."""
