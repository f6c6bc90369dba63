"""What is true now: stations, their newest values, and the stream to the browsers."""
