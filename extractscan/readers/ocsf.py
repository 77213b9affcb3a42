"""OCSF API activity (class 6003) with its profile for AI operations."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.bedrock import customer_of
from extractscan.readers.picking import first, pick
from extractscan.readers.source import Field, Record, Source

_CLASS: Final = 6003
_FAILURE: Final = 2
_SERVICES: Final = ("bedrock", "aiplatform", "sagemaker-runtime", "openai", "generativelanguage")
"""Services that serve models, where an event has no profile that says so."""


def _text(*paths: str, read: Any = chat.request_prompt) -> Field:
    def value(record: Record) -> Any:
        found = first(record, *paths)
        return None if found is None else read(found)

    return Field(paths, value)


def _system(found: Any) -> Any:
    """The system texts of messages; plain text has none."""
    return chat.request_system(found) if chat.messages_of(found) else None


def _no_call(record: Record) -> str | None:
    if first(record, "ai_model.name", "ai_model.uid", "message_context.prompt_tokens", "message_context.prompt_text"):
        return None
    service = str(first(record, "api.service.name") or "").lower()
    return None if any(name in service for name in _SERVICES) else "API calls to no model"


def _status(record: Record) -> Any:
    own = first(record, "api.response.code", "http_response.code", "status_code")
    return own if own is not None and str(own).isdecimal() else None


def _error(record: Record) -> Any:
    own = first(record, "api.response.error")
    return own or ("failure" if str(first(record, "status_id")) == str(_FAILURE) else None)


def _fingerprint(record: Record) -> Any:
    listed = first(record, "tls.ja4_fingerprint_list", "ja4_fingerprint_list")
    inner = listed[0] if isinstance(listed, list) and listed else {}
    own = first(inner, "value", "ja4") if isinstance(inner, dict) else None
    older = first(record, "tls.ja3_hash.value")
    return own or (f"ja3:{older}" if older else None)


def _customer(record: Record) -> Any:
    """The caller's organization, else its cloud account where that is not the account that the log is of."""
    own = first(record, "actor.user.org.uid")
    return own or customer_of(first(record, "actor.user.account.uid"), first(record, "cloud.account.uid"))


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(str(record.get("class_uid")) == str(_CLASS) for record in records)
    return bool(records) and 2 * hits >= len(records)


SOURCE: Final = Source(
    name="ocsf_api_activity",
    title="OCSF API activity (class 6003), with the profile `ai_operation` where there is one",
    recognised="`class_uid` is 6003",
    links_accounts="users, credentials, organizations, addresses, clients, TLS fingerprints",
    carries_prompts="where the profile's `message_context` holds them",
    matches=_matches,
    view=lambda record: record,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: pick("time", "time_dt", "start_time"),
            schema.ACCOUNT: pick(
                "actor.user.uid", "actor.user.name", "actor.user.email_addr", "actor.user.credential_uid"
            ),
            schema.API_KEY: pick("actor.user.credential_uid"),
            schema.ORGANIZATION: Field(
                ("actor.user.org.uid", "actor.user.account.uid", "cloud.account.uid"), _customer
            ),
            schema.REQUEST: pick("api.request.uid", "message_context.uid", "metadata.correlation_uid", "metadata.uid"),
            schema.SESSION: pick("actor.session.uid"),
            schema.CLIENT_IP: pick("src_endpoint.ip"),
            schema.ASN: pick("src_endpoint.autonomous_system.number"),
            schema.COUNTRY: pick("src_endpoint.location.country"),
            schema.USER_AGENT: pick("http_request.user_agent"),
            schema.JA4: Field(("tls", "ja4_fingerprint_list"), _fingerprint),
            schema.MODEL: pick("ai_model.name", "ai_model.uid"),
            schema.ENDPOINT: pick("api.operation"),
            schema.PROMPT: _text("message_context.prompt_text"),
            schema.SYSTEM_PROMPT: _text("message_context.prompt_text", read=_system),
            schema.COMPLETION: _text("message_context.response_text", read=chat.response_text),
            schema.INPUT_TOKENS: pick("message_context.prompt_tokens"),
            schema.OUTPUT_TOKENS: pick("message_context.completion_tokens"),
            schema.STATUS_CODE: Field(("api", "http_response", "status_code"), _status),
            schema.ERROR: Field(("api", "status_id"), _error),
            schema.LATENCY: pick("duration"),
        }
    ),
    keeps=_no_call,
    heads=frozenset({"ai_model", "message_context", "api"}),
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
)
