"""Read the side table of accounts: who they are, beside what they sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import polars as pl

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import detect, formats, mapped
from extractscan.readers.cast import cast, misfits, series_of
from extractscan.readers.chunk import Chunk
from extractscan.readers.convert import plain, read_columns
from extractscan.readers.found import Found
from extractscan.readers.members import members
from extractscan.readers.opening import views_of
from extractscan.readers.paths import expand
from extractscan.readers.plan import Plan
from extractscan.readers.source import Accounts, Side
from extractscan.readers.streams import Meter
from extractscan.readers.tally import Tally

_TOLD: Final = " told"


def read_accounts(path: str, *, mapping: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Read the accounts table; `read_accounts_with_notes` without its notes."""
    return read_accounts_with_notes(path, mapping=mapping)[0]


def read_accounts_with_notes(path: str, *, mapping: Mapping[str, str] | None = None) -> tuple[pl.DataFrame, list[str]]:
    """Read one row an account from Parquet, NDJSON, JSON or CSV, with the columns of `schema.ACCOUNTS` that it has.

    Logs of account consoles and gateways' own tables of users are told by their content, unless fields are mapped.

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
    if "://" in path:
        raise InputError("an accounts table is read from files only", hint="Copy it to a file first.")
    wanted = frozenset({mapping.get(schema.ACCOUNT, schema.ACCOUNT)})
    found = [member for each in expand([path]) for member in members(each, wanted)]
    tally = Tally()
    frame = pl.concat([_read(sampled, mapping, tally) for sampled in _tables(path, found, mapping)], how="diagonal")
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


def _tables(path: str, found: Sequence[Found], mapping: Mapping[str, str]) -> list[detect.Sampled]:
    """Sample the one table that there is, or of several those of a known kind that tell of accounts."""
    if len(found) == 1:
        return [detect.sample(found[0])]
    sampled = [] if mapping else [detect.sample(each) for each in found]
    known = [each for each in sampled if _known_kind(each) is not None]
    if not known:
        raise InputError(f"{path}: {len(found)} files, where one table is wanted", hint="Name one file.")
    return known


def _read(sampled: detect.Sampled, mapping: Mapping[str, str], tally: Tally) -> pl.DataFrame:
    known = None if mapping else _known_kind(sampled)
    if known is not None:
        return _table(sampled.file, partial(_by_kind, known), tally)
    _check_fields(mapping, sampled)
    paths = {name: mapping.get(name, name) for name in schema.ACCOUNTS}
    return _table(sampled.file, partial(_by_paths, paths), tally)


def _check_fields(mapping: Mapping[str, str], sampled: detect.Sampled) -> None:
    search = mapped.Search(mapping)
    search.look_at(sampled.records, sampled.fields)
    search.check()
    if schema.ACCOUNT not in mapping and schema.ACCOUNT not in sampled.fields:
        raise InputError(
            f"{sampled.file.path}: an accounts table without the column {schema.ACCOUNT}",
            hint=f"Name it: --map {schema.ACCOUNT}=FIELD. Columns that exist: {', '.join(sampled.fields[:40])}.",
        )


def _known_kind(sampled: detect.Sampled) -> Accounts | None:
    found = formats.source_of(sampled.records[: detect.DETECT])
    return found.accounts if isinstance(found, Side) else None


def _table(file: detect.LogFile, read: Callable[[Chunk, Tally], pl.DataFrame], tally: Tally) -> pl.DataFrame:
    assert file.container is not None
    plan = Plan(file.stored, file.size, file.layers, file.framing)
    frames = [read(chunk, tally) for chunk in file.container.read(plan, Meter(tally))]
    if not frames:
        raise InputError(f"{file.path}: no rows", hint="Export the accounts again.")
    frame = pl.concat(frames)
    return frame.select(
        column for column in frame if column.name == schema.ACCOUNT or column.null_count() < len(column)
    )


def _by_paths(paths: Mapping[str, str], chunk: Chunk, tally: Tally) -> pl.DataFrame:
    return _typed([_raw(chunk, path).alias(name) for name, path in paths.items()], chunk.rows, tally)


def _by_kind(kind: Accounts, chunk: Chunk, tally: Tally) -> pl.DataFrame:
    """Read what records of a known kind tell; what they cannot tell is null."""
    places = pl.DataFrame({schema.FILE: pl.repeat(0, len(chunk), dtype=pl.UInt32, eager=True), schema.ROW: chunk.rows})
    views, places = views_of(kind, plain(chunk.records), places, [tally])
    raw = read_columns(kind.fields, kind.fields, views)
    frame = _typed(raw, places[schema.ROW], tally)
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.ACCOUNTS.items() if name not in frame.columns]
    return frame.with_columns(missing).select(*schema.ACCOUNTS)


def _typed(raws: Sequence[pl.Series], rows: pl.Series, tally: Tally) -> pl.DataFrame:
    columns = []
    for raw in raws:
        done, note = cast(raw, raw.name, schema.ACCOUNTS[raw.name])
        lost = misfits(raw, done, raw.name)
        if note:
            tally.notes.add(note)
        if lost is not None:
            tally.reject(lost[0], f"row {rows.filter(lost[1])[0]}", int(lost[1].sum()))
        columns.append(done)
    return pl.DataFrame(columns)


def among(files: Sequence[detect.LogFile], tallies: Sequence[Tally]) -> pl.DataFrame | None:
    """Read what log inputs tell of accounts themselves, one row an account, counting per input.

    Returns:
        The table, sorted by `account_id`, with the columns that are told; None where no input tells of any.
    """
    frames = []
    for file, tally in zip(files, tallies, strict=True):
        if file.side is not None and file.side.accounts is not None:
            counted = Tally()
            found = _unique(_table(file, partial(_by_kind, file.side.accounts), counted))[0]
            found = found.filter(pl.col(schema.ACCOUNT).is_not_null())
            counted.notes.add(f"tells of {found.height:,} accounts")
            tally.absorb(counted)
            frames.append(found)
    return _unique(pl.concat(frames, how="diagonal"))[0] if frames else None


def completed(table: pl.DataFrame | None, told: pl.DataFrame | None) -> pl.DataFrame | None:
    """Fill what an accounts table lacks, rows and values, by what the logs tell; sorted by `account_id`."""
    if table is None or told is None:
        return told if table is None else table
    both = table.join(told, on=schema.ACCOUNT, how="full", coalesce=True, suffix=_TOLD)
    names = [name for name in schema.ACCOUNTS if name in both.columns]
    filled = [pl.coalesce(name, name + _TOLD).alias(name) for name in names if name + _TOLD in both.columns]
    return both.with_columns(filled).select(names).sort(schema.ACCOUNT)


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
