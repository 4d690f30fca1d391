"""NLU graph components for Chinese wallet support, configured in `config.yml`."""
