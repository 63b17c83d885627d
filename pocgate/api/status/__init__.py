"""The portfolio in one cheap call, now or as it stood on a day."""
