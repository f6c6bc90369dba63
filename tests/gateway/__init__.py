"""Tests of the gateway against real brokers, stores and databases."""
