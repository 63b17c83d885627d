"""Value × feasibility: one case's scorecard, ratings, and the matrix of the portfolio."""
