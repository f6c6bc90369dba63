"""The simulated 360° camera of the demo: the rendered street as an RTSP stream."""
