"""What operators see of the running gateway: logs, metrics, and the headers of every answer."""
