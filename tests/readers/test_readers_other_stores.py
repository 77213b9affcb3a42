"""Objects of emulators of Google's and Azure's stores, over the wire: prefixes, patterns, dates, columns, hashes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256

import polars as pl
import pyarrow.fs as pafs
import pytest
from reader_records import event, lines, read_all
from servers import AZURE_ACCOUNT, AZURE_KEY, azure_store, google_store

from extractscan.errors import InputError
from extractscan.readers import open_logs, stores

BUCKET = "traffic"
PACKED = gzip.compress(lines(event(i) for i in range(30)))


def _table() -> bytes:
    out = io.BytesIO()
    pl.DataFrame([event(i, completion=f"{i} " * 500) for i in range(40)]).write_parquet(out)
    return out.getvalue()


OBJECTS = {
    **{f"log/date=2026-03-{day:02}/x.ndjson.gz": PACKED for day in range(1, 8)},
    "log/undated/table.parquet": _table(),
    "log/_temporary/x.ndjson.gz": PACKED,
    "other/x.ndjson.gz": PACKED,
}


@pytest.fixture(scope="module", params=["gs", "az"])
def scheme(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the store with all objects in it, and name it in the environment as its users do."""
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        if request.param == "gs":
            environment.setenv("STORAGE_EMULATOR_HOST", stack.enter_context(google_store(BUCKET)))
        else:
            address = stack.enter_context(azure_store())
            environment.setenv("AZURE_STORAGE_ACCOUNT_NAME", AZURE_ACCOUNT)
            environment.setenv("AZURE_STORAGE_ACCOUNT_KEY", AZURE_KEY)
            environment.setenv("AZURE_STORAGE_SERVICE_ENDPOINT", f"{address}/{AZURE_ACCOUNT}")
        store: pafs.FileSystem = stores.STORES[request.param](BUCKET)
        if request.param == "az":
            store.create_dir(BUCKET)
        for name, data in OBJECTS.items():
            with store.open_output_stream(f"{BUCKET}/{name}", compression=None) as handle:
                handle.write(data)
        yield request.param


def test_objects_are_read_and_hashed_as_they_lie_there(scheme: str) -> None:
    logs = open_logs([f"{scheme}://{BUCKET}/log/"])
    assert read_all(logs).height == 7 * 30 + 40
    first, table = logs.records()[0], logs.records()[-1]
    assert (first.path, first.sha256) == (
        f"{scheme}://{BUCKET}/log/date=2026-03-01/x.ndjson.gz",
        sha256(PACKED).hexdigest(),
    )
    assert (table.format, table.rows_used) == ("canonical (parquet)", 40)
    assert len(logs.record_hashes([(0, 1), (7, 2)])) == 2


def test_prefixes_patterns_and_single_objects_are_names(scheme: str) -> None:
    def count(url: str) -> int:
        return len(open_logs([f"{scheme}://{BUCKET}{url}"]).files)

    assert [count(url) for url in ("", "/oth", "/log/date=*/x.ndjson.gz", "/log/date=2026-03-02/x.ndjson.gz")] == [
        9, 1, 7, 1,
    ]  # fmt: skip


def test_folders_of_other_dates_are_left_out_and_counted(scheme: str) -> None:
    window = (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    logs = open_logs([f"{scheme}://{BUCKET}/log/"], dates=window)
    folders = [file.path.split("/")[4] for file in logs.files]
    assert folders == ["date=2026-03-04", "date=2026-03-05", "date=2026-03-06", "undated"]
    assert any(note.startswith("4 folders of other dates") for note in logs.records()[0].notes)


def test_columns_of_a_table_are_read_alone(scheme: str) -> None:
    logs = open_logs([f"{scheme}://{BUCKET}/log/undated/table.parquet"])
    assert read_all(logs, ["model"]).columns == ["model", "source_file", "source_row"]
    assert any("only the columns in use" in note for note in logs.records()[0].notes)


def test_what_is_not_there_is_said_without_the_key(scheme: str) -> None:
    for place in (f"{BUCKET}/none/", "nowhere/"):
        with pytest.raises(InputError) as caught:
            open_logs([f"{scheme}://{place}"])
        assert AZURE_KEY not in f"{caught.value} {caught.value.hint}"
