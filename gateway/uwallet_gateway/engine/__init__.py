"""The client of the engine: turns, help for agents, and a circuit breaker."""
