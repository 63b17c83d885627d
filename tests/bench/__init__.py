"""Benchmarks against their references, at 10,000 cases by default; `make bench`."""
