"""Tests of the product, by room."""
