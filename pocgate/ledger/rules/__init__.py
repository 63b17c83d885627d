"""What is pure about webhooks: when to try again, and which values an endpoint takes."""
