"""Pages and forms of the gates app."""
