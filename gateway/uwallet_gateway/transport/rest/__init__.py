"""The REST API, version 1, and Rasa's REST webhook."""
