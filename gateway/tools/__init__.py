"""Tools that are run from the Makefile."""
