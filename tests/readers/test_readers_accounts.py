"""The accounts table: one row an account, typed, whatever it comes in."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from reader_records import event, lines, refusal, write

from extractscan import schema
from extractscan.errors import InputError, UsageError
from extractscan.pipeline import analyze
from extractscan.readers import completed, open_logs, read_accounts, read_accounts_with_notes
from extractscan.settings import Settings

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


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    ("path", "account", "told"),
    [
        ("openai_audit/audit.json", "key_b1", {"email": "b@ring.example", "signup_ip": "203.0.113.12"}),
        ("anthropic_compliance/feed.jsonl", "user_07", {"organization_id": "org_01", "status": "deleted"}),
        ("one_api_users/users.csv", "40", {"email": "u0@ring.example", "referral_code": "inviter 41"}),
        ("litellm_accounts/users.jsonl", "u0", {"email": "u0@lab.example", "organization_id": "org-1"}),
    ],
)
def test_logs_and_tables_of_known_kinds_serve_as_accounts_table(path: str, account: str, told: dict[str, str]) -> None:
    frame, _ = read_accounts_with_notes(str(FIXTURES / path))
    row = frame.row(by_predicate=pl.col("account_id") == account, named=True)
    assert {name: row[name] for name in told} == told
    assert dict(frame.schema) == {n: schema.ACCOUNTS[n] for n in frame.columns}


def test_known_kinds_are_read_by_the_fields_that_the_user_names_instead() -> None:
    path = str(FIXTURES / "one_api_users" / "users.csv")
    assert read_accounts(path, mapping={"account_id": "username"})["account_id"].to_list() == [
        "ghost",
        "user0",
        "user1",
    ]


def test_a_log_of_accounts_alone_is_refused_with_the_way_out() -> None:
    error = refusal(str(FIXTURES / "openai_audit" / "audit.json"))
    assert "recognised as OpenAI audit logs: it tells of accounts and holds no requests" in str(error)
    assert "--accounts" in str(error.hint)


def test_the_accounts_table_goes_before_what_logs_tell_of_accounts() -> None:
    table = pl.DataFrame({"account_id": ["a", "b"], "email": ["a@x.test", None], "plan": ["free", "pro"]})
    told = pl.DataFrame({"account_id": ["b", "c"], "email": ["b@y.test", "c@y.test"], "status": ["active", None]})
    assert completed(table, told).rows(named=True) == [  # type: ignore[union-attr]
        {"account_id": "a", "email": "a@x.test", "plan": "free", "status": None},
        {"account_id": "b", "email": "b@y.test", "plan": "pro", "status": "active"},
        {"account_id": "c", "email": "c@y.test", "plan": None, "status": None},
    ]
    assert completed(None, None) is None
    assert completed(table, None) is table
    assert completed(None, told) is told


def test_misfits_in_what_logs_tell_of_accounts_are_counted_at_their_input(tmp_path: Path) -> None:
    users = [{"user_id": "u", "user_email": "u@x.test", "user_role": "r", "created_at": "soon"}]
    write(tmp_path / "users", lines(users))
    write(tmp_path / "log", lines([event(0)]))
    logs = open_logs([str(tmp_path)])
    for _ in range(2):
        told = logs.accounts()
        assert told is not None
        assert told.rows() == [("u", "u@x.test")]
    list(logs.batches())
    assert [(r.reason, r.count) for r in logs.records()[1].rejected] == [("created_at: not a time", 1)]
    assert "tells of 1 accounts" in logs.records()[1].notes


def test_accounts_are_not_read_over_the_network() -> None:
    with pytest.raises(InputError, match="from files only") as caught:
        read_accounts("postgresql://reader:secret@host/litellm")
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_a_folder_of_account_tables_is_described_by_what_was_read(tmp_path: Path) -> None:
    write(tmp_path / "log", lines(event(i) for i in range(60)))
    report = analyze(
        [str(tmp_path / "log")],
        accounts=str(FIXTURES / "litellm_accounts"),
        settings=Settings(shuffles=1),
        reproducible=True,
    )
    side = report.inputs[-1]
    assert (side.role, side.rows) == ("accounts", 2)
    assert any("no single file" in note for note in side.notes)


def test_what_logs_tell_of_accounts_is_tested_without_an_accounts_table(tmp_path: Path) -> None:
    users = [{"id": f"a{i}", "username": f"n{i}", "inviter_id": 7, "used_quota": 1, "email": ""} for i in range(7)]
    write(tmp_path / "users", lines(users))
    write(tmp_path / "log", lines(event(i) for i in range(60)))
    report = analyze([str(tmp_path)], settings=Settings(shuffles=1), reproducible=True)
    ran = {signal.name: signal.ran for signal in report.coverage.signals}
    assert ran["referral"]
    assert not ran["signup_address"]


def test_a_gateways_database_gives_its_log_and_its_users_beside_each_other(tmp_path: Path) -> None:
    path = tmp_path / "one-api.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE users (id, username, status, email, inviter_id, used_quota)")
        database.execute("INSERT INTO users VALUES (1, 'ann', 1, 'ann@x.test', 0, 5), (2, 'bob', 2, '', 1, 5)")
        database.execute("CREATE TABLE logs (user_id, created_at, type, quota, token_name, model_name)")
        database.execute("INSERT INTO logs VALUES (1, 1769940000, 2, 9, 't', 'm'), (2, 1769940001, 2, 9, 't', 'm')")
        database.execute("CREATE TABLE options (key, value)")
    database.close()
    logs = open_logs([str(path)])
    assert pl.concat(logs.batches())["account_id"].to_list() == ["1", "2"]
    told = logs.accounts()
    assert told is not None
    assert told.select("account_id", "referral_code", "status").rows() == [
        ("1", None, "active"),
        ("2", "inviter 1", "banned"),
    ]
    assert read_accounts(str(path)).equals(told)
