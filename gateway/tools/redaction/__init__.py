"""Scores the redaction on generated messages: `make evaluate-redaction`."""
