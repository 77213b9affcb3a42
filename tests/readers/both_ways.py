"""Read a log by columns and record by record, and hold the one to the other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from reader_records import write

from extractscan.errors import ExtractscanError
from extractscan.readers import blockwise, gathering, open_logs

THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
NAMES = st.sampled_from(["role", "content", "text", "message", "name", "a"])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.integers() | st.floats()
JSON = st.recursive(
    SCALARS | st.sampled_from(["", "None", "x", "-"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def _outcome(path: str, mapping: Mapping[str, str] | None) -> Any:
    try:
        logs = open_logs([path], mapping=mapping)
        frame = pl.concat(logs.batches())
        some = pl.concat(logs.batches(["prompt", "client_ip", "user_agent"]))
    except ExtractscanError as error:
        return str(error)
    return frame.to_dicts(), some.to_dicts(), logs.records(), list(logs.quarantine())


def watch_blocks(patch: pytest.MonkeyPatch) -> list[bool]:
    """Note of each block that is tried from now on whether it was read by columns."""
    seen: list[bool] = []
    read = blockwise.read

    def watched(*given: Any) -> pl.DataFrame | None:
        frame = read(*given)
        seen.append(frame is not None)
        return frame

    patch.setattr(blockwise, "read", watched)
    return seen


def _watched(path: str, mapping: Mapping[str, str] | None, columns_from: int) -> tuple[Any, list[bool]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "BLOCKS_FROM", columns_from)
        seen = watch_blocks(patch)
        return _outcome(path, mapping), seen


def same_both_ways(data: bytes, mapping: Mapping[str, str] | None = None, *, all_by_columns: bool = False) -> Any:
    """Read a file by blocks and record by record, and give what came out of both: events, some, records, losses."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "x.ndjson", data)
        by_blocks, seen = _watched(path, mapping, 0)
        one_by_one, _ = _watched(path, mapping, 1 << 60)
    assert by_blocks == one_by_one
    if all_by_columns:
        assert len(seen) > 1
        assert all(seen)
    return by_blocks


def places_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where anything stands in a record, as keys and indices."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from places_in(value, (*path, key))


def put(node: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value somewhere into a record, where there is such a place."""
    for key in path[:-1]:
        if isinstance(node, dict):
            node = node.get(key)
        else:
            node = node[key] if isinstance(node, list) and isinstance(key, int) and len(node) > key else None
    if isinstance(node, dict):
        node[path[-1]] = value


def changed(
    make: Callable[[int], dict[str, Any]], changes: list[tuple[tuple[Any, ...], Any, int]]
) -> list[dict[str, Any]]:
    """Make six records, and put values into places of some of them."""
    records: list[dict[str, Any]] = [json.loads(json.dumps(make(i))) for i in range(6)]
    for path, value, which in changes:
        put(records[which], path, value)
    return records
