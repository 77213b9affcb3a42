"""Folders that hold what logs were reduced to, without a prompt: written once, merged with others for years."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import msgspec
import polars as pl

from extractscan import model, reduce, schema
from extractscan.errors import InputError, UsageError
from extractscan.readers.urls import writable
from extractscan.rules import Rule
from extractscan.sampling import NO_CAP
from extractscan.settling import TABLES, Part
from extractscan.survey import LEVEL
from extractscan.wordage import RANGES

FORMAT: Final = "extractscan summary"
VERSION: Final = 1
MANIFEST: Final = "summary.json"
CONTENT: Final = "content"
ACCOUNTS: Final = "accounts.parquet"
_ROW_GROUP: Final = 131_072
_NAMELESS: Final = frozenset({schema.COUNTRY, "sampling"})
"""Kinds whose values name nobody, and which stay as they are under a key."""
_NAMED: Final = (
    schema.EMAIL_DOMAIN, schema.PHONE, schema.PAYMENT, schema.ORGANIZATION, schema.REFERRAL, schema.SIGNUP_IP,
    schema.SIGNUP_DEVICE,
)  # fmt: skip
_KEYED: Final = {schema.ACCOUNT: "account"} | {name: name for name in _NAMED}
"""Columns of the accounts table that become pseudonyms under a key; the mail address goes."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a summary folder is, and what it was made from."""

    format: Literal["extractscan summary"] = FORMAT
    version: int = VERSION
    tool: str
    columns: list[str]
    """Canonical columns that the logs had."""
    rules: str
    """SHA-256 of the intent rules, whose numbers stand in the masks."""
    key: str | None
    """What names the key of the pseudonyms; null where names are as in the logs."""
    accounts: int
    events: int
    sample: int | None = None
    """Prompts of an account whose wording was kept at most; null where that depends on the log's size alone."""
    mapping: dict[str, str]
    """Canonical column to the log's field."""
    inputs: list[model.Input]
    """The logs, by path."""
    tables: dict[str, str]
    """SHA-256 of every table, by file."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A summary folder that was opened."""

    folder: Path
    manifest: Manifest

    def part(self) -> Part:
        """Return its tables and its content."""
        tables = {name: pl.read_parquet(self.folder / f"{name}.parquet") for name in TABLES}
        return Part(tables, _ranges(self.folder / f"{CONTENT}.parquet"), self.manifest.sample or NO_CAP)

    def accounts(self) -> pl.DataFrame | None:
        """Return the accounts table that was kept with it, if one was."""
        path = self.folder / ACCOUNTS
        return pl.read_parquet(path) if path.exists() else None


def is_summary(path: str) -> bool:
    """Tell whether a path is a summary folder."""
    return "://" not in path and (Path(path) / MANIFEST).is_file()


def open_summary(path: str, *, check: bool = True) -> Stored:
    """Open a summary folder, and check that its tables are as they were written.

    Raises:
        InputError: for a folder of another version, or one that was changed or is not whole.
    """
    folder = Path(path)
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: no summary that can be read ({error})", hint="reduce the logs again") from error
    if manifest.version != VERSION:
        raise InputError(
            f"{path}: a summary of version {manifest.version}, and this program reads version {VERSION}",
            hint="reduce the logs again, or use the program that wrote it: " + manifest.tool,
        )
    for name, digest in manifest.tables.items() if check else ():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise InputError(f"{path}: {name} is not what was written", hint="reduce the logs again")
    return Stored(folder, manifest)


def require_one_kind(stored: Sequence[Stored], ruleset: Sequence[Rule], *, logs: bool) -> None:
    """Refuse summaries that cannot be put together: of other rules, other keys, or keyed beside logs that are not.

    Raises:
        UsageError: naming the first that does not fit.
    """
    digest, key = digest_of(ruleset), None if logs or not stored else stored[0].manifest.key
    for each in stored:
        if each.manifest.rules != digest:
            raise UsageError(
                f"{each.folder}: was reduced with other intent rules",
                hint="give the --rules that it was made with, or reduce the logs again",
            )
        if each.manifest.key != key:
            what = "its names are under another key" if each.manifest.key else "has no key"
            raise UsageError(
                f"{each.folder}: {what}",
                hint="summaries that are put together need one key, and none beside logs",
            )


def described(stored: Stored) -> model.Input:
    """Describe a summary folder as an input of a run, by its manifest."""
    path = stored.folder / MANIFEST
    return model.Input(
        path=str(path),
        format=f"{FORMAT} {VERSION}",
        role="summary",
        sha256=_sha256(path),
        bytes=path.stat().st_size,
        rows=stored.manifest.events,
        rows_used=stored.manifest.events,
        notes=[f"made from {len(stored.manifest.inputs)} inputs; its manifest lists them with their hashes"],
    )


def require_apart(inputs: Sequence[tuple[str, model.Input]]) -> None:
    """Refuse to count a log twice.

    Args:
        inputs: Where each log was counted, and the log.

    Raises:
        UsageError: naming the log and both places.
    """
    seen: dict[str, str] = {}
    for place, each in inputs:
        if each.sha256 and each.rows_used and each.sha256 in seen:
            raise UsageError(
                f"{each.path} would count twice: in {seen[each.sha256]} and in {place}", hint="leave one of them out"
            )
        seen[each.sha256] = place


def here(stored: Sequence[Stored]) -> list[str] | None:
    """Return the logs that summaries were made from, if each of them lies where it was and is unchanged; else None.

    Under a key no account of a log can be told, and with several mappings the logs cannot be read as one.
    """
    inputs = [each for one in stored for each in one.manifest.inputs]
    if any(one.manifest.key or one.manifest.mapping != stored[0].manifest.mapping for one in stored):
        return None
    for each in inputs:
        path = Path(each.path)
        if not path.is_file() or path.stat().st_size != each.bytes or _sha256(path) != each.sha256:
            return None
    return [each.path for each in inputs]


def accounts_of(stored: Sequence[Stored]) -> pl.DataFrame | None:
    """Return the accounts tables that were kept with summaries as one; of an account the row of the last summary."""
    ranked = sorted(stored, key=lambda one: max([each.last or "" for each in one.manifest.inputs], default=""))
    tables = [table for table in (one.accounts() for one in ranked) if table is not None]
    if not tables:
        return None
    return (
        pl.concat(tables, how="diagonal").unique(schema.ACCOUNT, keep="last", maintain_order=True).sort(schema.ACCOUNT)
    )


def digest_of(ruleset: Sequence[Rule]) -> str:
    """Return the SHA-256 of intent rules in the order of their bits."""
    return hashlib.sha256(msgspec.json.encode(list(ruleset), order="sorted")).hexdigest()


def key_id(key: bytes) -> str:
    """Return what names a key."""
    return hmac.new(key, b"extractscan summary key", hashlib.sha256).hexdigest()[:16]


def write(
    folder: Path, part: Part, manifest: Manifest, *, accounts: pl.DataFrame | None = None, key: bytes | None = None
) -> Manifest:
    """Write a summary folder and return its manifest, which is written last.

    Under a key, accounts and what identifies them become HMAC-SHA256 pseudonyms, and the heads of system prompts go.
    """
    part = part if key is None else _keyed(part, key)
    for name in TABLES:
        part.tables[name].write_parquet(folder / f"{name}.parquet", row_group_size=_ROW_GROUP)
    _write_content(folder / f"{CONTENT}.parquet", part.ranges)
    names = [*TABLES, CONTENT, *([] if accounts is None else [ACCOUNTS.removesuffix(".parquet")])]
    if accounts is not None:
        told = accounts if key is None else _keyed_accounts(accounts, key)
        told.sort(schema.ACCOUNT).write_parquet(folder / ACCOUNTS)
    totals = part.tables["totals"]
    done = msgspec.structs.replace(
        manifest,
        accounts=len(totals),
        events=int(totals[reduce.EVENTS].sum()),
        key=manifest.key if key is None else key_id(key),
        inputs=[msgspec.structs.replace(each, path=writable(each.path)) for each in manifest.inputs],
        tables={f"{name}.parquet": _sha256(folder / f"{name}.parquet") for name in names},
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(done)) + b"\n")
    return done


def _write_content(path: Path, ranges: Iterator[pl.DataFrame]) -> None:
    """Write the content range by range; what a row group holds is told by its bounds."""
    import pyarrow.parquet as pq

    first = next(ranges).to_arrow()
    with pq.ParquetWriter(
        path, first.schema, compression="zstd", use_dictionary=["account_id", LEVEL, "count"]
    ) as file:
        file.write_table(first, row_group_size=_ROW_GROUP)
        for piece in ranges:
            file.write_table(piece.to_arrow(), row_group_size=_ROW_GROUP)


def _ranges(path: Path) -> Iterator[pl.DataFrame]:
    width = (1 << 64) // RANGES
    for number in range(RANGES):
        low, high = number * width, (number + 1) * width - 1
        wanted = pl.col("shingle").is_between(pl.lit(low, pl.UInt64), pl.lit(high, pl.UInt64))
        yield pl.scan_parquet(path, glob=False, hive_partitioning=False).filter(wanted).collect()


def _keyed(part: Part, key: bytes) -> Part:
    """Put pseudonyms in the place of names."""
    names = _pseudonyms(part.tables["totals"][schema.ACCOUNT], "account", key)
    tables = dict(part.tables)
    for name in ("totals", "sightings", "activity", "intent"):
        told = pl.col(schema.ACCOUNT).replace_strict(names["name"], names["given"], return_dtype=pl.String)
        tables[name] = tables[name].with_columns(told)
    seen = tables["sightings"]
    done = [seen.filter(pl.col(reduce.KIND).is_in(list(_NAMELESS)))]
    for (kind,), rows in (
        seen.filter(~pl.col(reduce.KIND).is_in(list(_NAMELESS))).partition_by("kind", as_dict=True).items()
    ):
        given = _pseudonyms(rows[reduce.VALUE].unique(), str(kind), key)
        told = pl.col(reduce.VALUE).replace_strict(given["name"], given["given"], return_dtype=pl.String)
        done.append(rows.with_columns(told))
    tables["sightings"] = pl.concat(done).sort(reduce.KIND, schema.ACCOUNT, reduce.VALUE)
    tables["totals"] = tables["totals"].sort(schema.ACCOUNT)
    tables["activity"] = tables["activity"].sort(schema.ACCOUNT, reduce.HOUR, schema.MODEL)
    tables["intent"] = tables["intent"].sort(schema.ACCOUNT, reduce.MASK, LEVEL)
    tables["texts"] = tables["texts"].clear()
    keys = names.select(
        pl.Series("account_id", [reduce.account_key(name) for name in names["name"]], dtype=pl.UInt64),
        pl.Series("given", [reduce.account_key(name) for name in names["given"]], dtype=pl.UInt64),
    )
    return replace(part, tables=tables, ranges=_renamed(part.ranges, keys))


def _renamed(ranges: Iterator[pl.DataFrame], keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for piece in ranges:
        told = piece.join(keys, on="account_id", how="left")
        told = told.select(pl.col("given").alias("account_id"), "shingle", LEVEL, reduce.COUNT)
        yield told.sort("shingle", "account_id", LEVEL)


def _keyed_accounts(accounts: pl.DataFrame, key: bytes) -> pl.DataFrame:
    accounts = schema.with_mail_domain(accounts)
    for column in _KEYED.keys() & accounts.columns:
        given = _pseudonyms(accounts[column].drop_nulls().unique(), _KEYED[column], key)
        told = pl.col(column).replace_strict(given["name"], given["given"], default=None, return_dtype=pl.String)
        accounts = accounts.with_columns(told)
    return accounts.drop(schema.EMAIL, strict=False)


def _pseudonyms(values: pl.Series, kind: str, key: bytes) -> pl.DataFrame:
    """Give each value its pseudonym: 16 hexadecimal digits of HMAC-SHA256 over kind and value."""
    digests = [hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest() for value in values]
    given = [f"{kind}_{digest[:16]}" for digest in digests]
    return pl.DataFrame({"name": values, "given": pl.Series(given, dtype=pl.String)})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
