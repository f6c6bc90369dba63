"""Tests of vision against rendered pictures, real streams and real models."""
