"""Owns what entities can do beyond their attributes: a class for each such behaviour, which generated classes inherit.

A behaviour stands behind the entity class among the bases, so that it can hide nothing of an entity; it is generic in
the entity types that it takes and returns, and each generated package binds its own.
"""
