"""What is said: storing it, having it answered in order, telling everybody who listens. Knows nothing about HTTP."""
