"""What stands still and was not there before, found without a detector."""
