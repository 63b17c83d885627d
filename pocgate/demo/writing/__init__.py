"""The plan as rows, a few statements per table."""
