"""The plan of each kind of record."""
