"""Owns the query language: tokens, syntax tree, typed paths, builder, and the text that servers read."""
