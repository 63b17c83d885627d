"""The gates' verbs; every write of a record goes through one of them."""
