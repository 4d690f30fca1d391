"""The ground: stored conversations, their messages and events. Knows nothing of the bot, of support or of HTTP."""
