"""Owns the parts that `Session` is made of: each is a base class with the methods of one subject, and delegates them.

`entities` is what entities and queries ask of their session; `commits`, `caches`, `events`, `files` and
`server_actions` are named after what they deal in; `modes` are the flags that each thread has of its own.
"""
