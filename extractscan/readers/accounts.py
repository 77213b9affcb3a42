"""Read the side table of accounts: who they are, beside what they sent."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import detect, mapped
from extractscan.readers.cast import cast, misfits, series_of
from extractscan.readers.chunk import Chunk
from extractscan.readers.members import members
from extractscan.readers.paths import expand
from extractscan.readers.plan import Plan
from extractscan.readers.streams import Meter
from extractscan.readers.tally import Tally


def read_accounts(path: str, *, mapping: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Read the accounts table; `read_accounts_with_notes` without its notes."""
    return read_accounts_with_notes(path, mapping=mapping)[0]


def read_accounts_with_notes(path: str, *, mapping: Mapping[str, str] | None = None) -> tuple[pl.DataFrame, list[str]]:
    """Read one row an account from Parquet, NDJSON, JSON or CSV, with the columns of `schema.ACCOUNTS` that it has.

    Values that do not fit become null. Several rows of one account become one, in which each column holds the
    smallest of their values, so that the order of rows does not matter. Sorted by `account_id`.

    Returns:
        The table, and what was lost or chosen on the way, one sentence each.

    Raises:
        InputError: where nothing can be read or no account id is there.
        UsageError: for a mapping to an unknown column or from a field that does not exist.
    """
    mapping = dict(mapping or {})
    mapped.check_names(mapping, schema.ACCOUNTS)
    wanted = frozenset({mapping.get(schema.ACCOUNT, schema.ACCOUNT)})
    found = [member for each in expand([path]) for member in members(each, wanted)]
    if len(found) > 1:
        raise InputError(f"{path}: {len(found)} files, where one table is wanted", hint="Name one file.")
    sampled = detect.sample(found[0])
    _check_fields(mapping, sampled)
    tally = Tally()
    frame = _table(sampled, {name: mapping.get(name, name) for name in schema.ACCOUNTS}, tally)
    kept = frame.filter(pl.col(schema.ACCOUNT).is_not_null())
    if kept.is_empty():
        raise InputError(f"{path}: no row has an {schema.ACCOUNT}", hint="Name the field: --map account_id=FIELD.")
    if kept.height < frame.height:
        tally.reject(f"{schema.ACCOUNT}: missing", "see the table", frame.height - kept.height)
    notes = [f"{path}: {loss.reason} ({loss.count}, first at {loss.first_at})" for loss in tally.losses()]
    notes += [f"{path}: {note}" for note in sorted(tally.notes)]
    unique, contradictions = _unique(kept)
    if contradictions:
        notes.append(
            f"{path}: {contradictions} accounts have rows that contradict each other; the smallest values count"
        )
    return unique, notes


def _check_fields(mapping: Mapping[str, str], sampled: detect.Sampled) -> None:
    search = mapped.Search(mapping)
    search.look_at(sampled.records, sampled.fields)
    search.check()
    if schema.ACCOUNT not in mapping and schema.ACCOUNT not in sampled.fields:
        raise InputError(
            f"{sampled.file.path}: an accounts table without the column {schema.ACCOUNT}",
            hint=f"Name it: --map {schema.ACCOUNT}=FIELD. Columns that exist: {', '.join(sampled.fields[:40])}.",
        )


def _table(sampled: detect.Sampled, paths: Mapping[str, str], tally: Tally) -> pl.DataFrame:
    file = sampled.file
    assert file.container is not None
    plan = Plan(file.stored, file.size, file.layers, file.framing)
    frames = [_typed(chunk, paths, tally) for chunk in file.container.read(plan, Meter(tally))]
    if not frames:
        raise InputError(f"{file.path}: no rows", hint="Export the accounts again.")
    frame = pl.concat(frames)
    return frame.select(
        column for column in frame if column.name == schema.ACCOUNT or column.null_count() < len(column)
    )


def _typed(chunk: Chunk, paths: Mapping[str, str], tally: Tally) -> pl.DataFrame:
    columns = []
    for name, path in paths.items():
        raw = _raw(chunk, path).alias(name)
        done, note = cast(raw, name, schema.ACCOUNTS[name])
        lost = misfits(raw, done, name)
        if note:
            tally.notes.add(note)
        if lost is not None:
            row = chunk.rows.filter(lost[1]).to_list()[0]
            tally.reject(lost[0], f"row {row}", int(lost[1].sum()))
        columns.append(done)
    return pl.DataFrame(columns)


def _raw(chunk: Chunk, path: str) -> pl.Series:
    if isinstance(chunk.records, pl.DataFrame):
        if path in chunk.records.columns:
            return chunk.records[path]
        records = chunk.records.to_dicts() if "." in path else []
        values = [mapped.dig(record, path) for record in records] or [None] * len(chunk)
        return series_of(path, values)
    return series_of(path, [mapped.dig(record, path) for record in chunk.records])


def _unique(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """One row an account, and how many accounts had contradicting values."""
    values = pl.exclude(schema.ACCOUNT)
    differ = frame.group_by(schema.ACCOUNT).agg(values.drop_nulls().n_unique() > 1)
    contradictions = differ.select(pl.any_horizontal(pl.lit(value=False), values).sum()).item()
    unique = frame.group_by(schema.ACCOUNT).agg(values.min()).sort(schema.ACCOUNT)
    return unique.select(name for name in schema.ACCOUNTS if name in unique.columns), int(contradictions)
