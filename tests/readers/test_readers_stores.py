"""Objects of a server that speaks S3: prefixes, patterns, dates, and only those columns of Parquet that are needed."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.fs as pafs
import pytest
from reader_records import event, lines, read_all
from servers import object_store

from extractscan.errors import InputError
from extractscan.readers import dated, open_logs, stores
from extractscan.readers.logset import LogSet

LINES = lines(event(i) for i in range(30))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with object_store() as url:
        yield url


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch) -> pafs.S3FileSystem:
    environment = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return pafs.S3FileSystem(endpoint_override=address.partition("://")[2], scheme="http", allow_bucket_creation=True)


def _put(store: pafs.S3FileSystem, path: str, data: bytes) -> None:
    store.create_dir(path.partition("/")[0])
    with store.open_output_stream(path, compression=None) as handle:
        handle.write(data)


def _parquet(rows: int, **other: Any) -> bytes:
    out = io.BytesIO()
    pl.DataFrame([event(i, **other) for i in range(rows)]).write_parquet(out)
    return out.getvalue()


def test_objects_below_a_prefix_are_read_and_hashed(store: pafs.S3FileSystem) -> None:
    packed = gzip.compress(LINES)
    _put(store, "first/logs/a.ndjson.gz", packed)
    _put(store, "first/logs/deep/b.parquet", _parquet(20))
    _put(store, "first/logs/_SUCCESS", b"x")
    _put(store, "first/other.csv", b"a,b\n1,2\n")
    logs = open_logs(["s3://first/logs/"])
    assert read_all(logs).height == 50
    text, table = logs.records()
    assert (text.path, text.format) == ("s3://first/logs/a.ndjson.gz", "canonical (ndjson gzip)")
    assert (text.sha256, text.bytes) == (sha256(packed).hexdigest(), len(packed))
    assert (table.path, table.format, table.sha256) == ("s3://first/logs/deep/b.parquet", "canonical (parquet)", "")
    assert any("only the columns in use" in note for note in table.notes)
    assert len(logs.record_hashes([(0, 1), (1, 2)])) == 2


def test_names_may_be_patterns_beginnings_or_single_objects(store: pafs.S3FileSystem) -> None:
    for name in ("2026-a/x.json", "2026-b/x.json", "2027/x.json", "2026-b/y.txt"):
        _put(store, f"second/{name}", LINES)

    def paths(url: str) -> list[str]:
        return [record.path.removeprefix("s3://second/") for record in open_logs([url]).records()]

    assert paths("s3://second/*/x.json") == ["2026-a/x.json", "2026-b/x.json", "2027/x.json"]
    assert paths("s3://second/2026-") == ["2026-a/x.json", "2026-b/x.json", "2026-b/y.txt"]
    assert paths("s3://second/2027/x.json") == ["2027/x.json"]
    assert len(paths("s3://second")) == 4


def test_archives_in_a_store_are_listed(store: pafs.S3FileSystem) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.ndjson", LINES)
    _put(store, "third/x.zip", out.getvalue())
    (record,) = open_logs(["s3://third/x.zip"]).records()
    assert (record.path, record.rows_used) == ("s3://third/x.zip!x.ndjson", 30)


def test_folders_of_other_dates_are_not_even_listed(store: pafs.S3FileSystem) -> None:
    for day in range(1, 11):
        _put(store, f"fourth/log/date=2026-03-{day:02}/x.ndjson", LINES)
    _put(store, "fourth/log/undated/x.ndjson", LINES)
    window = (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    logs = open_logs(["s3://fourth/log/"], dates=window)
    days = [record.path.split("/")[4] for record in logs.records()]
    assert days == ["date=2026-03-04", "date=2026-03-05", "date=2026-03-06", "undated"]
    assert any(note.startswith("7 folders of other dates") for note in logs.records()[0].notes)
    with pytest.raises(InputError, match="10 folders hold other dates"):
        open_logs(["s3://fourth/log/date*"], dates=(datetime(2027, 1, 1, tzinfo=UTC), None))


@pytest.mark.parametrize(
    ("folders", "span"),
    [
        ("2026/03/01", ("2026-03-01T00", "2026-03-02T00")),
        ("AWSLogs/123456789012/2026/03/01/07", ("2026-03-01T07", "2026-03-01T08")),
        ("y=2026/m=03/d=01/h=07/m=00", ("2026-03-01T07", "2026-03-01T08")),
        ("year=2026/month=12", ("2026-12-01T00", "2027-01-01T00")),
        ("year=2026", ("2026-01-01T00", "2027-01-01T00")),
        ("dt=20260301", ("2026-03-01T00", "2026-03-02T00")),
        ("team-1/2026-03-01", ("2026-03-01T00", "2026-03-02T00")),
        ("2026-03-01T07-00", ("2026-03-01T07", "2026-03-01T08")),
        ("2026/13/01", None),
        ("2026/report", None),
        ("logs/17", None),
        ("20269901", None),
    ],
)
def test_folders_tell_their_time(folders: str, span: tuple[str, str] | None) -> None:
    found = dated.span_of(folders.split("/"))
    assert (found and tuple(moment.strftime("%Y-%m-%dT%H") for moment in found)) == span


class _Counted(pafs.FileSystemHandler):
    """Passes everything on and counts the bytes that are fetched of files with random access."""

    def __init__(self, inner: pafs.FileSystem) -> None:
        self.inner = inner
        self.fetched = 0

    def open_input_file(self, path: str) -> Any:
        source, counted = self.inner.open_input_file(path), self

        class Counting(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def seekable(self) -> bool:
                return True

            def tell(self) -> int:
                return int(source.tell())

            def seek(self, to: int, whence: int = 0) -> int:
                return int(source.seek(to, whence))

            def read(self, size: int = -1) -> bytes:
                data = source.read(size if size >= 0 else None)
                counted.fetched += len(data)
                return bytes(data)

        return pa.PythonFile(Counting(), mode="r")

    def get_type_name(self) -> str:
        return "counted"

    def get_file_info(self, paths: list[str]) -> Any:
        return self.inner.get_file_info(paths)

    def get_file_info_selector(self, selector: Any) -> Any:
        return self.inner.get_file_info(selector)

    def open_input_stream(self, path: str) -> Any:
        return self.inner.open_input_stream(path)

    normalize_path = staticmethod(lambda path: path)
    create_dir = delete_dir = delete_dir_contents = delete_file = delete_root_dir_contents = None
    copy_file = move = open_append_stream = open_output_stream = None


def test_only_the_columns_in_use_are_fetched(store: pafs.S3FileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    rng = random.Random(1)
    rows = [event(i, completion=rng.randbytes(2000).hex()) for i in range(500)]
    out = io.BytesIO()
    pl.DataFrame(rows).write_parquet(out)
    _put(store, "fifth/x.parquet", out.getvalue())
    counted = _Counted(store)
    monkeypatch.setitem(stores.STORES, "s3", lambda _bucket: pafs.PyFileSystem(counted))
    logs: LogSet = open_logs(["s3://fifth/x.parquet"])
    counted.fetched = 0
    assert read_all(logs, ["model"]).height == 500
    assert 0 < counted.fetched < len(out.getvalue()) / 10


class _Google(_Counted):
    """Lists as Google's store does: a folder that is only a part of names is not in a list of one level."""

    def get_type_name(self) -> str:
        return "gcs"

    def get_file_info_selector(self, selector: Any) -> Any:
        found = self.inner.get_file_info(selector)
        return [info for info in found if selector.recursive or info.type == pafs.FileType.File]


def test_folders_that_a_store_does_not_list_are_found_by_the_names_in_them(
    store: pafs.S3FileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 8):
        _put(store, f"seventh/log/date=2026-03-{day:02}/x.ndjson", LINES)
    for name in ("log/_temporary/x.ndjson", "log/2026/03/x.ndjson", "other/x.ndjson"):
        _put(store, f"seventh/{name}", LINES)
    _put(store, "seventh/log/empty.ndjson", b"")
    monkeypatch.setitem(stores.STORES, "gs", lambda _bucket: pafs.PyFileSystem(_Google(store)))
    window = (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    logs = open_logs(["gs://seventh/log/"], dates=window)
    records = logs.records()
    assert [record.path.split("/")[4] for record in records] == ["2026", *(f"date=2026-03-{d:02}" for d in (4, 5, 6))]
    assert any(note.startswith("4 folders of other dates") for note in records[0].notes)
    assert len(open_logs(["gs://seventh/log/date=*/x.ndjson"]).files) == 7
    assert len(open_logs(["gs://seventh/oth"]).files) == 1
    assert len(open_logs(["gs://seventh"]).files) == 9


def test_what_a_store_refuses_is_said_and_nothing_secret(store: pafs.S3FileSystem) -> None:
    _put(store, "sixth/empty", b"")
    for url, says in (
        ("s3://nowhere/x/", "no object there|bucket"),
        ("s3://sixth/none/", "no object there"),
        ("s3://sixth", "no object"),
    ):
        with pytest.raises(InputError, match=says) as caught:
            open_logs([url])
        assert "hush" not in f"{caught.value} {caught.value.hint}"


def test_a_store_that_does_not_answer_is_said(store: pafs.S3FileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"s3://first/: .*"):
        open_logs(["s3://first/"])


def test_other_stores_take_their_credentials_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(InputError) as caught:
        open_logs(["az://container/logs/"])
    assert "AZURE_STORAGE_ACCOUNT_NAME" in caught.value.hint
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "a2V5")
    assert stores.STORES["az"]("container").type_name == "abfs"
    monkeypatch.setenv("AZURE_STORAGE_SERVICE_ENDPOINT", "http://127.0.0.1:10000/account")
    assert stores.STORES["az"]("container").type_name == "abfs"
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    assert stores.STORES["gs"]("bucket").type_name == "gcs"
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:9000")
    assert stores.STORES["gs"]("bucket").type_name == "gcs"
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setattr(stores.pafs, "resolve_s3_region", lambda bucket: f"eu-{bucket}-1")
    assert stores.STORES["s3"]("west").region == "eu-west-1"
