"""The portfolio's pure rules: functions of values and `now`, without Django."""
