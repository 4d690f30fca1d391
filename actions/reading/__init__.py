"""What a message means here and now, from what the NLU found in it and the state. docs/conversation.md."""
