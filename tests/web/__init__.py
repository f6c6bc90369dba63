"""The web page: its sources, and the built page in a real Chromium against a real gateway."""
