"""A rendered street under a 360° camera: pictures with exactly known truth."""
