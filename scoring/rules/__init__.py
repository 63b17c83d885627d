"""The rules of scoring: pure functions of values and `now`, without Django."""
