"""Tests of `uwallet_gateway/support`; the name `support` is taken by what tests share."""
