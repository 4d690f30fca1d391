"""What a message means here and now: from the message, what the NLU found in it, and the state. docs/conversation.md."""
