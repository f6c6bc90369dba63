"""Notification, over real servers."""
