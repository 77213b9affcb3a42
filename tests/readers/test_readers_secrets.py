"""Keys and tokens that logs carry in headers, addresses and errors never get past the readers."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from exports import EXPORTS, folder_of
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import lines, write

from extractscan import pipeline
from extractscan.errors import ExtractscanError
from extractscan.readers import credentials, open_logs
from extractscan.readers.envelopes import shown
from extractscan.readers.inspection import inspect_logs
from extractscan.readers.quarantine import encode

MARK = re.compile(r"(?:sk-|hf_)?SECRET[A-Z0-9]+|sk-secret[\w-]+")
"""How secrets are marked in the exports: in headers, query strings, credentials, signatures and error messages."""

CARRIERS = [
    "alb_before_gateway",
    "azure_apim",
    "azure_apim_llm",
    "bedrock_with_cloudtrail",
    "cloudflare_ai_gateway",
    "cloudtrail",
    "databricks_gateway",
    "ecs",
    "envoy",
    "gcp_audit",
    "helicone",
    "kong",
    "langfuse",
    "langfuse_ui",
    "langsmith",
    "mlflow_v3",
    "new_api",
    "nginx_before_gateway",
    "ocsf",
    "one_api_users",
    "openinference",
    "otlp_traces",
    "otlp_traces_and_logs",
    "portkey",
    "vllm_behind_litellm",
]
"""Exports of sources whose records can hold keys."""


def texts(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            yield json.dumps(pl.read_parquet(path).to_dicts(), default=str)
        elif path.is_file():
            data = path.read_bytes()
            yield (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")


def secrets_of(folder: Path) -> set[str]:
    return {found for text in texts(folder) for found in MARK.findall(text)}


def leaked(secrets: set[str], out: str) -> set[str]:
    return {secret for secret in secrets if secret.casefold() in out.casefold()}


@pytest.mark.parametrize("name", CARRIERS)
def test_exports_of_sources_that_can_carry_keys_carry_some(name: str) -> None:
    assert secrets_of(folder_of(name)), name


@pytest.mark.parametrize("name", EXPORTS)
def test_no_secret_reaches_a_frame_a_note_or_an_inspection(name: str) -> None:
    secrets = secrets_of(folder_of(name))
    logs = open_logs([str(folder_of(name))])
    frames = "".join(frame.write_ndjson() for frame in logs.batches())
    accounts = logs.accounts()
    frames += accounts.write_ndjson() if accounts is not None else ""
    told = msgspec.json.encode([logs.records(), inspect_logs(logs)]).decode()
    assert not leaked(secrets, frames)
    assert not leaked(secrets, told)


@pytest.mark.parametrize("name", CARRIERS)
def test_no_secret_reaches_a_report_or_an_error(name: str) -> None:
    secrets = secrets_of(folder_of(name))
    try:
        out = msgspec.json.encode(pipeline.analyze([str(folder_of(name))], reproducible=True)).decode()
    except ExtractscanError as error:
        out = f"{error} {error.hint}"
    assert not leaked(secrets, out)


@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("spoil", [b"? ", b"{", b"[[", b'{"x":1}\n', b"\0"])
def test_no_secret_reaches_the_message_of_a_file_that_cannot_be_read(name: str, spoil: bytes) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "export"
        shutil.copytree(folder_of(name), folder)
        for path in folder.rglob("*"):
            if path.is_file():
                path.write_bytes(spoil + path.read_bytes())
        for mapping in ({}, {"account_id": "nowhere"}):
            try:
                logs = open_logs([str(folder)], mapping=mapping)
                out = "".join(frame.write_ndjson() for frame in logs.batches()) + repr(logs.records())
            except ExtractscanError as error:
                out = f"{error} {error.hint}"
            assert not leaked(secrets_of(folder_of(name)), out)


def test_what_a_message_quotes_of_a_file_has_no_key_in_it() -> None:
    line = "GET /v1/chat?api-key=abc123 Authorization: Bearer abcdefgh12"
    more = ' "x-api-key": "k9" https://u:pw@host/ sk-proj-0123456789'
    assert shown(line) == repr("GET /v1/chat?api-key=[cut] Authorization: [cut] [cut]")
    assert credentials.cut_out(line + more) == (
        'GET /v1/chat?api-key=[cut] Authorization: [cut] [cut] "x-api-key": "[cut]" https://[cut]@host/ [cut]'
    )


HARMLESS = [
    "/v1/chat/completions?max_tokens=5&stream=true",
    "error code: 429",
    "OpenAI/Python 1.40.0",
    "gpt-4o",
    "arn:aws:iam::1:user/jo",
    "Boto3/1.35 md/Botocore#1.35 ua/2.0 os/linux#6.1",
    "risk-assessment-of-tasks",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_credential_stays_as_it_is(text: str) -> None:
    assert credentials.cut_out(text) == text
    assert credentials.without(pl.Series([text, None]))[0].to_list() == [text, None]
    assert credentials.hashed(pl.Series([text, None]))[0].to_list() == [text, None]


TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", min_size=20, max_size=60)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    TOKEN,
    st.sampled_from(
        [
            "https://h/p?api-key={}&a=1",
            "/p?x=1&subscription-key={}",
            "/m:generate?key={}",
            "Authorization: Bearer {}",
            "Bearer {}",
            "Basic {}",
            "sk-{}",
            "hf_{}",
            "https://user:{}@host/path",
            '{{"api_key": "{}"}}',
            "x-amz-security-token: {}",
            "https://b/k?X-Amz-Signature={}#x",
        ]
    ),
)
def test_a_token_in_any_known_place_is_cut_out(token: str, place: str) -> None:
    text = place.format(token)
    assert token not in credentials.cut_out(text)
    values, found = credentials.without(pl.Series([text, "plain"]))
    assert found
    assert token not in values[0]
    assert values[1] == "plain"


@pytest.mark.parametrize("column", ["account_id", "api_key_id", "session_id", "end_user_id", "device_id", "request_id"])
def test_identifiers_that_are_keys_are_hashed_and_still_tell_callers_apart(tmp_path: Path, column: str) -> None:
    keys = [f"Bearer sk-{letter * 30}" for letter in "abab"]
    records: list[dict[str, Any]] = [
        {"timestamp": f"2026-01-01T00:00:0{i}Z", "account_id": "a", column: key} for i, key in enumerate(keys)
    ]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    values = pl.concat(logs.batches())[column].to_list()
    assert values[:2] == values[2:]
    assert len(set(values)) == 2
    assert values[0] == hashlib.sha256(("sk-" + "a" * 30).encode()).hexdigest()
    assert logs.records()[0].notes == ["raw credentials replaced by their SHA-256"]


def test_the_key_of_headers_is_told_by_its_hash_alone() -> None:
    key = hashlib.sha256(b"k1").hexdigest()
    assert credentials.key_of({"Authorization": "Bearer k1", "X-Other": "x"}) == key
    assert credentials.key_of({"authorization": "REDACTED", "apikey": ["k1", "k2"]}) == key
    assert credentials.key_of({"authorization": "****", "api-key": "", "x-api-key": []}) is None
    assert credentials.key_of({"accept": "x"}) is None
    assert credentials.key_of("no headers") is None
    assert credentials.fingerprint(5) is None


BARE = {"SECRETERR9"}
"""The message of an error that is nothing but a key, with nothing around it that would tell."""


def _spoilt(data: bytes) -> bytes:
    """Add every line once more without its last letter: what breaks by it is quarantined with its raw record."""
    records = data.splitlines()
    head = [] if records[0].startswith(b"{") else [records.pop(0)]
    return b"\n".join([*head, *records, *(line[:-1] for line in records)]) + b"\n"


@pytest.mark.parametrize("name", CARRIERS)
def test_no_secret_reaches_the_quarantine(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    shutil.copytree(folder_of(name), folder)
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".jsonl", ".ndjson", ".csv", ".log"}:
            path.write_bytes(_spoilt(path.read_bytes()))
    try:
        out = b"".join(encode(open_logs([str(folder)]).quarantine())).decode()
    except ExtractscanError as error:
        out = f"{error} {error.hint}"
    assert not leaked(secrets_of(folder_of(name)) - BARE, out)
    assert "[cut]" in out or name not in {"kong", "portkey", "helicone", "envoy", "ocsf", "openinference", "azure_apim"}


def test_a_record_without_a_time_is_quarantined_without_its_keys(tmp_path: Path) -> None:
    record = {"account_id": "a", "headers": {"x-api-key": "opaque77"}, "url": "/v1?key=opaque77"}
    good = {"timestamp": "2026-03-01T10:00:00Z", "account_id": "a"}
    (entry,) = open_logs([write(tmp_path / "x.ndjson", lines([good, record]))]).quarantine()
    assert entry.raw is not None
    assert "opaque77" not in entry.raw
    assert entry.raw.count("[cut]") == 2


def test_a_request_id_that_callers_chose_is_cut_too(tmp_path: Path) -> None:
    """Gateways take over whatever a caller sends as its correlation id."""
    ids = ["req-1", "https://user:hunter22@host/x", "https://host/x?api_key=hunter22", "sk-live-abcdefghijkl"]
    path = tmp_path / "x.ndjson"
    path.write_text(
        "".join(json.dumps({"timestamp": 1_772_000_000, "account_id": "a", "request_id": each}) + "\n" for each in ids)
    )
    found = pl.concat(open_logs([str(path)]).batches())["request_id"].to_list()
    assert found[:3] == ["req-1", "https://[cut]@host/x", "https://host/x?api_key=[cut]"]
    assert len(found[3]) == 64


@pytest.mark.parametrize("column", ["country", "tool_names", "model", "endpoint", "error", "user_agent"])
def test_a_key_in_the_wrong_column_is_cut(tmp_path: Path, column: str) -> None:
    """Where a table has lost a separator, all columns behind it hold what belongs to another."""
    path = tmp_path / "x.ndjson"
    record = {"timestamp": 1_772_000_000, "account_id": "a", column: "Bearer hunter22hunter22"}
    path.write_text(json.dumps(record) + "\n")
    logs = open_logs([str(path)])
    assert pl.concat(logs.batches())[column][0].casefold() == "bearer [cut]"
    assert "hunter22" not in msgspec.json.encode([logs.records(), inspect_logs(logs)]).decode()


def test_the_kind_of_a_span_is_not_quoted_where_it_is_none(tmp_path: Path) -> None:
    (path,) = (folder_of("openinference")).glob("*.jsonl")
    spoilt = tmp_path / "x.jsonl"
    spoilt.write_text(re.sub('"CHAIN"', '"Bearer hunter22hunter22"', path.read_text()))
    (record,) = open_logs([str(spoilt)]).records()
    assert any("rows set aside: spans of no kind that is known" in note for note in record.notes)
    assert "hunter22" not in str(record)
