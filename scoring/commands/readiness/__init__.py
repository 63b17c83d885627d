"""Computing readiness: a pure function of records and `now`, written down where it differs."""

from scoring.commands.readiness.recompute import Recomputed, recompute_cases

__all__ = ["Recomputed", "recompute_cases"]
