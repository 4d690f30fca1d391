"""Rasa's stock configuration (DIET and TED), to compare with."""
