"""The one graph that scripts, YAML, canvas and Python become. Frozen values, no IO."""

from headrace.graph.facts import Facts
from headrace.graph.fingerprint import digest, fingerprints
from headrace.graph.pipeline import Pipeline
from headrace.graph.ports import (
    ANY,
    MODEL,
    REPORT,
    TABLE,
    Port,
    PortType,
    port_type,
    register_port_type,
)
from headrace.graph.protocols import (
    Analyzer,
    SaveResult,
    SaveTarget,
    Sinks,
    SourceInfo,
    Sources,
    Tables,
)
from headrace.graph.report import (
    ChartItem,
    Item,
    MetricsItem,
    Report,
    TableItem,
    TextItem,
)
from headrace.graph.schema import Column, Schema
from headrace.graph.span import MappedText, Origin, Piece, Source, Span
from headrace.graph.step import Link, OperatorRecord, Resources, Step

__all__ = [
    "ANY", "MODEL", "REPORT", "TABLE",
    "Analyzer", "ChartItem", "Column", "Facts", "Item", "Link", "MappedText", "MetricsItem",
    "OperatorRecord", "Origin", "Piece", "Pipeline", "Port", "PortType", "Report", "Resources", "SaveResult", "SaveTarget",
    "Schema", "Sinks", "Source", "SourceInfo", "Sources", "Span", "Step", "TableItem", "Tables",
    "TextItem", "digest", "fingerprints", "port_type", "register_port_type",
]  # fmt: skip
