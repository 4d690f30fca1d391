"""Developer tools, as the Makefile calls them. Run one from the root: `python -m scripts.NAME`; `--help` says how."""
