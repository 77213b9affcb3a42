"""Archives, compression, encodings, envelopes, partitions and standard input: all of them give the same rows."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import zstandard
from reader_records import event, lines, read_all, refusal, write

from extractscan.errors import InputError
from extractscan.readers import archives, open_logs, streams

EVENTS = [event(i) for i in range(40)]
LINES = lines(EVENTS)
CSV = pl.DataFrame(EVENTS).write_csv().encode()


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(EVENTS).write_parquet(out)
    return out.getvalue()


SPLIT = {"b/2.ndjson": lines(EVENTS[20:]), "a/1.ndjson.gz": gzip.compress(lines(EVENTS[:20]))}
PACKED = {
    "bzip2": bz2.compress(LINES),
    "bzip2, two streams": bz2.compress(lines(EVENTS[:9])) + bz2.compress(lines(EVENTS[9:])),
    "xz": lzma.compress(LINES),
    "gzip, three members": b"".join(gzip.compress(lines(EVENTS[i : i + 14])) for i in (0, 14, 28)),
    "zstd, two frames": zstandard.compress(lines(EVENTS[:9])) + zstandard.compress(lines(EVENTS[9:])),
    "gzip in zstd": zstandard.compress(gzip.compress(LINES)),
    "byte order mark": b"\xef\xbb\xbf" + LINES,
    "CRLF": LINES.replace(b"\n", b"\r\n"),
    "UTF-16": LINES.decode().encode("utf-16"),
    "UTF-16, big end first, gzip": gzip.compress(b"\xfe\xff" + LINES.decode().encode("utf-16-be")),
    "CSV, CRLF, UTF-16": CSV.replace(b"\n", b"\r\n").decode().encode("utf-16"),
    "zip": _zip(SPLIT),
    "zip without compression": _zip(SPLIT, zipfile.ZIP_STORED),
    "zip with bzip2": _zip(SPLIT, zipfile.ZIP_BZIP2),
    "zip of Parquet": _zip({"x.parquet": _parquet()}),
    "tar": _tar(SPLIT),
    "tar of Parquet": _tar({"x.parquet": _parquet()}),
    "tar.gz": gzip.compress(_tar(SPLIT)),
    "tar.zst": zstandard.compress(_tar(SPLIT)),
    "tar.bz2": bz2.compress(_tar(SPLIT)),
    "pretty documents after each other": b"\n".join(json.dumps(e, indent=2).encode() for e in EVENTS),
    "pretty pages after each other": b"\n".join(
        json.dumps({"data": EVENTS[i : i + 8]}, indent=2).encode() for i in range(0, 40, 8)
    ),
    "pretty array": json.dumps(EVENTS, indent=2).encode(),
    "Records": json.dumps({"Records": EVENTS}).encode(),
    "records, a line each": lines({"records": EVENTS[i : i + 8]} for i in range(0, 40, 8)),
    "result": json.dumps({"result": EVENTS, "success": True}).encode(),
    "data": json.dumps({"object": "list", "data": EVENTS, "has_more": False}).encode(),
    "log events": json.dumps({"logEvents": [{"timestamp": 1, "message": json.dumps(e)} for e in EVENTS]}).encode(),
    "events": json.dumps({"events": [{"eventId": "1", "message": json.dumps(e)} for e in EVENTS]}).encode(),
    "search hits, a line each": lines({"_index": "logs", "_source": e} for e in EVENTS),
    "a search answer": json.dumps({"took": 3, "hits": {"hits": [{"_source": e} for e in EVENTS]}}).encode(),
    "columnar tables": json.dumps(
        {
            "tables": [
                {
                    "name": "PrimaryResult",
                    "columns": [{"name": name, "type": "string"} for name in EVENTS[0]],
                    "rows": [list(e.values()) for e in EVENTS],
                }
            ]
        }
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PACKED))
def test_all_packings_give_the_same_rows(name: str, tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", PACKED[name])])
    frame = read_all(logs)
    assert frame["request_id"].to_list() == [f"r{i}" for i in range(40)]
    assert frame["client_ip"].to_list() == [e["client_ip"] for e in EVENTS]
    assert read_all(logs, ["prompt"], accounts=pl.Series(["a3"])).height == len(
        [e for e in EVENTS if e["account_id"] == "a3"]
    )
    records = logs.records()
    assert (sum(r.rows for r in records), sum(r.rows_used for r in records)) == (40, 40)
    assert not any(r.rejected for r in records)
    assert len(logs.record_hashes([(0, 0), (0, 3)])) == 2


def test_members_are_inputs_of_their_own_with_their_own_hash(tmp_path: Path) -> None:
    for name, data in {"x.zip": _zip(SPLIT), "x.tar": _tar(SPLIT), "x.tgz": gzip.compress(_tar(SPLIT))}.items():
        path = write(tmp_path / name, data)
        first, second = open_logs([path]).records()
        assert (first.path, second.path) == (f"{path}!a/1.ndjson.gz", f"{path}!b/2.ndjson")
        assert (first.sha256, first.bytes) == (sha256(SPLIT["a/1.ndjson.gz"]).hexdigest(), len(SPLIT["a/1.ndjson.gz"]))
        assert second.sha256 == sha256(SPLIT["b/2.ndjson"]).hexdigest()
        (alone,) = open_logs([f"{path}!b/2.ndjson"]).records()
        assert (alone.path, alone.rows, alone.sha256) == (second.path, 20, second.sha256)
        assert "no such member" in str(refusal(f"{path}!c"))
    single = write(tmp_path / "single", LINES)
    with pytest.raises(InputError, match="no archive and no database"):
        open_logs([f"{single}!c"])


ROW = b'{"account_id" : "a", "timestamp":1.7720000e9}'
PRETTY = b'{"account_id": "a",\n   "timestamp": 1772000000 }'
TABLE = b'{"tables":[{"name":"t","columns":[{"name":"timestamp"},{"name":"account_id"}],"rows":[ [1772000000 , "a"]]}]}'


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (ROW + b"\r\n" + ROW, ROW),
        (b"\xef\xbb\xbf" + ROW + b"\n", ROW),
        (b'{"data": [ ' + ROW + b" ]}", ROW),
        (b"[\n  " + PRETTY + b"]", PRETTY),
        (TABLE, b'[1772000000 , "a"]'),
        (b'{"_source": ' + ROW + b"}\n", b'{"_source": ' + ROW + b"}"),
    ],
)
def test_evidence_is_hashed_from_the_bytes_that_stand_in_the_file(tmp_path: Path, data: bytes, raw: bytes) -> None:
    logs = open_logs([write(tmp_path / "x", data)])
    assert logs.record_hashes([(0, 0)]) == {(0, 0): sha256(raw).hexdigest()}


def test_hashes_of_utf16_text_are_said_to_be_of_utf8(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", LINES.decode().encode("utf-16"))])
    (record,) = logs.records()
    assert record.notes == ["UTF-16 text; hashes of records are of its lines in UTF-8"]
    assert record.format == "canonical (ndjson utf-16)"


def test_what_an_archive_hides_is_skipped_with_the_reason(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("b/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, data in {"c.zip": _zip(SPLIT), "d": LINES, "._d": b"x", "../../e": LINES}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    records = {r.path.partition("!")[2]: r for r in open_logs([write(tmp_path / "x.tar", out.getvalue())]).records()}
    assert sorted(records) == ["../../e", "b/link", "c.zip", "d"]
    assert "a link, a device" in records["b/link"].rejected[0].reason
    assert "a zip archive within an archive" in records["c.zip"].rejected[0].reason
    assert records["../../e"].rows_used == 40


def test_a_locked_member_is_skipped_with_the_reason(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": LINES, "b": LINES}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of the first entry in the directory
    first, second = open_logs([write(tmp_path / "x.zip", bytes(data))]).records()
    assert "a locked member" in first.rejected[0].reason
    assert second.rows_used == 40


def test_a_damaged_member_is_told_by_its_checksum(tmp_path: Path) -> None:
    data = _zip({"a": LINES, "b": LINES}, zipfile.ZIP_STORED).replace(b"item 7", b"item X", 1)
    first, second = open_logs([write(tmp_path / "x.zip", data)]).records()
    assert "Bad CRC-32" in first.rejected[0].reason
    assert second.rejected == []


def test_archives_that_cannot_be_listed_say_why(tmp_path: Path) -> None:
    assert "an archive without files" in str(refusal(write(tmp_path / "e.zip", _zip({}))))
    assert "damaged archive" in str(refusal(write(tmp_path / "t.zip", _zip(SPLIT)[:-30])))
    write(tmp_path / "good", LINES)
    bad, good, cut = open_logs([str(tmp_path)]).records()[:3]
    assert "without files" in bad.rejected[0].reason
    assert good.rows_used == 40
    assert "damaged archive" in cut.rejected[0].reason


def test_bombs_are_refused_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE_OUTPUT", 17 << 20)
    monkeypatch.setattr(archives, "FREE_OUTPUT", 1 << 20)
    bomb = lines([EVENTS[0]]) + (b" " * 4095 + b"\n") * (8 << 10)
    assert "decompression bomb" in str(refusal(write(tmp_path / "x", zstandard.compress(bomb))))
    for packed in (bz2.compress(bomb), lzma.compress(bomb)):
        assert "decompression bomb" in open_logs([write(tmp_path / "x", packed)]).records()[0].rejected[0].reason
    for start in (lines([EVENTS[0]]), lines(EVENTS[:2]), CSV.split(b"\n")[0] + b"\n" + CSV.split(b"\n")[1]):
        packed = gzip.compress(start + bomb[-(32 << 20) :])
        (record,) = open_logs([write(tmp_path / "x", packed)]).records()
        assert record.rejected[0].reason == "expands more than 250 times: taken for a decompression bomb"
        assert record.rows_used >= 1
    assert "decompression bomb" in str(refusal(write(tmp_path / "x.zip", _zip({"a": bomb}))))
    assert "decompression bomb" in str(refusal(write(tmp_path / "x.tgz", gzip.compress(_tar({"a": bomb})))))
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    assert "more than 1 members" in str(refusal(write(tmp_path / "y.zip", _zip(SPLIT))))


def test_folders_name_columns(tmp_path: Path) -> None:
    bare = [{key: value for key, value in e.items() if key not in {"account_id", "model"}} for e in EVENTS]
    for number, (account, model) in enumerate([("a%2F1", "m1"), ("a2", "m2"), ("__HIVE_DEFAULT_PARTITION__", "m3")]):
        folder = tmp_path / f"account_id={account}" / f"model={model}" / "date=2026-03-01"
        folder.mkdir(parents=True)
        write(folder / "x.ndjson", lines(bare[number * 10 : number * 10 + 10]))
        pl.DataFrame(bare[30:35]).write_parquet(folder / "y.parquet")
    logs = open_logs([str(tmp_path)])
    frame = read_all(logs)
    assert frame.group_by("account_id", "model").len().sort("account_id").rows() == [
        ("a/1", "m1", 15),
        ("a2", "m2", 15),
    ]
    assert sum("not a log format" in r.rejected[0].reason for r in logs.records() if r.rejected) == 2
    assert read_all(logs, ["model"], accounts=pl.Series(["a2"]))["model"].unique().to_list() == ["m2"]


def test_what_records_hold_wins_over_their_folders_and_a_mapping_may_name_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "tenant=t1" / "model=other"
    folder.mkdir(parents=True)
    path = write(folder / "x", lines({"when": 1772000000 + i, "model": "own"} for i in range(3)))
    logs = open_logs([path], mapping={"timestamp": "when", "account_id": "tenant"})
    assert read_all(logs).select("account_id", "model").unique().rows() == [("t1", "own")]


def test_a_source_without_a_column_takes_it_from_its_folder(tmp_path: Path) -> None:
    from reader_records import converse

    (tmp_path / "country=DE").mkdir()
    logs = open_logs([write(tmp_path / "country=DE" / "x", lines(converse(i) for i in range(3)))])
    assert read_all(logs)["country"].to_list() == ["DE"] * 3


def test_standard_input_is_read_as_often_as_needed_and_leaves_nothing_behind(tmp_path: Path) -> None:
    program = (
        "import polars as pl; from extractscan.readers import open_logs; logs = open_logs(['-'])\n"
        "frames = [pl.concat(logs.batches()) for _ in range(2)]; record = logs.records()[0]\n"
        "hashes = logs.record_hashes([(0, 1)])\n"
        "print(record.path, record.rows_used, record.sha256, *(f.height for f in frames), len(hashes))"
    )
    data = gzip.compress(LINES)
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
    assert done.stdout.decode().split() == ["-", "40", sha256(data).hexdigest(), "40", "40", "1"]
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractscan.readers import spool

    (tmp_path / "full").symlink_to("/dev/full")
    monkeypatch.setattr(spool, "new_path", lambda: str(tmp_path / "full"))
    with pytest.raises(InputError, match="No space left"):
        spool.spooled([b"x" * 100_000])


def test_names_that_are_no_unicode_can_be_written_down(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.ndjson")).write_bytes(LINES)
    (record,) = open_logs([str(tmp_path)]).records()
    assert record.path.endswith("a?.ndjson")
    assert record.rows_used == 40
