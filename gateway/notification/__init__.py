"""Who is told of what, when and how often, and whether it arrived."""
