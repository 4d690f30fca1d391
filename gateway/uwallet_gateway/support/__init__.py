"""Human support: who speaks in a conversation, tickets, the queue, agents' chats. Knows nothing about HTTP.

`service.Support` is what transports call; docs/support.md is the contract.
"""
