"""Records of every source that is read, in the shapes that their exports have, with their traps."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from extractscan.errors import EXIT_NO_INPUT, InputError
from extractscan.readers import LogSet, open_logs


def lines(records: Iterable[Any], end: str = "\n") -> bytes:
    return "".join(json.dumps(record) + end for record in records).encode()


def write(path: Path, data: bytes, packing: str = "") -> str:
    if packing == "gzip":
        half = len(data) // 2
        data = gzip.compress(data[:half]) + gzip.compress(data[half:])
    if packing == "zstd":
        data = zstandard.ZstdCompressor().compress(data)
    path.write_bytes(data)
    return str(path)


def read_all(logs: LogSet, columns: Iterable[str] | None = None, accounts: pl.Series | None = None) -> pl.DataFrame:
    return pl.concat(logs.batches(columns, accounts=accounts))


def refusal(path: str, mapping: dict[str, str] | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        open_logs([path], mapping=mapping)
    assert caught.value.exit_code == EXIT_NO_INPUT
    assert caught.value.hint
    assert path in str(caught.value)
    return caught.value


def event(i: int, **other: Any) -> dict[str, Any]:
    """One canonical event."""
    return {
        "timestamp": f"2026-03-{1 + i % 28:02}T10:{i % 60:02}:00Z",
        "account_id": f"a{i % 7}",
        "request_id": f"r{i}",
        "client_ip": f"203.0.113.{i % 250}",
        "country": "de",
        "model": "m-large",
        "prompt": f"Explain item {i}, please",
        "input_tokens": 10 + i,
        "temperature": 0.5,
        "stream": i % 2 == 0,
        **other,
    }


def spend_row(i: int, **other: Any) -> dict[str, Any]:
    """One row of LiteLLM's spend logs: JSON in strings, the empty string for a missing value."""
    metadata = {
        "user_api_key_user_id": None,
        "user_api_key_org_id": None,
        "requester_ip_address": "198.51.100.7",
        "user_agent": None,
        "usage_object": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4}},
        "error_information": None,
    }
    body = {
        "model": "large",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": "answer"},
            {"role": "user", "content": [{"type": "text", "text": f"question {i}"}, {"type": "image_url"}]},
        ],
        "max_tokens": 64,
        "temperature": 0.1,
        "stream": True,
        "tools": [{"type": "function", "function": {"name": "zoo"}}, {"type": "function", "function": {"name": "abc"}}],
    }
    return {
        "request_id": f"chatcmpl-{i}",
        "call_type": "acompletion",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "spend": 0.000225,
        "total_tokens": 30,
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "startTime": "2025-01-24 09:20:46.847371",
        "endTime": "2025-01-24 09:20:47.851954",
        "completionStartTime": "2025-01-24 09:20:47.100000",
        "model": "large",
        "model_id": "",
        "model_group": "",
        "custom_llm_provider": "openai",
        "api_base": "",
        "user": f"u{i}",
        "metadata": json.dumps(metadata),
        "cache_hit": "None",
        "cache_key": "Cache OFF",
        "request_tags": json.dumps(["User-Agent: OpenAI", "User-Agent: OpenAI/Python 1.2.3", "team-a"]),
        "team_id": "team-1",
        "organization_id": "",
        "end_user": "",
        "requester_ip_address": "",
        "messages": "{}",
        "response": json.dumps({"choices": [{"message": {"role": "assistant", "content": "hi"}}]}),
        "proxy_server_request": json.dumps(
            {"url": "http://proxy", "headers": {"authorization": "Bearer sk-1"}, "body": body}
        ),
        "session_id": "s1",
        "status": "success",
        "mcp_namespaced_tool_name": None,
        "agent_id": None,
        **other,
    }


def payload(i: int, **other: Any) -> dict[str, Any]:
    """One LiteLLM logging payload, as it lies alone in an object on a bucket."""
    return {
        "id": f"chatcmpl-{i}",
        "trace_id": None,
        "call_type": "acompletion",
        "cache_hit": None,
        "stream": True,
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": 1737710446.25 + i,
        "endTime": 1737710447.0 + i,
        "response_time": 0.007,
        "model": "large",
        "metadata": {
            "user_api_key_hash": "ab" * 32,
            "user_api_key_user_id": f"u{i}",
            "user_api_key_org_id": "org-1",
            "user_api_key_team_id": None,
            "user_api_key_end_user_id": "customer-1",
            "requester_ip_address": "198.51.100.9",
            "user_agent": "curl/8",
        },
        "response_cost": 0.5,
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "request_tags": [],
        "end_user": "",
        "requester_ip_address": None,
        "messages": [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": f"Hello {i}"}],
        "response": {
            "choices": [{"index": 0, "message": {"content": "hi there", "role": "assistant"}}],
            "usage": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 3}},
        },
        "model_parameters": {"temperature": 0.7, "max_tokens": 99, "n": 2, "logprobs": False},
        "hidden_params": {"api_base": "https://example.test"},
        "error_str": None,
        "error_information": {"error_code": "", "error_class": "", "error_message": ""},
        **other,
    }


def _invocation(i: int, operation: str, request: Any, response: Any) -> dict[str, Any]:
    return {
        "timestamp": f"2026-02-03T04:05:{i % 60:02}Z",
        "accountId": "123456789012",
        "identity": {"arn": f"arn:aws:sts::123456789012:assumed-role/App/worker-{i % 3}"},
        "region": "eu-west-1",
        "requestId": f"00000000-0000-0000-0000-{i:012}",
        "operation": operation,
        "modelId": "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.vendor.large-v1:0",
        "input": {"inputContentType": "application/json", "inputBodyJson": request, "inputTokenCount": 11 + i},
        "output": {"outputContentType": "application/json", "outputBodyJson": response, "outputTokenCount": 22},
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }


def converse(i: int) -> dict[str, Any]:
    request = {
        "messages": [
            {"role": "user", "content": [{"text": f"converse {i}"}, {"guardContent": {"text": {"text": "guarded"}}}]}
        ],
        "system": [{"text": "sys one"}, {"text": "sys two"}],
        "inferenceConfig": {"maxTokens": 128, "temperature": 0.25},
        "toolConfig": {"tools": [{"toolSpec": {"name": "weather"}}, {"toolSpec": {"name": "clock"}}]},
    }
    response = {
        "output": {"message": {"role": "assistant", "content": [{"text": "one"}, {"text": "two"}]}},
        "stopReason": "end_turn",
        "metrics": {"latencyMs": 551},
    }
    return _invocation(i, "Converse", request, response)


def invoke(i: int) -> dict[str, Any]:
    request = {
        "messages": [{"role": "user", "content": f"invoke {i}"}],
        "system": "plain system",
        "max_tokens": 300,
        "temperature": 1,
    }
    return _invocation(i, "InvokeModel", request, {"type": "message", "content": [{"type": "text", "text": "whole"}]})


def stream(i: int) -> dict[str, Any]:
    request = {"prompt": f"stream {i}", "max_gen_len": 20}
    response = [
        {"type": "message_start", "message": {"role": "assistant"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "str"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "eam"}},
        {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"invocationLatency": 42}},
        "[DONE]",
    ]
    return {**_invocation(i, "InvokeModelWithResponseStream", request, response), "messages": {"odd": "extra"}}
