"""`inspect` says what inputs hold without analyzing them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EVENTS = [
    {"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "model": "\x1b[3m", "request_id": "r1", "prompt": "hush"},
    {"timestamp": "2026-03-01T01:00:00Z", "account_id": "b", "model": None, "request_id": "r1", "prompt": "words"},
    {"timestamp": "2026-03-03T01:00:00Z", "account_id": "b", "model": "m", "request_id": "r2", "prompt": None},
    {"timestamp": "never", "account_id": "b", "model": "m", "request_id": "r3", "prompt": None},
]  # fmt: skip


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Four rows: one without a time, one with a repeated request id."""
    path = tmp_path / "logs.ndjson"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS))
    return path


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """A side table with one field of use, and an account given twice."""
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,payment_fingerprint\na,card1\nb,card1\nb,card2\n")
    return path


def test_inputs_are_described(run, logs) -> None:
    """Rows used and rejected, fill, span, repeats and missing fields are all said; texts are not shown."""
    result = run("inspect", logs)
    assert result.exit_code == 0, result.stderr
    page = " ".join(result.stdout.split())
    for words in (
        "3 of 4 used", "1, first at row", "67%", "2026-03-01 to 2026-03-03", "1 row with a request id seen before",
        "not there", "client_ip in the logs", "payment_fingerprint in the accounts table",
    ):  # fmt: skip
        assert words in page, words
    assert "hush" not in page
    assert "\x1b" not in result.stdout


def test_the_accounts_table_is_described(run, logs, accounts) -> None:
    """With --accounts its columns are named, what was odd in it is said, and its signals lack nothing."""
    page = " ".join(run("inspect", logs, "--accounts", accounts).stdout.split())
    assert "2 accounts · account_id, payment_fingerprint" in page
    assert "•" in page.partition("Accounts table")[2].partition("Together")[0]
    assert "payment_fingerprint in the accounts table" not in page


def test_a_mapping_is_followed(run, tmp_path) -> None:
    """--map reads columns from the log's own fields."""
    path = tmp_path / "own.ndjson"
    path.write_text('{"when": "2026-03-01T00:00:00Z", "user": {"id": "a"}}\n')
    result = run("inspect", path, "--map", "timestamp=when", "--map", "account_id=user.id", "--json")
    assert json.loads(result.stdout)["accounts"] == 1


def test_silences_are_listed(run, tmp_path) -> None:
    """Two days without an event, in a log that is never silent for long, are named with their length."""
    path = tmp_path / "gap.ndjson"
    hours = ["01T00", "01T02", "01T04", "01T06", "03T06"]
    path.write_text("".join(f'{{"timestamp": "2026-03-{hour}:00:00Z", "account_id": "a"}}\n' for hour in hours))
    assert "2026-03-01T07:00:00Z to 2026-03-03T06:00:00Z (47 h)" in run("inspect", path).stdout


def test_json_holds_the_same(run, logs, accounts) -> None:
    """--json gives the whole inspection, the accounts table, and the signals that lack fields."""
    found = json.loads(run("inspect", logs, "--accounts", accounts, "--json").stdout)
    assert found["rows_used"] == 3
    assert found["duplicate_request_ids"] == 1
    assert found["accounts_table"]["columns"] == ["account_id", "payment_fingerprint"]
    lacking = {each["name"]: each["missing"] for each in found["signals_lacking_fields"]}
    assert lacking["address"] == ["client_ip"]
    assert "payment" not in lacking
    assert json.loads(run("inspect", logs, "--json").stdout)["accounts_table"] is None


def test_nothing_readable_ends_with_3(run, tmp_path) -> None:
    """Where no input can be read there is nothing to say."""
    assert run("inspect", tmp_path / "none").exit_code == 3


def test_a_whole_log_lacks_nothing(run, tmp_path) -> None:
    """A simulated world has every column that a signal needs, and no silence."""
    assert run("simulate", tmp_path / "w", "--accounts", "40", "--days", "2", "--kind", "company").exit_code == 0
    logs, accounts = tmp_path / "w" / "logs.parquet", tmp_path / "w" / "accounts.parquet"
    page = run("inspect", logs, "--accounts", accounts).stdout
    assert "lack fields" not in page
    assert "not there" not in page
    assert "Silences" not in page


def test_a_file_that_is_not_read_says_why(run, logs) -> None:
    """In a folder, what is no log is named with the reason, and without columns."""
    (logs.parent / "empty.ndjson").touch()
    page = "".join(run("inspect", logs.parent).stdout.split())  # long paths are folded anywhere
    part = page.partition("empty.ndjson")[2].partition("sha256")[0]
    assert "notread" in part
    assert "span" not in part


def test_inputs_without_times_have_no_span() -> None:
    """Where no row was used there is no span, and no fill but an empty one."""
    from extractscan.cli.inspection_page import Drawn, inspection_page
    from extractscan.forecast import Load, forecast
    from extractscan.model import Input, Rejected
    from extractscan.readers.inspection import Column, Inspected, Inspection
    from extractscan.writers.terminal import View

    lost = [Rejected(reason="no account", count=1, first_at="row 0")]
    kept = Input(path="x", format="f", sha256="0", bytes=1, rows=1, rows_used=0, rejected=lost, notes=["as UTC"])
    column = Column(name="prompt", source="q", filled=0.0, example=None)
    each = Inspected(input=kept, title="t", why="w", columns=[column])
    found = Inspection(
        inputs=[each], bytes=1, rows=1, rows_used=0, accounts=0, first=None, last=None,
        gaps=[], duplicate_request_ids=0, columns=["prompt"], missing=["model"],
    )  # fmt: skip
    cost = forecast(Load(0, 0, 0, 0.0, 0), 1, here=(1.0, 1.0), cores=2)
    page = inspection_page(View(), Drawn(found, cost, None, [], [])).decode()
    assert "span" not in page
    assert "0%" in page
    assert "as UTC" in page
    assert "1, first at row 0: no account" in page


def test_a_mapping_file_is_guessed_and_serves_again(run, tmp_path) -> None:
    """For an unknown log the fields are guessed by name and value; nested ones, times and taken ones are told apart."""
    path, target = tmp_path / "own.ndjson", tmp_path / "map.toml"
    row = {
        "when": "soon",
        "created_at": 1772000000,
        "user": {"id": "u1", "ip": "203.0.113.7"},
        "usage": {"prompt_tokens": 3},
    }
    path.write_text("".join(f"{json.dumps(row | {'created_at': 1772000000 + i})}\n" for i in range(9)))
    assert run("inspect", path).exit_code == 3
    result = run("inspect", path, "--write-map", target, "--map", "prompt=when", "--json")
    assert result.exit_code == 0, result.stderr
    assert "4 guessed" in result.stderr
    assert target.read_text().splitlines()[2:] == [
        "# given", 'prompt = "when"', "", "# guessed by the names of the fields: check them",
        'timestamp = "created_at"', 'account_id = "user.id"', 'client_ip = "user.ip"',
        'input_tokens = "usage.prompt_tokens"',
    ]  # fmt: skip
    again = run("inspect", path, "--map", f"@{target}", "--json")
    assert json.loads(again.stdout)["columns"] == json.loads(result.stdout)["columns"]
    assert "exists already" in run("inspect", path, "--write-map", target).stderr
    assert "also an input" in run("inspect", path, "--write-map", path).stderr


def test_a_mapping_file_names_what_is_needed_and_was_not_found(run, tmp_path) -> None:
    """As a comment: it is no mapping before somebody fills it in."""
    path, target = tmp_path / "own.ndjson", tmp_path / "map.toml"
    row = '{"when": 1772000000, "somebody": "u1", "usr": {"group": "g"}, "net": {"caller_ip": "203.0.113.7"}}\n'
    path.write_text(row * 9)
    result = run("inspect", path, "--write-map", target)
    assert result.exit_code == 3
    assert "no field for account_id" in result.stderr
    assert target.read_text().splitlines()[3:] == [
        'timestamp = "when"', 'client_ip = "net.caller_ip"', "",
        "# needed, and no field looks like it: name one", '# account_id = "FIELD"',
    ]  # fmt: skip
    path.write_text(row.replace("group", "id") * 9)
    assert run("inspect", path, "--write-map", tmp_path / "b.toml").exit_code == 0
    assert 'account_id = "usr.id"' in (tmp_path / "b.toml").read_text()


def test_a_known_log_needs_no_guess(run, logs, tmp_path) -> None:
    """And the file says so by holding nothing; what cannot be read at all still ends with 3."""
    result = run("inspect", logs, "--write-map", tmp_path / "map.toml")
    assert "nothing had to be guessed" in result.stderr
    assert result.exit_code == 0
    (tmp_path / "words").write_text("just words")
    assert run("inspect", tmp_path / "words", "--write-map", tmp_path / "m.toml").exit_code == 3


def test_changes_clocks_order_and_cost_are_said(run, tmp_path) -> None:
    """A column that ceases, a second input 90 s ahead, rows out of order, and what a run would take."""
    times = [f"2026-03-{1 + i // 10:02}T0{i % 10}:00:00Z" for i in range(100)]
    rows = [
        {"timestamp": time, "account_id": "a", "request_id": f"r{i}", "model": "m" if i < 60 else None}
        for i, time in enumerate(times)
    ]
    (tmp_path / "a.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in [*rows[:50], *rows[40:]]))
    late = [row | {"timestamp": row["timestamp"].replace(":00:00Z", ":01:30Z")} for row in rows[:20]]
    (tmp_path / "b.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in late))
    found = json.loads(run("inspect", tmp_path, "--json").stdout)
    assert found["drift"] == [{"column": "model", "day": "2026-03-07", "before": 1.0, "after": 0.0}]
    (skew,) = found["skew"]
    assert (skew["requests"], skew["seconds"]) == (20, 90.0)
    assert [(each["out_of_order"], each["furthest_back_s"]) for each in found["inputs"]] == [(1, 32400.0), (0, 0.0)]
    assert found["cost"]["bytes_read"] == 2 * found["bytes"]
    assert "address" not in found["signals_running"]
    assert found["duplicate_request_ids"] == 30
    page = "".join(run("inspect", tmp_path).stdout.split())
    for words in (
        "model: 100% filled before 2026-03-07, 0",
        "+90 s apart",
        "1 row earlier than the one",
        "a run",
        "can run",
    ):
        assert words.replace(" ", "") in page, words


def test_what_inputs_tell_of_accounts_is_said(run, tmp_path) -> None:
    """A gateway's own table of users beside its log serves as an accounts table, and its signals lack nothing."""
    export = Path(__file__).parents[1] / "readers" / "fixtures" / "litellm_accounts"
    page = " ".join(run("inspect", export).stdout.split())
    assert "inputs tell account_id, created_at, email, organization_id of 2 accounts" in page
    assert "created_at in the accounts table" not in page
    assert "payment_fingerprint in the accounts table" in page
    found = json.loads(run("inspect", export, "--json").stdout)
    assert found["inputs_tell"] == {"accounts": 2, "columns": ["account_id", "created_at", "email", "organization_id"]}
    assert "email_domain" in found["signals_running"]


@pytest.mark.parametrize("width", ["80", "200"])
def test_names_of_fields_stand_whole_on_any_terminal(run, tmp_path, width, monkeypatch) -> None:
    """What a column comes from can be read and copied: no name is broken where it fits into a line."""
    row = {
        "request_id": "r",
        "call_type": "acompletion",
        "spend": 0.1,
        "startTime": "2026-03-01T00:00:00.123456Z",
        "user": "u",
    }
    (tmp_path / "spend.ndjson").write_text(json.dumps(row | {"end_user": "e", "metadata": {"user_agent": "a"}}) + "\n")
    monkeypatch.setenv("COLUMNS", width)
    page = run("inspect", tmp_path / "spend.ndjson").stdout
    words = page.split()
    assert "metadata.user_api_key_end_user_id" in words
    assert "error_information.error_code" in words
    assert max(map(len, page.splitlines())) <= int(width)
    assert ("filled" in words) == (width == "200")


def test_names_longer_than_their_place_break_behind_joints() -> None:
    """Alternatives share lines; what is longer than a line goes on in the next, indented."""
    from extractscan.cli.inspection_page import packed

    assert packed(["a", "b.c", "d"], 9) == ["a | b.c |", "d"]
    assert packed(["one_two.three", "x"], 7) == ["one_", "  two.", "  three |", "x"]
    assert packed(["unbreakable"], 4) == ["unbreakable"]
