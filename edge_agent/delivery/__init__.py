"""What the shared delivery cannot know about a station: its topics and its birth."""
