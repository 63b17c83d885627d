"""Template tags of the gates' pages."""
