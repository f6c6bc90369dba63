"""Proving who somebody is: passwords, sessions, tokens, one-time codes, an identity provider."""
