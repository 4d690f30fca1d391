"""Outgoing hooks: tells the endpoints of UWALLET_HOOKS_FILE what happens to tickets (docs/support/hooks.md)."""
