"""Tracks: which sighting is the same object as before."""
