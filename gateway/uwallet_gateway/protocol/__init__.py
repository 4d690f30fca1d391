"""What is shown outside: one set of models for REST, Socket.IO, OpenAPI and the generated TypeScript types."""
