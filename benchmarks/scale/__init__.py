"""Measures the sandbox as it grows: latency and throughput of queries and commits, by the number of tasks."""
