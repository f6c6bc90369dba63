"""Whether the picture can be believed: covered, turned, defocused, frozen."""
