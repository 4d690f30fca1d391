"""How Chinese is written, for all that reads it: the NLU components of `engine` and the readers of `actions`."""
