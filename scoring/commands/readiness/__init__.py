"""Computing readiness: a pure function of records and `now`, written down where it differs."""

from scoring.commands.readiness.recompute import Recomputed, catch_up, recompute_cases, recompute_due, renew_cases

__all__ = ["Recomputed", "catch_up", "recompute_cases", "recompute_due", "renew_cases"]
