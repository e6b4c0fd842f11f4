"""Measures the shop side by side with baselines and alternatives, and writes `docs/performance.md`: `make bench`."""
