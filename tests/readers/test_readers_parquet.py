"""Row groups read at once give what Arrow gives, and what cannot be read so is read the slow way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractscan.readers import open_logs, parquet, wanted
from extractscan.readers.cast import cast
from extractscan.schema import EVENTS

ROWS = 3_000
START = 1_782_691_200_000_000
NAMES = ["timestamp", "account_id", "user_agent", "country", "prompt"]


def log_of(path: Path, accounts: list[str | None] | None = None, **columns: pa.Array) -> Path:
    """Write 3,000 rows in row groups of 1,000."""
    table = {
        "timestamp": pa.array(range(START, START + ROWS), pa.timestamp("us", "UTC")),
        "account_id": pa.array(accounts or [f"a{n % 7}" for n in range(ROWS)]),
        "user_agent": pa.array([("curl/8", "", None, "-")[n % 4] for n in range(ROWS)]),
        "country": pa.array([("de", "FR")[n % 2] for n in range(ROWS)]),
        "prompt": pa.array([f"question {n}" for n in range(ROWS)]),
    }
    pq.write_table(pa.table(table | columns), path, row_group_size=1_000)
    return path


def read(path: Path, **options: object) -> pl.DataFrame:
    return pl.concat(open_logs([str(path)]).batches(**options))  # type: ignore[arg-type]


def test_both_ways_of_reading_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, cleaning and row numbers do not depend on the reader."""
    path = log_of(tmp_path / "x.parquet")
    fast = read(path)
    assert fast["source_row"].to_list() == list(range(ROWS))
    assert fast["country"].unique().sort().to_list() == ["DE", "FR"]
    assert fast["user_agent"].unique().sort().to_list() == [None, "curl/8"]
    monkeypatch.setattr(parquet, "_at_once", lambda *_: None)
    assert read(path).equals(fast)


def test_text_that_is_not_utf8_is_left_to_arrow(tmp_path: Path) -> None:
    """One wrong byte spoils neither the column nor the rows beside it."""
    wrong = [b"fine" if n != 1_500 else b"\xff\xfe" for n in range(ROWS)]
    path = log_of(tmp_path / "x.parquet", prompt=pa.array(wrong, pa.binary()).view(pa.string()))
    got = read(path)
    assert got.height == ROWS
    assert got["prompt"][1_499] == "fine"
    assert got["prompt"][1_500] == "\ufffd\ufffd"


def test_large_row_groups_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over the limit of a batch never stands in memory whole."""
    monkeypatch.setattr(parquet, "MAX_ROWS", 400)
    path = log_of(tmp_path / "x.parquet")
    batches = list(open_logs([str(path)]).batches())
    assert max(map(len, batches)) == 400
    assert sum(map(len, batches)) == ROWS


def test_columns_of_other_types_are_left_to_arrow(tmp_path: Path) -> None:
    """A dictionary or a list is read as before."""
    path = log_of(tmp_path / "x.parquet", country=pa.array(["de"] * ROWS).dictionary_encode())
    assert read(path)["country"].unique().to_list() == ["DE"]


def test_accounts_are_found_by_the_name_that_they_are_kept_under(tmp_path: Path) -> None:
    """A log that names accounts by their keys holds hashes afterwards; these are what is asked for."""
    key = "sk-" + "abcdefgh12345678"
    path = log_of(tmp_path / "x.parquet", [key if n == 2_345 else "a" for n in range(ROWS)])
    name = hashlib.sha256(key.encode()).hexdigest()
    found = read(path, accounts=pl.Series([name]))
    assert found.select("account_id", "source_row").rows() == [(name, 2_345)]


def test_names_of_accounts_are_looked_at_once_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands in many rows of a row group is held against the wanted accounts once."""
    looked: list[list[str]] = []

    def watched(values: pl.Series, name: str, dtype: pl.DataType) -> tuple[pl.Series, str | None]:
        looked.append(sorted(values.to_list()))
        return cast(values, name, dtype)

    monkeypatch.setattr(wanted, "cast", watched)
    names = [f"a{n % 3}" if n < ROWS // 2 else f"a{n % 4}" for n in range(ROWS)]
    path = log_of(tmp_path / "x.parquet", names)
    assert len(read(path, accounts=pl.Series(["a1", "a3"]))) == sum(name in {"a1", "a3"} for name in names)
    assert all(len(set(each)) == len(each) for each in looked)
    assert {name for each in looked for name in each} == {"a0", "a1", "a2", "a3"}
    assert len(looked) == 2 * pq.ParquetFile(path).num_row_groups


def test_where_every_row_group_holds_some_it_is_no_longer_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some row groups in a row the next is read at once; the first without a row of theirs ends that."""
    asked: list[int] = []
    real = parquet._holds_any

    def watched(file: pq.ParquetFile, group: int, *given: object) -> bool:
        asked.append(group)
        return real(file, group, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(parquet, "_holds_any", watched)
    monkeypatch.setattr(parquet, "_EACH_HOLDS", 4)
    path = tmp_path / "x.parquet"
    names = ["mine" if n < 1_500 or n == 2_345 else "a" for n in range(ROWS)]
    pq.write_table(pq.read_table(log_of(path, names)), path, row_group_size=100)
    found = read(path, accounts=pl.Series(["mine"]))
    assert found["source_row"].to_list() == [n for n in range(ROWS) if names[n] == "mine"]
    assert asked == [*range(4), *range(16, 30)]  # 4 to 15 unasked, of which the last holds none


def test_accounts_that_are_numbers_are_found(tmp_path: Path) -> None:
    """Row groups cannot be told apart by them, so all are read."""
    path = log_of(tmp_path / "x.parquet", account_id=pa.array([n % 7 for n in range(ROWS)]))
    assert len(read(path, accounts=pl.Series(["3"]))) == len(range(3, ROWS, 7))


def test_long_columns_are_cleaned_by_their_distinct_values() -> None:
    """What means nothing or is a credential changes wherever it stands; many distinct values are looked at each."""
    url = "https://x.example/?api_key=" + "abcdefgh1234"
    values = pl.Series("user_agent", ["curl/8", "none", None, url] * 500)
    done, note = cast(values, "user_agent", EVENTS["user_agent"])
    assert done.to_list() == ["curl/8", None, None, "https://x.example/?api_key=[cut]"] * 500
    assert note is not None
    varied = pl.Series("user_agent", [f"agent {n}" for n in range(1_500)] + ["none"])
    assert cast(varied, "user_agent", EVENTS["user_agent"])[0].to_list() == [*varied.to_list()[:-1], None]


def test_rows_are_counted_by_account_where_one_column_tells(tmp_path: Path) -> None:
    """Under the names that are kept; not in another container, or where the column has another name or type."""
    key = "sk-" + "abcdefgh12345678"
    one = log_of(tmp_path / "a.parquet", [key if n == 5 else "a" for n in range(ROWS)])
    two = log_of(tmp_path / "b.parquet", ["a" if n else None for n in range(ROWS)])
    counted = open_logs([str(one), str(two)]).rows_by_account()
    assert counted is not None
    assert dict(counted.iter_rows()) == {"a": 2 * ROWS - 2, hashlib.sha256(key.encode()).hexdigest(): 1}
    coded = log_of(tmp_path / "c.parquet", account_id=pa.array(["a"] * ROWS).dictionary_encode())
    assert open_logs([str(one), str(coded)]).rows_by_account() is None
    read(one).write_ndjson(tmp_path / "d.ndjson")
    assert open_logs([str(tmp_path / "d.ndjson")]).rows_by_account() is None
    mapped = tmp_path / "e.parquet"
    read(one).rename({"account_id": "who"}).write_parquet(mapped)
    assert open_logs([str(mapped)], mapping={"account_id": "who"}).rows_by_account() is None
    logs = open_logs([str(one)])
    one.write_bytes(b"PAR1 and nothing else PAR1")
    assert logs.rows_by_account() is None
