"""Tests of the detector: real models, real refusals."""
