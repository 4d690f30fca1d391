"""The commands: `python -m uwallet_gateway --help`."""
