"""Use cases over REST: lists in every format, one case, its readiness, and what a gate would say."""
