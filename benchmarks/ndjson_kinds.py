"""Make records of further sources for `ndjson_speed`, in the shapes that their exports have, of about 1.3 KB."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import msgspec

WORDS: Final = (
    "explain",
    "matrix",
    "rotation",
    "with",
    "an",
    "example",
    "and",
    "then",
    "write",
    "tests",
    "für",
    "naïve",
)
Maker = Callable[[int, random.Random], dict[str, object]]


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _bodies(i: int, rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a request and its answer, as chat APIs have them."""
    prompt = " ".join(rng.choices(WORDS, k=45))
    request = {
        "model": "large", "messages": [
            {"role": "system", "content": "Be brief,\nbe kind."}, {"role": "user", "content": f'Say "{prompt}"'},
        ], "max_tokens": 256, "temperature": 0.25, "stream": False,
    }  # fmt: skip
    answer = {"index": 0, "message": {"role": "assistant", "content": prompt[:120]}, "finish_reason": "stop"}
    response = {
        "id": f"chatcmpl-{i:032x}", "object": "chat.completion", "model": "large-2026", "choices": [answer],
        "usage": {
            "prompt_tokens": 40, "completion_tokens": 30, "total_tokens": 70,
            "prompt_tokens_details": {"cached_tokens": i % 7},
        },
    }  # fmt: skip
    return request, response


def _day(i: int) -> str:
    return f"2026-03-{1 + i % 28:02}"


def helicone(i: int, rng: random.Random) -> dict[str, object]:
    """Make one line of a Helicone export with bodies."""
    request, response = _bodies(i, rng)
    return {
        "request_id": f"h-{i:032x}", "request_created_at": f"{_day(i)} 10:{i % 60:02}:00.250", "response_id": f"hr-{i}",
        "response_status": 200, "request_user_id": f"user-{i % 999}", "country_code": "DE", "provider": "OPENAI",
        "request_model": "large", "response_model": "large-2026", "request_path": "/v1/chat/completions",
        "request_properties": {"Helicone-Session-Id": f"s-{i // 9}", "team": "x"}, "prompt_tokens": 40,
        "completion_tokens": 30, "delay_ms": 551 + i % 90, "cost": 0.0005, "request_body": request,
        "response_body": response,
    }  # fmt: skip


def portkey(i: int, rng: random.Random) -> dict[str, object]:
    """Make one line of a Portkey export, whose requests and answers hold their bodies among other things."""
    request, response = _bodies(i, rng)
    return {
        "id": f"pk-{i:032x}", "created_at": f"{_day(i)}T10:{i % 60:02}:01.000Z", "trace_id": f"t-{i // 3}",
        "request": {"url": "https://api.example.test/v1/chat/completions", "method": "POST", "body": request},
        "response": {"status": 200, "body": response, "response_time": 700}, "is_success": 1, "ai_org": "openai",
        "ai_model": "large", "req_units": 40, "res_units": 30, "cost": 0.05, "cost_currency": "USD",
        "request_url": "https://api.example.test/v1/chat/completions", "response_status_code": 200,
        "response_time": 551 + i % 90, "stream_mode": 0, "virtual_key": f"key-{i % 99}",
        "metadata": {"_user": f"user-{i % 999}", "_organisation": f"org-{i % 99}"}, "runtime": "python",
    }  # fmt: skip


def vertex(i: int, rng: random.Random) -> dict[str, object]:
    """Make one row of Vertex AI's table, exported with its bodies as objects."""
    prompt = " ".join(rng.choices(WORDS, k=60))
    request = {
        "model": "projects/p/locations/l/publishers/google/models/large",
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "system_instruction": {"parts": [{"text": "Be brief, be kind."}]},
        "generation_config": {"temperature": 0.25, "max_output_tokens": 256},
        "labels": {"user_id": f"user-{i % 999}"},
    }  # fmt: skip
    response = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": prompt[:120]}]}, "finish_reason": 1}],
        "usage_metadata": {"prompt_token_count": 40, "candidates_token_count": 30, "total_token_count": 70},
        "create_time": f"{_day(i)}T08:{i % 60:02}:00.987654321Z",
    }  # fmt: skip
    return {
        "endpoint": "projects/p/locations/l/publishers/google/models/large", "deployed_model_id": "",
        "logging_time": f"{_day(i)} 08:{i % 60:02}:00.123456 UTC", "request_id": str(10**20 + i),
        "request_payload": [], "response_payload": [], "model": "google/large", "model_version": "default",
        "api_method": "generateContent", "full_request": request, "full_response": response,
        "metadata": {"request_latency": 812.4}, "otel_log": None,
    }  # fmt: skip


def spend(i: int, rng: random.Random) -> dict[str, object]:
    """Make one row of LiteLLM's spend logs, which hold JSON in texts."""
    request, response = _bodies(i, rng)
    metadata = {"user_api_key_user_id": f"user-{i % 999}", "user_agent": "OpenAI/Python 1.99.1", "usage_object": None}
    return {
        "request_id": f"chatcmpl-{i:032x}", "call_type": "acompletion", "api_key": f"{i % 999:064x}", "spend": 0.0005,
        "prompt_tokens": 40, "completion_tokens": 30, "startTime": f"{_day(i)} 09:{i % 60:02}:46.847371",
        "endTime": f"{_day(i)} 09:{i % 60:02}:47.847371", "model": "large", "user": f"user-{i % 999}",
        "metadata": _text(metadata), "cache_hit": "None", "end_user": "", "status": "success",
        "requester_ip_address": f"198.51.{i % 200}.{i % 250}", "messages": _text(request["messages"]),
        "response": _text(response), "request_tags": "[]", "custom_llm_provider": "openai",
    }  # fmt: skip


def langfuse(i: int, rng: random.Random) -> dict[str, object]:
    """Make one observation of a Langfuse blob export, which holds JSON in texts."""
    request, response = _bodies(i, rng)
    return {
        "id": f"obs-{i}", "trace_id": f"tr-{i // 3}", "project_id": "proj", "type": "GENERATION", "name": "chat",
        "start_time": f"{_day(i)} 10:{i % 60:02}:00.100", "end_time": f"{_day(i)} 10:{i % 60:02}:00.900",
        "metadata": _text({"attributes": {"client.address": f"198.51.{i % 200}.{i % 250}"}}), "level": "DEFAULT",
        "input": _text(request["messages"]), "output": _text(response["choices"][0]["message"]),
        "provided_model_name": "large", "model_parameters": _text({"temperature": "0.7", "max_tokens": "100"}),
        "usage_details": {"input": 40, "output": 30, "total": 70, "input_cached_tokens": i % 7},
        "cost_details": {"total": 0.0005}, "total_cost": 0.0005, "user_id": f"user-{i % 999}", "session_id": "s",
        "updated_at": f"{_day(i)} 10:{i % 60:02}:10.000", "tool_definitions": {}, "tool_call_names": [],
    }  # fmt: skip


def databricks(i: int, rng: random.Random) -> dict[str, object]:
    """Make one row of a Databricks inference table, whose bodies are texts."""
    request, response = _bodies(i, rng)
    return {
        "databricks_request_id": f"{i:032x}", "request_date": _day(i), "client_request_id": None,
        "request_time": f"{_day(i)}T10:{i % 60:02}:00.123", "status_code": 200, "execution_duration_ms": 551 + i % 90,
        "request": _text(request), "response": _text(response), "logging_error_codes": [],
        "served_entity_id": "8a61a8f0", "requester": f"user{i % 999}@example.test",
    }  # fmt: skip


def cloudflare(i: int, rng: random.Random) -> dict[str, object]:
    """Make one log of Cloudflare's AI Gateway, whose heads of bodies are texts."""
    request, response = _bodies(i, rng)
    return {
        "id": f"{i:026x}", "created_at": f"{_day(i)}T12:{i % 60:02}:01Z", "duration": 551 + i % 90, "model": "large",
        "path": "chat/completions", "provider": "openai", "success": True, "status_code": 200, "cached": False,
        "tokens_in": 40, "tokens_out": 30, "cost": 0.0005, "metadata": _text({"user_id": f"user-{i % 999}"}),
        "request_type": "chat", "step": 0, "request_head": _text(request), "response_head": _text(response),
    }  # fmt: skip


def kong(i: int, rng: random.Random) -> dict[str, object]:
    """Make one entry of Kong's log of a model call, whose bodies are texts in the section of a plugin."""
    request, response = _bodies(i, rng)
    return {
        "upstream_uri": "/v1/chat/completions", "client_ip": f"198.51.{i % 200}.{i % 250}",
        "started_at": 1_772_000_000_250 + 1000 * i, "latencies": {"kong": 12, "proxy": 540, "request": 551 + i % 90},
        "request": {
            "id": f"{i:032x}", "uri": "/chat", "method": "POST", "size": 323,
            "headers": {"user-agent": "OpenAI/Python 1.99.1", "authorization": "REDACTED", "host": "ai.example.test"},
        },
        "response": {"status": 200, "size": 900, "headers": {}}, "service": {"id": "svc"}, "route": {"id": "rt"},
        "consumer": {"id": f"c-{i % 999}", "username": f"user-{i % 999}"},
        "authenticated_entity": {"id": f"cred-{i % 999}"},
        "ai": {"proxy": {
            "meta": {"plugin_id": "pl", "provider_name": "openai", "request_model": "large", "llm_latency": 530},
            "usage": {"prompt_tokens": 40, "completion_tokens": 30, "total_tokens": 70, "cost": 0.0005},
            "payload": {"request": _text(request), "response": _text(response)},
        }},
    }  # fmt: skip


KINDS: Final = MappingProxyType(
    {
        "helicone": helicone, "portkey": portkey, "vertex": vertex, "spend": spend, "langfuse": langfuse,
        "databricks": databricks, "cloudflare": cloudflare, "kong": kong,
    }
)  # fmt: skip
"""By the name that `--kind` takes."""
TEXTS: Final = MappingProxyType(
    {
        "spend": ("metadata", "messages", "response"),
        "langfuse": ("metadata", "input", "output", "model_parameters"),
        "databricks": ("request", "response"),
        "cloudflare": ("metadata", "request_head", "response_head"),
        "kong": ("ai.proxy.payload.request", "ai.proxy.payload.response"),
    }
)
"""Fields that hold JSON as text, which whoever reads these records has to open too."""
