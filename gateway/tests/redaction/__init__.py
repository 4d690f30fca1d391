"""Tests of what is masked."""
