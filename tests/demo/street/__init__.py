"""Tests of the rendered street."""
