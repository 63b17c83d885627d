"""Template tags of scoring's pages."""
