"""The desk's side of the gateway: `/desk/api` and the Socket.IO namespace `/desk` (docs/support/desk-api.md)."""
