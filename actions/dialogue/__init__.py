"""The rules of the conversation: pure functions from a state and what the user did to a new state and replies.

Nothing here knows Rasa; `actions.base` translates between the two.
"""
