"""Outgoing hooks: what happens to tickets is told to the endpoints of UWALLET_HOOKS_FILE (docs/support.md)."""
