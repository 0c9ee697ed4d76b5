"""Measures event hubs, ours beside the official one: what an event costs in this process, and over a connection."""
