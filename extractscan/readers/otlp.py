"""OpenTelemetry traces and logs as OTLP JSON: model calls, and the server spans that know who called.

A model call is a span of the client's side, so that address and user agent stand on the server span of the same trace.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat, gen_ai
from extractscan.readers.otlp_attributes import plain
from extractscan.readers.otlp_calls import (
    AGENT,
    LOGS,
    SPAN_ID,
    SPANS,
    TRACE_ID,
    USER,
    Span,
    address,
    event_name,
    fields,
    fingerprint,
    keys,
    log_parts,
    nanoseconds,
    no_call,
    no_content,
    no_logged_call,
    no_server,
    span_parts,
)
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Side, Source, has_keys

SERVERS: Final = Side(
    name="otlp_server_spans",
    title="server spans of OpenTelemetry traces",
    recognised="`resourceSpans`",
    matches=lambda records: has_keys(records, "resourceSpans"),
    view=Span,
    on=TRACE_ID,
    key=keys(SPANS)[TRACE_ID],
    fields=MappingProxyType(
        {
            schema.ACCOUNT: Field(SPANS, lambda span: first(span.own, *USER)),
            schema.SESSION: Field(SPANS, lambda span: first(span.own, "session.id")),
            schema.CLIENT_IP: Field(SPANS, address),
            schema.USER_AGENT: Field(SPANS, lambda span: first(span.own, *AGENT)),
            schema.COUNTRY: Field(SPANS, lambda span: first(span.own, "client.geo.country_iso_code")),
            schema.JA4: Field(SPANS, fingerprint),
        }
    ),
    rank=Field(SPANS, lambda span: -(nanoseconds(span, "startTimeUnixNano") or 0)),
    parts=span_parts,
    keeps=no_server,
    heads=frozenset(SPANS),
    events=True,
)
"""The outermost server span of a trace, which begins first, is the one that the caller reached."""

TRACES: Final = Source(
    name="otlp_traces",
    title="OpenTelemetry traces as OTLP JSON (gen_ai and OpenInference attributes)",
    recognised="`resourceSpans`",
    links_accounts="users where named; addresses and clients from the server span of the trace",
    carries_prompts="where content is captured",
    matches=SERVERS.matches,
    view=Span,
    fields=MappingProxyType(fields(SPANS)),
    keys=keys(SPANS),
    parts=span_parts,
    keeps=no_call,
    heads=frozenset(SPANS),
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
    side=SERVERS,
    wants="Set `enduser.id` or `user.id` on model calls, or give the server spans of the same traces too.",
    notes=("account_id is `enduser.id` or `user.id` of the model call, else of the trace's server span",),
)

CONTENTS: Final = Side(
    name="otlp_log_contents",
    title="texts of model calls in OpenTelemetry logs",
    recognised="`resourceLogs`",
    matches=lambda records: has_keys(records, "resourceLogs"),
    view=Span,
    on=SPAN_ID,
    key=keys(LOGS)[SPAN_ID],
    fields=MappingProxyType(
        {
            schema.PROMPT: Field(LOGS, lambda log: _logged(log, "user") or gen_ai.prompt(log.attributes)),
            schema.SYSTEM_PROMPT: Field(LOGS, lambda log: _logged(log, "system") or gen_ai.system(log.attributes)),
            schema.COMPLETION: Field(LOGS, lambda log: _logged(log, "choice") or gen_ai.completion(log.attributes)),
        }
    ),
    rank=Field(LOGS, lambda log: nanoseconds(log, "timeUnixNano", "observedTimeUnixNano")),
    parts=log_parts,
    keeps=no_content,
    heads=frozenset(LOGS),
)


def _logged(log: Span, role: str) -> Any:
    """The text of one message that was logged as an event of its own."""
    if str(event_name(log)).removeprefix("gen_ai.").removesuffix(".message") != role:
        return None
    body = plain(log.item.get("body"))
    if not isinstance(body, dict):
        return body if isinstance(body, str) else None
    message = body.get("message")
    return chat.text_of((message if isinstance(message, dict) else body).get("content"))


EVENTS: Final = Source(
    name="otlp_logs",
    title="OpenTelemetry logs as OTLP JSON (events of model calls)",
    recognised="`resourceLogs`",
    links_accounts="users where named; addresses and clients from the server span of the trace",
    carries_prompts="where content is captured",
    matches=CONTENTS.matches,
    view=Span,
    fields=MappingProxyType(fields(LOGS)),
    keys=MappingProxyType({TRACE_ID: keys(LOGS)[TRACE_ID]}),
    parts=log_parts,
    keeps=no_logged_call,
    heads=frozenset(LOGS),
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
    side=CONTENTS,
    wants="Set `enduser.id` or `user.id` on model calls, or give the server spans of the same traces too.",
)
