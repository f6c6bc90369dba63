"""Tests of where vision looks."""
