"""Owns events: what one is, and which subscriptions and targets it matches."""
