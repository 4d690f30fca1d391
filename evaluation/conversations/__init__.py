"""Plays conversations against the trained bot in this process and judges the replies."""
