"""Pages and forms of the scoring app."""
