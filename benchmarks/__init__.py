"""Our speed beside named peers, as ratios of one run: ``python -m benchmarks [NAME …]``."""
