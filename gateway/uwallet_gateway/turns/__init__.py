"""The bot's turns: taking users' messages, having them answered in order, and saying so when the engine is away."""
