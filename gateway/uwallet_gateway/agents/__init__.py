"""Agents: accounts, passwords, sessions, roles, canned replies. Knows nothing about HTTP."""
