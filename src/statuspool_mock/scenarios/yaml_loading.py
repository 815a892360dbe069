"""Load YAML strictly and within bounds, counted before anything is built from it.

Aliases and merge keys repeat what they refer to, so a few hundred bytes can stand for billions of
values.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import yaml

MOST_DEPTH = 50  # a scenario needs 6
MOST_VALUES = 2_000_000  # of which 100,000 monitors need 1.6 million
_CHARACTERS_PER_VALUE = 64  # a long text counts as several values
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times quicker


class TooLarge(ValueError):
    """The document goes beyond a bound; the message says which, and where."""


class _StrictLoader(_Loader):  # type: ignore[misc]
    """Refuses duplicate keys, of which YAML would keep the last; dates stay strings."""

    def construct_mapping(  # the signature is PyYAML's
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is given twice", key.start_mark
                    )
                seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """Return the content of a YAML text. Raises `TooLarge`, `yaml.YAMLError` and `ValueError`."""
    _check_size(yaml.parse(text, Loader=_StrictLoader))
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a safe loader, made stricter)


@dataclass(slots=True)
class _Size:
    """The number of values in a node, its own included, and its levels."""

    anchor: str | None
    values: int = 1
    levels: int = 1


def _check_size(events: Iterable[yaml.Event]) -> None:
    """Count by events: libyaml's composer recurses in C and would end the process."""
    anchors: dict[str, _Size] = {}
    total = 0
    open_nodes: list[_Size] = []
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append(_Size(event.anchor))
            done = _Size(None, values=1, levels=0)
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            _close(node, open_nodes, anchors)
            continue
        elif isinstance(event, yaml.ScalarEvent):
            done = _Size(event.anchor, values=1 + len(event.value) // _CHARACTERS_PER_VALUE)
            _close(done, open_nodes, anchors)
        elif isinstance(event, yaml.AliasEvent):
            done = _aliased(event, anchors)
            _close(done, open_nodes, anchors)
        else:
            continue
        total += done.values
        _refuse(event, total, len(open_nodes) + max(done.levels - 1, 0))


def _close(node: _Size, open_nodes: list[_Size], anchors: dict[str, _Size]) -> None:
    if node.anchor is not None:
        anchors[node.anchor] = node
    if open_nodes:
        parent = open_nodes[-1]
        parent.values += node.values
        parent.levels = max(parent.levels, node.levels + 1)


def _aliased(event: yaml.AliasEvent, anchors: dict[str, _Size]) -> _Size:
    """Return the size of what an alias repeats."""
    target = anchors.get(event.anchor or "")
    if target is None:  # not known, or the node that the alias lies in
        raise TooLarge(f"the alias *{event.anchor} refers to nothing before it{_place(event)}")
    return _Size(None, target.values, target.levels)


def _refuse(event: yaml.Event, values: int, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise TooLarge(f"nests more than {MOST_DEPTH} levels deep{_place(event)}")
    if values > MOST_VALUES:
        raise TooLarge(f"has more than {MOST_VALUES:,} values{_place(event)}")


def _place(event: yaml.Event) -> str:
    return f" at line {event.start_mark.line + 1}" if event.start_mark else ""
