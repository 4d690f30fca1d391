"""Those who work at the desk: accounts, passwords, sessions, roles, what they say often. Knows nothing about HTTP."""
