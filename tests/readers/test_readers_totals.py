"""Totals and sealed logs are recognised in the pages in which vendors deliver them, and refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reader_records import event, lines, read_all, refusal, write

from extractscan.readers import open_logs

COST = {"value": 0.06, "currency": "usd"}
SEALED = {"key": "a2V5", "data": "ZGF0YQ==", "iv": "aXY="}
SPAN = {"start_time": 1730419200, "end_time": 1730505600}
DAY = {"starting_at": "2025-08-01T00:00:00Z", "ending_at": "2025-08-02T00:00:00Z"}
LITELLM = {"date": "2025-05-01", "api_key": "88dc", "model": "m", "spend": 0.1, "api_requests": 4, "prompt_tokens": 9}


def page(**bucket: Any) -> dict[str, Any]:
    return {"object": "page", "data": [{"object": "bucket", **bucket}], "has_more": False, "next_page": None}


TOTALS: dict[str, dict[str, Any]] = {
    "OpenAI usage": page(
        **SPAN,
        results=[{"object": "organization.usage.completions.result", "input_tokens": 9, "user_id": None}],
    ),
    "OpenAI usage, other spelling": page(**SPAN, result=[]),
    "OpenAI costs": page(**SPAN, results=[{"object": "organization.costs.result", "amount": COST}]),
    "Anthropic usage": {"data": [{**DAY, "results": [{"uncached_input_tokens": 15, "api_key_id": None}]}]},
    "Anthropic costs": {"data": [{**DAY, "results": [{"currency": "USD", "amount": "123.78"}]}], "has_more": False},
    "OpenRouter activity": {"data": [{"date": "2025-08-24", "model_permaslug": "m", "requests": 5, "usage": 0.1}]},
    "OpenRouter activity, SDK": {"data": [{"date": "2025-08-24", "modelPermaslug": "m", "requests": 5}]},
    "Snowflake by day": {"USAGE_DATE": "2025-05-01", "MODEL_NAME": "m", "TOKENS": 5, "TOKEN_CREDITS": 0.1},
    "Snowflake by hour": {"START_TIME": "2025-05-01 00:00:00", "FUNCTION_NAME": "COMPLETE", "TOKEN_CREDITS": 0.2},
    "LiteLLM by user": {"user_id": "u", **LITELLM},
    "LiteLLM by team": {"team_id": "t", **LITELLM},
}


@pytest.mark.parametrize("what", TOTALS)
def test_totals_are_refused_because_a_total_is_no_event(tmp_path: Path, what: str) -> None:
    error = refusal(write(tmp_path / "x", lines([TOTALS[what]])))
    assert "it holds totals over many requests, and a total is not an event" in str(error)
    assert "one record a request" in str(error.hint)


def test_no_mapping_makes_events_of_totals(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([TOTALS["LiteLLM by user"]]))
    assert "a total is not an event" in str(refusal(path, {"timestamp": "date", "account_id": "user_id"}))


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_sealed_logs_are_said_to_be_unreadable(tmp_path: Path, packing: str) -> None:
    record = {"Gateway": "g", "Provider": "openai", "Model": "m", "StatusCode": 200, "Cached": False}
    bodies = {"Metadata": SEALED, "RequestBody": SEALED, "ResponseBody": SEALED}
    error = refusal(write(tmp_path / "20260418T000210Z_x.log.gz", lines([record | bodies] * 3), packing))
    assert "recognised as Cloudflare AI Gateway logs (Logpush): bodies and metadata are encrypted" in str(error)
    assert "private key" in str(error.hint)
    assert SEALED["data"] not in f"{error} {error.hint}"


def test_totals_beside_a_log_are_skipped_with_the_reason_and_count_as_no_event(tmp_path: Path) -> None:
    write(tmp_path / "a.json", lines([TOTALS["OpenAI usage"]]))
    write(tmp_path / "b.jsonl", lines(event(i) for i in range(5)))
    logs = open_logs([str(tmp_path)])
    assert read_all(logs).height == 5
    skipped, used = logs.records()
    assert (skipped.rows, skipped.rows_used, used.rows_used) == (0, 0, 5)
    assert "a total is not an event" in skipped.rejected[0].reason
