"""What supervisors want to know: figures per day and topic, and what the bot misunderstood (docs/support.md)."""
