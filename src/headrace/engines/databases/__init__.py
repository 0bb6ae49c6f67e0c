"""Databases by SQLAlchemy: reading, writing, and no password ever printed."""

from headrace.engines.databases.commands import execute_jdbc
from headrace.engines.databases.reading import DatabaseRows, describe_jdbc, read_jdbc
from headrace.engines.databases.writing import check_jdbc, save_jdbc

__all__ = ["DatabaseRows", "check_jdbc", "describe_jdbc", "execute_jdbc", "read_jdbc", "save_jdbc"]
