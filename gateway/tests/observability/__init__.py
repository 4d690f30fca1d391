"""Tests of logs, metrics and headers."""
