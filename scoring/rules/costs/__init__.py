"""Cost: records, forecast, how it stands to each cap, notices, and what the money is worth."""
