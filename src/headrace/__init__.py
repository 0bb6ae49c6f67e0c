"""One script from raw tables to served models; on a laptop or on Spark."""

__version__ = "0.1.0"
