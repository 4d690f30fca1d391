"""How clients reach the conversations: Socket.IO, REST, Rasa's REST. Knows nothing about the database."""
