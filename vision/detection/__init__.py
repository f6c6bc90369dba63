"""Pictures in, labelled boxes out: one model shared by every camera of the process."""
