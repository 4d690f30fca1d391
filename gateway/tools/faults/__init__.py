"""Lets processes, lines, clocks and disks fail while clients talk, and checks what was told against what is stored.

docs/reliability.md tells the method and the figures.
"""
