"""What every app may use and no domain word enters: errors, environment, jobs, database and HTTP helpers."""
