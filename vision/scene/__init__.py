"""The words that every room of vision shares: frames, detections, sightings, tracks, decisions."""
