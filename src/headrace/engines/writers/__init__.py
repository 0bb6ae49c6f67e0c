"""Rows into files: one writer a format, part files, partitions, and where they go."""
