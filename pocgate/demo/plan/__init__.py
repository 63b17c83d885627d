"""What happens to the demonstration's cases when: pure, and the same for the same seed and moment."""
