"""Retention and the secret key."""
