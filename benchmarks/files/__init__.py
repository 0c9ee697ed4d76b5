"""Measures what files cost: requests of registering them, the speed of copies, and the memory of transfers."""
