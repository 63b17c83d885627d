"""The portfolio's verbs; every write of a record goes through one of them."""
