"""What the bot and the gateway both need. Standard library only: they run in different environments."""
