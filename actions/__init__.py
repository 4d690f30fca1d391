"""Custom actions: thin adapters between Rasa's tracker and the dialogue rules in `actions.dialogue`."""
