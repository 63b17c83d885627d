"""Forms of the gates' pages. They are a courtesy; the commands hold the rules."""
