"""The gates' named reads."""
