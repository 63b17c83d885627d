"""The rules of gates: pure functions of values and `now`, without Django."""
