"""The portfolio's reads: every list starts from what the person may see."""
