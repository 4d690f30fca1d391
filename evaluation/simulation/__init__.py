"""Users made by rule who talk to the trained bot in this process."""
