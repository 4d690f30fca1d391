"""Kills and halts processes while clients talk, and checks what they were told against what is stored.

docs/reliability.md tells the method and the figures.
"""
