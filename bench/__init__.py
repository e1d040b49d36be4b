"""Benchmarks, each figure beside its baseline in the same run. `make bench`, or `python -m bench NAME …` for some."""
