"""Envoy AI Gateway, Istio and Envoy access logs (JSON): addresses, clients, tokens; who called if a header says so."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers.addresses import address, forwarded
from extractscan.readers.credentials import fingerprint, key_of
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = (
    "user.id",
    "enduser.id",
    "x-user-id",
    "x-user",
    "x-ai-eg-user-id",
    "x-tenant-id",
    "x-consumer-id",
    "user_id",
    "user",
    "jwt.sub",
    "sub",
    "consumer",
)
"""Names that templates give to who called; the format has none of its own."""


def _entry(record: Record) -> Record:
    """The entry with names in one case, without what stands for nothing."""
    return {str(k).casefold(): v for k, v in record.items() if v not in (None, "", "-")}


def _first(*names: str) -> Field:
    return Field(names, lambda entry: next((entry[name] for name in names if name in entry), None))


def _client(entry: Record) -> Any:
    """The first forwarded address; the peer's is the load balancer's where there is one."""
    header = entry.get("x-forwarded-for", entry.get("x_forwarded_for"))
    return forwarded(header) or address(entry.get("downstream_remote_address"))


def _key(entry: Record) -> Any:
    token = entry.get("authorization")
    kept = {name: value for name, value in entry.items() if name != "authorization"}
    found = key_of(kept)
    return found or (fingerprint(token) if isinstance(token, str) and token.count(".") < 2 else None)


def _status(entry: Record) -> Any:
    """The HTTP status; zero stands for none, where the client went away."""
    code = entry.get("response_code")
    return None if str(code) == "0" else code


def _error(entry: Record) -> Any:
    code = str(entry.get("response_code", ""))
    return str(entry.get("response_flags") or "failure") if code[:1] in {"0", "4", "5"} else None


def _account(entry: Record) -> Any:
    return next((entry[name] for name in _USERS if name in entry), None) or _key(entry)


_KEYS: Final = ("authorization", "x-api-key", "api-key", "apikey", "x-goog-api-key")

SOURCE: Final = Source(
    name="envoy",
    title="Envoy AI Gateway, Istio and Envoy access logs (JSON)",
    recognised="field `gen_ai.request.model` or `response_flags`, with `response_code`, `duration`, `start_time`",
    links_accounts="addresses and clients; accounts if the template logs a user or key header",
    carries_prompts="no",
    matches=lambda records: (
        has_keys(records, "gen_ai.request.model") or has_keys(records, "response_code", "duration", "start_time")
    ),
    view=_entry,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: _first("start_time", "timestamp", "@timestamp"),
            schema.ACCOUNT: Field((*_USERS, *_KEYS), _account),
            schema.API_KEY: Field(_KEYS, _key),
            schema.REQUEST: _first("x-request-id", "request_id"),
            schema.SESSION: _first("session.id", "x-session-id"),
            schema.CLIENT_IP: Field(("x-forwarded-for", "x_forwarded_for", "downstream_remote_address"), _client),
            schema.USER_AGENT: _first("user-agent", "user_agent"),
            schema.JA4: _first("ja4", "tls_ja4", "tls_ja4_fingerprint", "ja4_fingerprint"),
            schema.MODEL: _first("gen_ai.request.model", "gen_ai.response.model"),
            schema.ENDPOINT: _first("x-envoy-origin-path", "path", ":path", "x-envoy-original-path"),
            schema.INPUT_TOKENS: _first("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
            schema.OUTPUT_TOKENS: _first("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
            schema.CACHED_TOKENS: _first("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cached_input_tokens"),
            schema.STATUS_CODE: Field(("response_code",), _status),
            schema.ERROR: Field(("response_flags", "response_code"), _error),
            schema.LATENCY: _first("duration"),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=("account_id is what a header says, else the fingerprint of a key; the format has no account of its own",),
    dotted=True,
    wants="The access log names nobody unless its template logs a header or claim that does.",
)
