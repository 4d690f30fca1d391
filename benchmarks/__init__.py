"""Measures how fast the bot is. Each script holds what it measures against something else, side by side in one run."""
