"""Three simulated stations and all programs on one laptop."""
