"""Read model calls of OpenTelemetry out of spans and log records, by gen_ai and by OpenInference attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat, gen_ai, openinference
from extractscan.readers.addresses import forwarded
from extractscan.readers.openinference import Attributes
from extractscan.readers.otlp_attributes import attributes, identity, members
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Record

_SERVER: Final = frozenset({2, "2", "SPAN_KIND_SERVER"})
_FAILED: Final = frozenset({2, "2", "STATUS_CODE_ERROR"})
SPANS: Final = ("resourceSpans",)
LOGS: Final = ("resourceLogs",)
_DETAILS: Final = "gen_ai.client.inference.operation.details"

USER: Final = ("enduser.id", "enduser.pseudo.id", "user.id", "traceloop.association.properties.user_id")
_ADDRESS: Final = ("client.address", "http.client_ip", "source.ip")
_FORWARDED: Final = "http.request.header.x-forwarded-for"
_PEER: Final = ("network.peer.address", "net.sock.peer.addr", "net.peer.ip")
AGENT: Final = ("user_agent.original", "http.user_agent")
_STATUS: Final = ("http.response.status_code", "http.status_code")


class Span:
    """One span or log record with its attributes as one object, those of its resource behind its own."""

    __slots__ = ("attributes", "inference", "item", "own")

    def __init__(self, part: Record) -> None:
        self.item: Mapping[str, Any] = part["item"]
        self.own = attributes(self.item.get("attributes"))
        self.attributes = {**part["around"], **self.own}
        if openinference.KIND in self.own:
            self.inference: Attributes | None = Attributes(part, openinference.flattened(self.own))
        else:
            self.inference = None
            self.attributes.update(_contents(self.item, self.attributes))


def _contents(item: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Messages that stand in events of the span, as older instrumentations wrote them, where it has none itself."""
    events = item.get("events")
    asked, answered, found = [], [], dict[str, Any]()
    for event in events if isinstance(events, list) else ():
        name = event.get("name") if isinstance(event, dict) else None
        if not isinstance(name, str) or not name.startswith("gen_ai."):
            continue
        said = attributes(event.get("attributes"))
        found.update({key: said[key] for key in ("gen_ai.prompt", "gen_ai.completion") if key in said})
        role = name.removeprefix("gen_ai.").removesuffix(".message")
        if role in {"user", "system"}:
            asked.append({"role": role, "content": said.get("content")})
        elif role in {"choice", "assistant"}:
            answered.append(chat.object_of(said.get("message")) or {"content": said.get("content")})
    found.update({"gen_ai.input.messages": asked} if asked else {})
    found.update({"gen_ai.output.messages": answered} if answered else {})
    return {name: value for name, value in found.items() if name not in known}


_NOTHING: Final[Record] = MappingProxyType({"around": {}, "item": {}})
"""Stands for a record that holds no span and no log record, so that it is counted."""


def span_parts(record: Record) -> Sequence[Record]:
    """Take the spans out of an export request, each with the attributes of its resource."""
    found = members(record, "resourceSpans", ("scopeSpans", "instrumentationLibrarySpans"), "spans")
    return [{"around": around, "item": item} for around, item in found] or [_NOTHING]


def log_parts(record: Record) -> Sequence[Record]:
    """Take the log records out of an export request, each with the attributes of its resource."""
    found = members(record, "resourceLogs", ("scopeLogs", "instrumentationLibraryLogs"), "logRecords")
    return [{"around": around, "item": item} for around, item in found] or [_NOTHING]


def no_call(span: Span) -> str | None:
    """Say why a span is no request to a model for text; None where it is one."""
    if span.inference is not None:
        kind = span.own.get(openinference.KIND)
        return None if kind == "LLM" else "spans that are no model call"
    return None if gen_ai.is_call(span.own) else "spans that are no model call"


def event_name(span: Span) -> Any:
    """Give the name of a log record that is an event."""
    return span.item.get("eventName") or first(span.own, "event.name")


def no_logged_call(log: Span) -> str | None:
    """Say why a log record is no request to a model for text; None where it is one."""
    detailed = event_name(log) == _DETAILS or "gen_ai.usage.input_tokens" in log.own
    return None if detailed and gen_ai.is_call(log.own) else "log records that are no model call"


def no_content(log: Span) -> str | None:
    """Say why a log record holds no text of a model call; None where it does."""
    return None if str(event_name(log)).startswith("gen_ai.") else "log records without a model's texts"


def no_server(span: Span) -> str | None:
    """Say why a span is not that of a server; None where it is."""
    return None if span.item.get("kind") in _SERVER else "spans of no server"


def nanoseconds(span: Span, *names: str) -> int | None:
    """Give the first time of some that is there, in nanoseconds, from text or from a number; 0 means none."""
    for name in names:
        try:
            found = int(span.item.get(name) or 0)
        except (TypeError, ValueError, OverflowError):
            continue
        if found:
            return found
    return None


def _latency(span: Span) -> Any:
    start, end = nanoseconds(span, "startTimeUnixNano"), nanoseconds(span, "endTimeUnixNano")
    return None if start is None or end is None else round((end - start) / 1_000_000)


def address(span: Span) -> Any:
    """Give the caller's address: as the server saw it through its proxies, else the nearest peer's."""
    own = first(span.attributes, *_ADDRESS)
    return own or forwarded(span.attributes.get(_FORWARDED)) or first(span.attributes, *_PEER)


def _own_address(span: Span) -> Any:
    """A model call's own peer is the model's server: only what names the client counts."""
    return first(span.own, *_ADDRESS)


def fingerprint(span: Span) -> Any:
    """Give the client's TLS fingerprint; one of the older kind is marked as such."""
    own = first(span.attributes, "tls.client.ja4")
    older = first(span.attributes, "tls.client.ja3")
    return own or (f"ja3:{older}" if older else None)


def _error(span: Span) -> Any:
    status = span.item.get("status")
    failed = isinstance(status, dict) and status.get("code") in _FAILED
    return gen_ai.failure(span.attributes) or ("error" if failed else None)


def _request(span: Span) -> Any:
    return first(span.attributes, "gen_ai.response.id") or identity(span.item.get("spanId"))


def _texts(ours: Any, theirs: Any, roots: tuple[str, ...]) -> Field:
    """Read by the names of OpenInference where a span has them, else by those of gen_ai."""
    return Field(roots, lambda span: theirs(span.inference) if span.inference is not None else ours(span.attributes))


def _column(name: str, roots: tuple[str, ...]) -> Field:
    others = openinference.TOKENS.get(name, ())
    settings = {
        schema.MODEL: openinference.model,
        schema.MAX_TOKENS: lambda call: openinference.setting(call, "max_tokens", "max_completion_tokens"),
        schema.TEMPERATURE: lambda call: openinference.setting(call, "temperature"),
        schema.N_CHOICES: lambda call: openinference.setting(call, "n"),
        schema.STREAM: lambda call: openinference.setting(call, "stream"),
    }
    theirs = settings.get(name, lambda call: first(call.attributes, *others, *gen_ai.PLAIN[name]))
    return _texts(lambda found: gen_ai.read(found, name), theirs, roots)


def fields(roots: tuple[str, ...]) -> dict[str, Field]:
    """Make the fields of a model call, whose parts lie in some top-level fields."""
    return {
        **{name: _column(name, roots) for name in gen_ai.PLAIN},
        schema.TIMESTAMP: Field(
            roots, lambda span: nanoseconds(span, "startTimeUnixNano", "timeUnixNano", "observedTimeUnixNano")
        ),
        schema.ACCOUNT: Field(roots, lambda span: first(span.attributes, *USER)),
        schema.ORGANIZATION: Field(roots, lambda span: first(span.attributes, "organization.id")),
        schema.REQUEST: Field(roots, _request),
        schema.CLIENT_IP: Field(roots, _own_address),
        schema.USER_AGENT: Field(roots, lambda span: first(span.own, *AGENT)),
        schema.PROMPT: _texts(gen_ai.prompt, openinference.prompt, roots),
        schema.SYSTEM_PROMPT: _texts(gen_ai.system, openinference.system, roots),
        schema.COMPLETION: _texts(gen_ai.completion, openinference.completion, roots),
        schema.TOOL_NAMES: _texts(gen_ai.tools, openinference.tools, roots),
        schema.STATUS_CODE: Field(roots, lambda span: first(span.attributes, *_STATUS)),
        schema.ERROR: Field(roots, _error),
        schema.LATENCY: Field(roots, _latency),
    }


TRACE_ID: Final = "trace id"
SPAN_ID: Final = "span id"


def keys(roots: tuple[str, ...]) -> Mapping[str, Field]:
    """Make what a model call can be joined by."""
    return MappingProxyType(
        {
            TRACE_ID: Field(roots, lambda span: identity(span.item.get("traceId"))),
            SPAN_ID: Field(roots, lambda span: identity(span.item.get("spanId"))),
        }
    )
