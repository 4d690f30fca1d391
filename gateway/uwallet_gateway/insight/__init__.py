"""Statistics per day and topic, and misunderstood messages (docs/support/statistics.md)."""
