"""Pages and forms of the portfolio app."""
