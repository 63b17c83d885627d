"""Pure rules of the inbox: topics and policy, local time, and what becomes of a mail."""
