"""Running it: secrets, retention, health."""
