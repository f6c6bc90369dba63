"""From scheduled reads to judged, time-stamped scans."""
