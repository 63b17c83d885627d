"""Reviews, votes, decisions and checklists over REST; what may be seen of a vote is decided by the gates."""
