"""The whole stack as users meet it: real engine, real gateway, built widget, Debian's Chromium.

Runs in .venv-browser (`make test-browser`), not with the other tests.
"""
