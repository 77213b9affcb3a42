"""LiteLLM proxy: rows of the spend-logs table, and the payload objects that its loggers put on a bucket.

Exports hold JSON in strings, the empty string for a missing value, and `None` as a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.cast import joined_names
from extractscan.readers.source import Field, Record, Source, has_keys

_NOTES: Final = (
    "account_id is the proxy's user, else the caller's end user, else the key's hash",
    "client_ip is the address that reached the proxy: a load balancer's, unless it passes the client's on",
)


class Call:
    """One record, with its nested JSON parsed once; a projection leaves out what no column needs."""

    __slots__ = ("body", "failure", "messages", "metadata", "parameters", "record", "response")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.metadata = chat.object_of(record.get("metadata"))
        self.failure = chat.object_of(record.get("error_information") or self.metadata.get("error_information"))
        request = chat.object_of(record.get("proxy_server_request"))
        inner = request.get("body")
        self.body: Mapping[str, Any] = inner if isinstance(inner, dict) else request
        apart = record.get("model_parameters")
        self.parameters = {**self.body, **chat.object_of(apart)} if apart else self.body
        self.messages = chat.parse(record.get("messages")) or self.body
        self.response = chat.parse(record.get("response"))

    def get(self, name: str) -> Any:
        """A top-level field; None where it holds one of the words for nothing."""
        value = self.record.get(name)
        return None if value in _NOTHING else value

    def meta(self, name: str) -> Any:
        """A field of the metadata; None where it holds one of the words for nothing."""
        value = self.metadata.get(name)
        return None if value in _NOTHING else value


_NOTHING: Final = (None, "", "None", "null")


def _account(call: Call) -> Any:
    return (
        call.get("user")
        or call.meta("user_api_key_user_id")
        or _end_user(call)
        or call.get("api_key")
        or call.meta("user_api_key_hash")
        or call.meta("user_api_key")
    )


def _end_user(call: Call) -> Any:
    return call.get("end_user") or call.meta("user_api_key_end_user_id")


def _user_agent(call: Call) -> Any:
    if agent := call.meta("user_agent"):
        return agent
    tags = chat.parse(call.record.get("request_tags"))
    marked = [t[12:] for t in tags if isinstance(t, str) and t.startswith("User-Agent: ")] if _is_list(tags) else []
    return max(marked, key=lambda tag: (len(tag), tag), default=None)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _prompt(call: Call) -> Any:
    return chat.request_prompt(call.messages)


def _system(call: Call) -> Any:
    return chat.request_system(call.messages) or chat.request_system(call.body)


def _max_tokens(call: Call) -> Any:
    names = ("max_tokens", "max_completion_tokens", "max_output_tokens")
    return next((call.parameters[name] for name in names if call.parameters.get(name)), None)


def _cached(call: Call) -> Any:
    usage = call.metadata.get("usage_object")
    if not isinstance(usage, dict) and isinstance(call.response, dict):
        usage = call.response.get("usage")
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    inner = details.get("cached_tokens") if isinstance(details, dict) else None
    return inner if inner is not None else usage.get("cache_read_input_tokens")


def _status(call: Call) -> Any:
    code = call.failure.get("error_code")
    if code not in _NOTHING:
        return code if str(code).isdecimal() else None
    return 200 if call.get("status") == "success" else None


def _error(call: Call) -> Any:
    """The class of an error alone: messages of failed calls quote keys."""
    kind = call.failure.get("error_class")
    return kind if kind not in _NOTHING else ("failure" if call.get("status") == "failure" else None)


def _latency(call: Call) -> Any:
    """Milliseconds from start to end; the logged response time of a stream ends at its first token."""
    if (given := call.get("request_duration_ms")) is not None:
        return given
    start, end = _seconds(call.record.get("startTime")), _seconds(call.record.get("endTime"))
    return None if start is None or end is None else round((end - start) * 1000)


def _seconds(value: Any) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError):
        return None


_SHARED: Final = {
    schema.TIMESTAMP: Field(("startTime",), lambda c: c.get("startTime")),
    schema.END_USER: Field(("end_user", "metadata.user_api_key_end_user_id"), _end_user),
    schema.CLIENT_IP: Field(
        ("requester_ip_address", "metadata.requester_ip_address"),
        lambda c: c.get("requester_ip_address") or c.meta("requester_ip_address"),
    ),
    schema.USER_AGENT: Field(("metadata.user_agent", "request_tags"), _user_agent),
    schema.MODEL: Field(("model",), lambda c: c.get("model")),
    schema.ENDPOINT: Field(("call_type",), lambda c: c.get("call_type")),
    schema.COMPLETION: Field(("response",), lambda c: chat.response_text(c.response)),
    schema.INPUT_TOKENS: Field(("prompt_tokens",), lambda c: c.get("prompt_tokens")),
    schema.OUTPUT_TOKENS: Field(("completion_tokens",), lambda c: c.get("completion_tokens")),
    schema.CACHED_TOKENS: Field(("metadata.usage_object", "response.usage"), _cached),
    schema.STATUS_CODE: Field(("status", "error_information.error_code", "metadata.error_information"), _status),
    schema.ERROR: Field(("error_information.error_class", "metadata.error_information", "status"), _error),
    schema.LATENCY: Field(("request_duration_ms", "endTime", "startTime"), _latency),
    schema.PROMPT: Field(("messages", "proxy_server_request"), _prompt),
    schema.SYSTEM_PROMPT: Field(("messages", "proxy_server_request"), _system),
    schema.MAX_TOKENS: Field(("model_parameters.max_tokens", "proxy_server_request"), _max_tokens),
    schema.TEMPERATURE: Field(
        ("model_parameters.temperature", "proxy_server_request"), lambda c: c.parameters.get("temperature")
    ),
    schema.N_CHOICES: Field(("model_parameters.n", "proxy_server_request"), lambda c: c.parameters.get("n")),
    schema.LOGPROBS: Field(
        ("model_parameters.logprobs", "proxy_server_request"), lambda c: c.parameters.get("logprobs")
    ),
    schema.STREAM: Field(
        ("stream", "model_parameters.stream", "proxy_server_request"),
        lambda c: c.record.get("stream") if c.get("stream") is not None else c.parameters.get("stream"),
    ),
    schema.TOOL_NAMES: Field(
        ("model_parameters.tools", "proxy_server_request"), lambda c: joined_names(c.parameters.get("tools"))
    ),
}

_LATE: Final = frozenset({schema.STATUS_CODE, schema.ERROR})

SPEND_LOGS: Final = Source(
    name="litellm_spend_logs",
    title="LiteLLM proxy spend logs (table LiteLLM_SpendLogs as NDJSON, JSON, CSV or Parquet)",
    recognised="fields `request_id`, `call_type`, `spend`, `startTime`",
    links_accounts="users, keys, teams, addresses, clients",
    carries_prompts="if the proxy stores prompts in its spend logs",
    matches=lambda records: has_keys(records, "request_id", "call_type", "spend", "startTime"),
    view=Call,
    fields=MappingProxyType(
        {
            **_SHARED,
            schema.ACCOUNT: Field(("user", "metadata.user_api_key_user_id", "end_user", "api_key"), _account),
            schema.API_KEY: Field(
                ("api_key", "metadata.user_api_key"), lambda c: c.get("api_key") or c.meta("user_api_key")
            ),
            schema.ORGANIZATION: Field(
                ("organization_id", "metadata.user_api_key_org_id", "team_id"),
                lambda c: c.get("organization_id") or c.meta("user_api_key_org_id") or c.get("team_id"),
            ),
            schema.REQUEST: Field(("request_id",), lambda c: c.get("request_id")),
            schema.SESSION: Field(("session_id",), lambda c: c.get("session_id")),
            schema.COST: Field(("spend",), lambda c: c.record.get("spend")),
        }
    ),
    late=_LATE,
    notes=_NOTES,
    wants="Requests name nobody where the proxy runs without keys, or all with its master key.",
)


def _is_payload(records: Sequence[Record]) -> bool:
    return has_keys(records, "call_type", "startTime", "model_parameters") or has_keys(
        records, "call_type", "startTime", "hidden_params"
    )


PAYLOADS: Final = Source(
    name="litellm_payload",
    title="LiteLLM standard logging payloads (one JSON object a file, or one a line)",
    recognised="fields `call_type`, `startTime` and `model_parameters` or `hidden_params`",
    links_accounts="users, keys, organizations, addresses, clients",
    carries_prompts="unless message logging is turned off",
    matches=_is_payload,
    view=Call,
    fields=MappingProxyType(
        {
            **_SHARED,
            schema.ACCOUNT: Field(
                ("metadata.user_api_key_user_id", "end_user", "metadata.user_api_key_hash"), _account
            ),
            schema.API_KEY: Field(("metadata.user_api_key_hash",), lambda c: c.meta("user_api_key_hash")),
            schema.ORGANIZATION: Field(
                ("metadata.user_api_key_org_id", "metadata.user_api_key_team_id"),
                lambda c: c.meta("user_api_key_org_id") or c.meta("user_api_key_team_id"),
            ),
            schema.REQUEST: Field(("id",), lambda c: c.get("id")),
            schema.SESSION: Field(("trace_id",), lambda c: c.get("trace_id")),
            schema.COST: Field(("response_cost",), lambda c: c.record.get("response_cost")),
        }
    ),
    late=_LATE,
    notes=_NOTES,
    wants="Requests name nobody where the proxy runs without keys, or all with its master key.",
)
