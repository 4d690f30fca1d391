"""The database: connection, tables and migrations."""
