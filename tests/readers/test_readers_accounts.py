"""The accounts table: one row an account, typed, whatever it comes in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from reader_records import lines, write

from extractscan import schema
from extractscan.errors import InputError, UsageError
from extractscan.readers import read_accounts, read_accounts_with_notes

NOON = "2026-01-02T12:00:00"


ACCOUNTS = [
    {
        "account_id": "b",
        "created_at": "2026-01-02T03:04:05Z",
        "email": "b@x.test",
        "billing_country": "de",
        "status": "",
    },
    {"account_id": "a", "created_at": "2026-01-01 03:04:05", "email": None, "organization_verified": "yes"},
    {"account_id": "b", "created_at": "2026-01-02T03:04:05Z", "email": None, "plan": "free"},
]


@pytest.mark.parametrize("container", ["ndjson", "json", "csv", "parquet"])
def test_accounts_are_one_row_each_with_their_types(tmp_path: Path, container: str) -> None:
    frame = pl.DataFrame(ACCOUNTS)
    path = tmp_path / "x"
    if container == "parquet":
        frame.write_parquet(path)
    elif container == "csv":
        frame.write_csv(path)
    else:
        path.write_bytes(lines(ACCOUNTS) if container == "ndjson" else json.dumps(ACCOUNTS).encode())
    found, notes = read_accounts_with_notes(str(path))
    assert found["account_id"].to_list() == ["a", "b"]
    assert found.columns == [n for n in schema.ACCOUNTS if n in found.columns]
    assert dict(found.schema) == {n: schema.ACCOUNTS[n] for n in found.columns}
    assert found.row(1, named=True) == {
        "account_id": "b",
        "created_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "email": "b@x.test",
        "billing_country": "DE",
        "organization_verified": None,
        "plan": "free",
    }
    assert notes == [f"{path}: naive timestamps read as UTC (created_at)"]


def test_accounts_that_contradict_themselves_are_chosen_whatever_the_order_and_told(tmp_path: Path) -> None:
    rows = [{"account_id": "a", "status": s, "created_at": t} for s, t in (("banned", "x"), ("active", NOON + "Z"))]
    rows.append({"account_id": None, "status": "active", "created_at": None})
    for order in (rows, rows[::-1]):
        found, notes = read_accounts_with_notes(write(tmp_path / "x", lines(order)))
        assert found.row(0, named=True)["status"] == "active"
        assert [note.split(": ", 1)[1].split(" (")[0] for note in notes] == [
            "account_id: missing",
            "created_at: not a time",
            "1 accounts have rows that contradict each other; the smallest values count",
        ]


def test_account_fields_can_be_mapped(tmp_path: Path) -> None:
    mapping = {"account_id": "user.id", "email": "mail"}
    records = [{"user": {"id": "u"}, "mail": "m@x.test"}]
    assert read_accounts(write(tmp_path / "x", lines(records)), mapping=mapping).rows() == [("u", "m@x.test")]
    pl.DataFrame(records).write_parquet(tmp_path / "y")
    assert read_accounts(str(tmp_path / "y"), mapping=mapping).rows() == [("u", "m@x.test")]
    with pytest.raises(UsageError, match=r"'user\.idd'"):
        read_accounts(str(tmp_path / "y"), mapping={"account_id": "user.idd"})
    with pytest.raises(UsageError, match="no canonical column named 'prompt'"):
        read_accounts(str(tmp_path / "y"), mapping={"prompt": "mail"})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"id,email\n1,x\n", "without the column account_id"),
        (b"account_id,email\n", "no rows"),
        (b"account_id,email\n,x\n", "no row has an account_id"),
        (b"", "empty file"),
    ],
)
def test_accounts_that_cannot_be_read_say_why(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_accounts(write(tmp_path / "x", data))


def test_accounts_are_one_file(tmp_path: Path) -> None:
    write(tmp_path / "x", lines(ACCOUNTS))
    write(tmp_path / "y", lines(ACCOUNTS))
    with pytest.raises(InputError, match="2 files, where one table is wanted"):
        read_accounts(str(tmp_path))
