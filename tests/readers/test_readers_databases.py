"""SQLite files and a real PostgreSQL server: the log tables are found by their columns and read without a trace."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import event, read_all, refusal, spend_row, write
from servers import PASSWORD, postgres

from extractscan.errors import InputError, UsageError
from extractscan.readers import open_logs, read_accounts
from extractscan.readers import postgres as reader
from extractscan.readers.urls import shown, without_secrets

EVENTS = [event(i) for i in range(300)]


def _sqlite(path: Path, tables: dict[str, list[dict[str, Any]]]) -> str:
    with sqlite3.connect(path) as database:
        for name, rows in tables.items():
            quoted = '"' + name.replace('"', '""') + '"'
            database.execute(f"CREATE TABLE {quoted} ({', '.join(rows[0])})")
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {quoted} VALUES ({marks})", [tuple(row.values()) for row in rows])
    database.close()
    return str(path)


def test_a_log_table_is_found_by_its_columns_and_read_without_a_trace(tmp_path: Path) -> None:
    path = _sqlite(tmp_path / "x.db", {"users": [{"id": 1, "name": "n"}], 'odd "log"': EVENTS})
    with sqlite3.connect(path) as database:
        database.execute('CREATE INDEX other ON "odd ""log""" (model, account_id, timestamp)')
    database.close()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    logs = open_logs([path])
    frame = read_all(logs)
    assert frame["request_id"].to_list() == [e["request_id"] for e in EVENTS]
    assert read_all(logs, ["model"])["model"].to_list() == [e["model"] for e in EVENTS]
    (record,) = logs.records()
    assert (record.path, record.format) == (f'{path}!odd "log"', "canonical (sqlite)")
    assert (record.rows, record.rows_used, record.sha256) == (300, 300, sha256(Path(path).read_bytes()).hexdigest())
    ((_, raw),) = list(logs.originals([(0, 7)]))
    assert b'"request_id":"r7"' in raw
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_databases_are_read_in_archives_and_compressed(tmp_path: Path) -> None:
    path = _sqlite(tmp_path / "x.db", {"log": EVENTS})
    packed = write(tmp_path / "y.gz", gzip.compress(Path(path).read_bytes()))
    assert read_all(open_logs([packed])).height == 300


def test_rows_of_the_write_ahead_log_count_and_it_stays_as_it_is(tmp_path: Path) -> None:
    path = _sqlite(tmp_path / "x.db", {"log": EVENTS[:200]})
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.executemany(
        f"INSERT INTO log VALUES ({', '.join('?' * len(EVENTS[0]))})", [tuple(e.values()) for e in EVENTS[200:]]
    )
    before = {name: (tmp_path / name).read_bytes() for name in ("x.db", "x.db-wal")}
    (record,) = open_logs([path]).records()
    assert record.rows_used == 300
    assert any("write-ahead log" in note for note in record.notes)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    writer.close()


def test_a_table_may_be_named_and_mapped(tmp_path: Path) -> None:
    rows = [{"when_": 1772000000 + i, "who": f"u{i % 3}", "secret": None} for i in range(9)]
    path = _sqlite(tmp_path / "x.db", {"a": EVENTS, "b": EVENTS[:5], "own": rows})
    assert [r.path.partition("!")[2] for r in open_logs([path]).records()] == ["a", "b"]
    assert open_logs([f"{path}!b"]).records()[0].rows_used == 5
    logs = open_logs([f"{path}!own"], mapping={"timestamp": "when_", "account_id": "who"})
    assert read_all(logs)["account_id"].n_unique() == 3


def test_accounts_may_lie_in_a_database(tmp_path: Path) -> None:
    path = _sqlite(
        tmp_path / "x.db", {"people": [{"account_id": "a1", "email": "a@b.test"}, {"account_id": "a2", "email": None}]}
    )
    assert read_accounts(path)["account_id"].to_list() == ["a1", "a2"]


def test_databases_without_logs_list_their_tables(tmp_path: Path) -> None:
    path = _sqlite(tmp_path / "x.db", {"users": [{"id": 1, "name": "n"}], "orders": [{"id": 2, "sum": 3}]})
    assert "orders (id, sum); users (id, name)" in str(refusal(path))
    sqlite3.connect(tmp_path / "e.db").execute("VACUUM")
    assert "no table of a known kind among 0" in str(
        refusal(write(tmp_path / "e2.db", (tmp_path / "e.db").read_bytes()))
    )


def test_damage_is_told_and_what_was_before_it_is_used(tmp_path: Path) -> None:
    path = _sqlite(tmp_path / "x.db", {"log": [event(i, prompt="x" * 900) for i in range(2000)]})
    data = bytearray(Path(path).read_bytes())
    data[len(data) * 2 // 3 :] = b"\xff" * (len(data) - len(data) * 2 // 3)
    (record,) = open_logs([write(tmp_path / "y.db", bytes(data))]).records()
    assert 0 < record.rows_used < 2000
    assert record.rejected[0].reason.startswith("damaged SQLite file")
    assert record.rejected[0].first_at == f"row {record.rows}"
    assert "damaged" in str(refusal(write(tmp_path / "z.db", b"SQLite format 3\0" + b"\xff" * 5000)))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        _fill(url)
        yield url


def _fill(url: str) -> None:
    from adbc_driver_postgresql import dbapi

    rows = pl.DataFrame([spend_row(i) for i in range(500)]).with_columns(
        pl.col("startTime", "endTime").str.to_datetime(), pl.col("mcp_namespaced_tool_name", "agent_id").cast(pl.String)
    )
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("LiteLLM_SpendLogs", rows.to_arrow(), mode="create")
        cursor.execute('ALTER TABLE "LiteLLM_SpendLogs" ALTER COLUMN metadata TYPE jsonb USING metadata::jsonb')
        cursor.execute('ALTER TABLE "LiteLLM_SpendLogs" ALTER COLUMN spend TYPE numeric(20, 8)')
        cursor.execute('CREATE TABLE "LiteLLM_UserTable" (user_id text, spend double precision)')
        cursor.execute("CREATE SCHEMA own")
        cursor.execute("CREATE TABLE own.hits (at timestamptz, who uuid, net inet, note text[])")
        cursor.execute(
            "INSERT INTO own.hits "
            "SELECT now() - n * interval '1 hour', md5((n % 4)::text)::uuid, '203.0.113.7', '{a,b}' "
            "FROM generate_series(1, 40) n"
        )
        connection.commit()


def test_litellm_tables_are_read_from_a_server(server: str) -> None:
    logs = open_logs([server])
    frame = read_all(logs)
    assert frame.height == 500
    assert frame["account_id"].n_unique() == 500
    assert set(frame["client_ip"]) == {"198.51.100.7"}
    (record,) = logs.records()
    assert (record.format, record.rows, record.rows_used) == ("litellm_spend_logs (postgresql)", 500, 500)
    assert record.path.endswith("/postgres?table=public.LiteLLM_SpendLogs")
    assert any("naive timestamps" in note for note in record.notes)
    assert any("live table" in note for note in record.notes)
    assert len(record.sha256) == 64
    assert len(logs.record_hashes([(0, 4)])) == 1
    assert "ss" not in record.path.partition("@")[0]


def test_any_table_is_read_by_name_and_mapping(server: str) -> None:
    mapping = {"timestamp": "at", "account_id": "who", "client_ip": "net"}
    for url in (f"{server}?table=hits", f"{server}?table=own.hits", server):
        frame = read_all(open_logs([url], mapping=mapping))
        assert frame["account_id"].n_unique() == 4
        assert frame["client_ip"].to_list() == ["203.0.113.7"] * 40


def test_a_server_is_only_read(server: str) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        for setting in reader._SETTINGS:
            cursor.execute(setting)
        connection.commit()
        with pytest.raises(dbapi.Error, match="read-only"):
            cursor.execute("CREATE TABLE own.more (a int)")


def test_lists_of_a_server_arrive_as_json(server: str) -> None:
    logs = open_logs([server], mapping={"timestamp": "at", "account_id": "who", "tool_names": "note"})
    assert read_all(logs)["tool_names"].unique().to_list() == ["a,b"]


def test_what_a_server_lacks_is_said(server: str) -> None:
    with pytest.raises(InputError, match="no such table") as caught:
        open_logs([f"{server}?table=none"])
    assert "public.LiteLLM_SpendLogs" in caught.value.hint
    with pytest.raises(InputError, match="no table of a known kind") as caught:
        open_logs([server.replace("/postgres", "/template1")])


def test_passwords_are_never_told(server: str) -> None:
    wrong = server.replace(PASSWORD, "hunter%202")
    with pytest.raises(InputError) as caught:
        open_logs([wrong])
    told = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert "password authentication failed" in told
    assert "hunter" not in told
    assert "hunter" not in repr(caught.value)


def test_urls_are_shown_without_secrets() -> None:
    assert shown("postgres://u:pw@h:1/db?sslpassword=x&table=t") == "postgresql://u@h:1/db?table=t"
    assert shown("postgresql:///db") == "postgresql:///db"
    assert without_secrets("u u:p w failed for p%20w", "postgres://u:p%20w@h/db") == "u u:*** failed for ***"


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "adbc_driver_postgresql", None)
    with pytest.raises(UsageError) as caught:
        open_logs(["postgresql://u:pw@127.0.0.1:1/db"])
    assert "extractscan[postgres]" in caught.value.hint
    assert os.environ.get("PGPASSWORD") is None
