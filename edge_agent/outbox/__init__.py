"""What the shared outbox cannot know about a station: scans, alarms, thinning."""
