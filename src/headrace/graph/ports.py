"""What flows between steps: port types are registered values, so later rooms can add theirs."""

from __future__ import annotations

from dataclasses import dataclass

from headrace.errors import GraphError


@dataclass(frozen=True, slots=True)
class PortType:
    """A kind of value; ``any`` accepts every kind."""

    name: str

    def accepts(self, other: PortType) -> bool:
        return self.name in (other.name, "any")


_types: dict[str, PortType] = {}


def register_port_type(name: str) -> PortType:
    """Make a new kind of value known; an existing name is an error."""
    if name in _types:
        raise GraphError(f"port type '{name}' is registered already")
    _types[name] = PortType(name)
    return _types[name]


def port_type(name: str) -> PortType:
    """The registered type of that name."""
    if name not in _types:
        raise GraphError(f"unknown port type '{name}'", hint=f"Known: {', '.join(_types)}")
    return _types[name]


TABLE = register_port_type("table")
MODEL = register_port_type("model")
REPORT = register_port_type("report")
ANY = register_port_type("any")


@dataclass(frozen=True, slots=True)
class Port:
    """A named input or output of an operator."""

    name: str
    type: PortType = TABLE
    optional: bool = False
