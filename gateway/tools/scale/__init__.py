"""What turns cost with more engines and gateways, and what happens beyond their capacity (`make bench-scale`)."""
