"""Writes original records, their index and their hashes to a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import msgspec

from extractscan import custody, originals, signing
from extractscan.cli.outputs import folder_for, signing_key
from extractscan.cli.saved import find_network, load_report
from extractscan.cli.say import say
from extractscan.custody import Checked
from extractscan.errors import EXIT_OK, InputError, PartialError, UsageError
from extractscan.model import Network, Report
from extractscan.originals import Record, Wanted
from extractscan.writers import write_bytes
from extractscan.writers.numbers import count

FORM = (
    "Each record stands in its file from `offset` for `length` bytes, and a line end follows that is no part of it. Of "
    "text formats these are the bytes of the input's line or JSON element; of tables (Parquet, databases) the row with "
    "all its columns as JSON with sorted keys, which is what its hash is of. Where "
    "`secrets_cut` is not 0, so many keys and tokens are replaced by [cut]: `length` is of what stands here, `sha256` "
    "of the record as it lies in the input all the same."
)
SUMS = "SHA256SUMS"
INDEX = "index.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `evidence` was asked."""

    report: str
    network: str
    folder: str | None
    limit: int | None
    base: str
    sign_key: str | None
    clobber: bool
    quiet: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Where one record stands, and what it is."""

    file: str
    offset: int
    length: int
    input: str
    row: int
    sha256: str
    state: str
    """`same` as the report's hash of it, `changed`, or `unhashed` where the report names it by number alone."""
    named_by: Sequence[str]
    in_campaign: bool | None
    secrets_cut: int
    """Keys and tokens that were left out: then the bytes here are not those of the hash."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the folder."""

    report_sha256: str
    tool: str
    version: str
    network: str
    fingerprint: str
    inputs: Sequence[Checked]
    records: Sequence[Entry]
    not_cut: Sequence[Wanted]
    secrets_cut: int
    form: str = FORM
    says: Sequence[str] = custody.SAYS


def carry_out(asked: Asked) -> int:
    """Check the inputs, cut the records, write the folder, and return the exit code.

    Raises:
        UsageError: for an unknown network, a redacted report, a folder or a key that cannot serve.
        InputError: where an input is missing, or no record could be cut; what could be was written by then.
        PartialError: where an input or a record has changed, likewise.
    """
    if asked.folder is None:
        raise UsageError("evidence needs a folder to write to", hint="extractscan evidence REPORT NETWORK -o DIR")
    report = load_report(asked.report)
    if report.redaction is not None:
        raise UsageError(
            f"{asked.report} is redacted: it does not say in which files its records lie",
            hint="cut them by the report that it was made from; its networks have the same ids",
        )
    network = find_network(report, asked.network)
    key = signing_key(asked.sign_key)
    target = folder_for(asked.folder, clobber=asked.clobber)
    checked = originals.recheck(report.inputs, asked.base)
    wanted = originals.wanted(network, asked.limit)
    _say_inputs(asked, checked, network)
    index, files = _gathered(asked, report, network, checked, wanted)
    _write(target, index, files, key)
    if not asked.quiet:
        say(f"wrote {count(len(index.records), 'record')} of {network.id} to {asked.folder}")
        if index.secrets_cut:
            say(f"note: {count(index.secrets_cut, 'credential')} cut out; hashes are of the records as they were")
    _judge(index)
    return EXIT_OK


def _say_inputs(asked: Asked, checked: Iterable[Checked], network: Network) -> None:
    for each in checked:
        if each.state != "same":
            say(f"warning: {each.path} is {each.state}: {each.says}")
    if asked.limit is not None and not network.campaign_rows and not asked.quiet:
        say(f"note: the report names no campaign rows of {network.id}: only those of the evidence are cut")


def _gathered(
    asked: Asked, report: Report, network: Network, checked: Sequence[Checked], wanted: Sequence[Wanted]
) -> tuple[Index, dict[str, bytearray]]:
    """Cut the records; of inputs that have changed only those that the report has a hash of."""
    whole = {each.path for each in checked if each.state in ("same", "unchecked")}
    sure = [each for each in wanted if each.input in whole or each.sha256 is not None]
    names = {path: f"records/{_file_name(n, path)}" for n, path in enumerate(sorted({w.input for w in wanted}), 1)}
    files: dict[str, bytearray] = {}
    entries = []
    for record in originals.cut(report, sure, asked.base):
        content = files.setdefault(names[record.wanted.input], bytearray())
        entries.append(_entry(record, names[record.wanted.input], len(content)))
        content += record.shown + b"\n"
    found = {(each.input, each.row) for each in entries}
    index = Index(
        report_sha256=custody.sha256_of(asked.report),
        tool=report.tool.name,
        version=report.tool.version,
        network=network.id,
        fingerprint=network.fingerprint,
        inputs=checked,
        records=entries,
        secrets_cut=sum(each.secrets_cut for each in entries),
        not_cut=[each for each in wanted if (each.input, each.row) not in found],
    )
    return index, files


def _file_name(number: int, path: str) -> str:
    """Name the file of an input's records so that no name of a log can leave the folder."""
    last = PurePath(path).name[-80:]
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in last)
    return f"{number:03}-{kept}.records"


def _entry(record: Record, file: str, offset: int) -> Entry:
    noted = record.wanted.sha256
    return Entry(
        file=file,
        offset=offset,
        length=len(record.shown),
        input=record.wanted.input,
        row=record.wanted.row,
        sha256=record.sha256,
        state="unhashed" if noted is None else "same" if noted == record.sha256 else "changed",
        named_by=record.wanted.named_by,
        in_campaign=record.wanted.in_campaign,
        secrets_cut=record.cut,
    )


def _write(target: Path, index: Index, files: dict[str, bytearray], key: object) -> None:
    (target / "records").mkdir(exist_ok=True)
    contents = {name: bytes(content) for name, content in files.items()}
    contents[INDEX] = msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n"
    for name, content in contents.items():
        write_bytes(content, target / name)
    sums = "".join(f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents)).encode()
    write_bytes(sums, target / SUMS)
    if key is not None:
        write_bytes(signing.sign(sums, key), os.fspath(target / SUMS) + signing.SUFFIX)


def _judge(index: Index) -> None:
    missing = [each.path for each in index.inputs if each.state == "missing"]
    if missing or not index.records:
        what = f"missing: {', '.join(missing)}" if missing else "no record could be cut"
        raise InputError(what, hint="--base DIR is where relative paths start from; index.json lists what was cut")
    changed = [each.path for each in index.inputs if each.state == "changed"]
    changed += [f"row {each.row} of {each.input}" for each in index.records if each.state == "changed"]
    if changed or index.not_cut:
        more = f"; {count(len(index.not_cut), 'record')} not cut" if index.not_cut else ""
        raise PartialError(
            f"changed since the report: {', '.join(changed[:5]) or 'nothing'}{more}",
            hint="index.json says of each record whether its hash is the report's",
        )
