"""Measures the client beside others, and beside a floor that no client gets below: ``python -m benchmarks``.

How the numbers come about, and what they were, stands in docs/performance.md.
"""
