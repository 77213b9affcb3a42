"""LiteLLM proxy: rows of the spend-logs table, and the payload objects that its loggers put on a bucket.

Exports hold JSON in strings, the empty string for a missing value, and `None` as a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers import litellm_columns as columns
from extractscan.readers.cast import joined_names
from extractscan.readers.picking import NOTHING, first, milliseconds
from extractscan.readers.source import Field, Record, Source, has_keys

_NOTES: Final = (
    "account_id is the proxy's user, else the caller's end user, else the key's hash",
    "client_ip is the address that reached the proxy: a load balancer's, unless it passes the client's on",
)


class Call:
    """One record, with its nested JSON parsed once; a projection leaves out what no column needs."""

    __slots__ = ("body", "failure", "messages", "metadata", "opened", "parameters", "record", "response")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.metadata = chat.object_of(record.get("metadata"))
        self.opened = {**record, "metadata": self.metadata} if type(record.get("metadata")) is str else record
        self.failure = chat.object_of(record.get("error_information") or self.metadata.get("error_information"))
        request = chat.object_of(record.get("proxy_server_request"))
        inner = request.get("body")
        self.body: Mapping[str, Any] = inner if isinstance(inner, dict) else request
        apart = record.get("model_parameters")
        self.parameters = {**self.body, **chat.object_of(apart)} if apart else self.body
        self.messages = chat.parse(record.get("messages")) or self.body
        self.response = chat.parse(record.get("response"))


def _pick(*paths: str) -> Field:
    """Read the first of some paths that holds anything, in metadata that were logged as text too."""
    return Field(paths, lambda call: first(call.opened, *paths), columns.pick(*paths))


def _user_agent(call: Call) -> Any:
    if (agent := first(call.opened, "metadata.user_agent")) is not None:
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
    return next((call.parameters[name] for name in columns.MAX_TOKENS_NAMES if call.parameters.get(name)), None)


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
    if code not in NOTHING:
        return code if str(code).isdecimal() else None
    return 200 if call.record.get("status") == "success" else None


def _error(call: Call) -> Any:
    """The class of an error alone: messages of failed calls quote keys."""
    kind = call.failure.get("error_class")
    return kind if kind not in NOTHING else ("failure" if call.record.get("status") == "failure" else None)


def _latency(call: Call) -> Any:
    """Milliseconds from start to end; the logged response time of a stream ends at its first token."""
    if (given := first(call.record, "request_duration_ms")) is not None:
        return given
    start, end = call.record.get("startTime"), call.record.get("endTime")
    if isinstance(start, int | float) and isinstance(end, int | float):
        return round((end - start) * 1000)
    return milliseconds(start, end)


def _stream(call: Call) -> Any:
    given = first(call.record, "stream")
    return call.parameters.get("stream") if given is None else given


def _parameter(name: str) -> Field:
    paths = (f"model_parameters.{name}", "proxy_server_request")
    return Field(paths, lambda call: call.parameters.get(name), columns.parameter(name))


_SHARED: Final = {
    schema.TIMESTAMP: _pick("startTime"),
    schema.END_USER: _pick("end_user", "metadata.user_api_key_end_user_id"),
    schema.CLIENT_IP: _pick("requester_ip_address", "metadata.requester_ip_address"),
    schema.USER_AGENT: Field(("metadata.user_agent", "request_tags"), _user_agent, columns.USER_AGENT),
    schema.MODEL: _pick("model"),
    schema.ENDPOINT: _pick("call_type"),
    schema.COMPLETION: Field(("response",), lambda call: chat.response_text(call.response), columns.COMPLETION),
    schema.INPUT_TOKENS: _pick("prompt_tokens"),
    schema.OUTPUT_TOKENS: _pick("completion_tokens"),
    schema.CACHED_TOKENS: Field(("metadata.usage_object", "response.usage"), _cached, columns.CACHED),
    schema.STATUS_CODE: Field(
        ("status", "error_information.error_code", "metadata.error_information"), _status, columns.STATUS
    ),
    schema.ERROR: Field(
        ("error_information.error_class", "metadata.error_information", "status"), _error, columns.ERROR
    ),
    schema.LATENCY: Field(("request_duration_ms", "endTime", "startTime"), _latency, columns.LATENCY),
    schema.PROMPT: Field(("messages", "proxy_server_request"), _prompt, columns.PROMPT),
    schema.SYSTEM_PROMPT: Field(("messages", "proxy_server_request"), _system, columns.SYSTEM),
    schema.MAX_TOKENS: Field(("model_parameters", "proxy_server_request"), _max_tokens, columns.MAX_TOKENS),
    schema.TEMPERATURE: _parameter("temperature"),
    schema.N_CHOICES: _parameter("n"),
    schema.LOGPROBS: _parameter("logprobs"),
    schema.STREAM: Field(("stream", "model_parameters.stream", "proxy_server_request"), _stream, columns.STREAM),
    schema.TOOL_NAMES: Field(
        ("model_parameters.tools", "proxy_server_request"),
        lambda call: joined_names(call.parameters.get("tools")),
        columns.TOOLS,
    ),
}

_ACCOUNT: Final = (
    *("user", "metadata.user_api_key_user_id", "end_user", "metadata.user_api_key_end_user_id"),
    *("api_key", "metadata.user_api_key_hash", "metadata.user_api_key"),
)
"""The proxy's user, else the caller's, else the key."""

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
            schema.ACCOUNT: _pick(*_ACCOUNT),
            schema.API_KEY: _pick("api_key", "metadata.user_api_key"),
            schema.ORGANIZATION: _pick("organization_id", "metadata.user_api_key_org_id", "team_id"),
            schema.REQUEST: _pick("request_id"),
            schema.SESSION: _pick("session_id"),
            schema.COST: _pick("spend"),
        }
    ),
    late=_LATE,
    blocks=True,
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
            schema.ACCOUNT: _pick(*_ACCOUNT),
            schema.API_KEY: _pick("metadata.user_api_key_hash"),
            schema.ORGANIZATION: _pick("metadata.user_api_key_org_id", "metadata.user_api_key_team_id"),
            schema.REQUEST: _pick("id"),
            schema.SESSION: _pick("trace_id"),
            schema.COST: _pick("response_cost"),
        }
    ),
    late=_LATE,
    blocks=True,
    notes=_NOTES,
    wants="Requests name nobody where the proxy runs without keys, or all with its master key.",
)
