"""RTSP cameras in: newest picture, one clock, packet ring, clips without re-encoding."""
