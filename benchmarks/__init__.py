"""Measures the shop side by side with what it could be instead, and writes `docs/performance.md`: `make bench`."""
