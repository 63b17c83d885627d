"""Feedback, benefit, training, operation, dependencies and risks of a case."""
