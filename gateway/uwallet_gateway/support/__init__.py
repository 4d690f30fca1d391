"""Human support: owners of conversations, tickets, the queue, agents' chats. Knows nothing about HTTP.

Transports call `UserCommands`, `AgentCommands` and `TicketQueries`. The bot's turns call `UserRequests`.
"""
