"""Tests of the evaluation of the redaction."""
