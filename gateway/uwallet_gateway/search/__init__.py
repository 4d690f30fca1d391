"""Finds conversations: full-text search that handles Chinese, and filters."""
