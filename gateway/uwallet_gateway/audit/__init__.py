"""Append-only record of who did what at the desk and by commands."""
