"""MLflow traces of both schemas: the model calls among a trace's spans, or the trace itself where it holds no spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, first_of
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Record, Source, has_keys

_CALLS: Final = frozenset({"LLM", "CHAT_MODEL"})
_FAILED: Final = frozenset({"ERROR", "STATUS_CODE_ERROR", "FAILED"})


class Call(Exchange):
    """One model call: its span, or none where the trace was logged without spans, and what the trace says of itself."""

    __slots__ = ("attributes", "info", "metadata", "span")

    def __init__(self, part: Record) -> None:
        self.info: Mapping[str, Any] = part["info"]
        self.span: Mapping[str, Any] = part["span"]
        self.attributes = {
            name: chat.parse(value) for name, value in chat.object_of(self.span.get("attributes")).items()
        }
        told = chat.object_of(first_of(self.info, ("trace_metadata", "request_metadata")))
        self.metadata = {**chat.object_of(self.info.get("tags")), **told}
        request = self.attributes.get("mlflow.spanInputs")
        response = self.attributes.get("mlflow.spanOutputs")
        if not self.span:
            request = _uncut(self.metadata.get("mlflow.traceInputs")) or _uncut(self.info.get("request_preview"))
            response = _uncut(self.metadata.get("mlflow.traceOutputs")) or _uncut(self.info.get("response_preview"))
        super().__init__(part, request, response)
        counted = self.attributes.get("mlflow.chat.tokenUsage") or self.metadata.get("mlflow.trace.tokenUsage")
        self.usage = chat.object_of(counted) or self.usage


def _uncut(text: Any) -> Any:
    """Previews are cut at a length: what is left of JSON then would look like wording that many requests share."""
    found = chat.parse(text)
    return None if isinstance(found, str) and found[:1] in {"{", "["} else found


def _parts(record: Record) -> Sequence[Record]:
    info = chat.object_of(first_of(record, ("info", "trace_info"))) or record
    spans = first_of(chat.object_of(record.get("data")) or record, ("spans",))
    found = chat.parse(spans)
    found = [span for span in found if isinstance(span, dict)] if isinstance(found, list) else []
    calls = [span for span in found if _kind(span) in _CALLS]
    return [{"info": info, "span": span} for span in calls] or [{"info": info, "span": {}, "others": len(found)}]


def _kind(span: Mapping[str, Any]) -> Any:
    own = chat.parse(chat.object_of(span.get("attributes")).get("mlflow.spanType"))
    return own or span.get("span_type")


def _keeps(call: Call) -> str | None:
    return "traces whose spans hold no model call" if call.record.get("others") else None


def _time(call: Call) -> Any:
    own = first_of(call.span, ("start_time_unix_nano", "start_time", "start_time_ns"))
    return own if own is not None else first_of(call.info, ("request_time", "timestamp_ms"))


def _latency(call: Call) -> Any:
    start = first_of(call.span, ("start_time_unix_nano", "start_time", "start_time_ns"))
    end = first_of(call.span, ("end_time_unix_nano", "end_time", "end_time_ns"))
    if start is not None and end is not None:
        return round((int(end) - int(start)) / 1_000_000)
    return _duration(first_of(call.info, ("execution_duration", "execution_duration_ms", "execution_time_ms")))


def _duration(value: Any) -> Any:
    """Milliseconds as a number, or seconds as text that ends in `s`."""
    if isinstance(value, str) and value.endswith("s"):
        return round(float(value[:-1]) * 1000)
    return value


def _status(call: Call) -> str:
    own = chat.object_of(call.span.get("status"))
    state = own.get("code") or own.get("status_code") or call.span.get("status_code")
    return str(state or first_of(call.info, ("state", "status")))


def _error(call: Call) -> Any:
    return "error" if _status(call) in _FAILED else None


def _meta(*names: str) -> Field:
    paths = tuple(f"{head}.{name}" for head in _INFO for name in names)
    return Field(paths, lambda call: first_of(call.metadata, names))


_INFO: Final = ("info", "trace_info", "trace_metadata", "request_metadata", "tags")
_SPANS: Final = ("data", "spans")
_TIMES: Final = (*_SPANS, "info", "trace_info", "request_time", "timestamp_ms")


def _request(call: Call) -> Any:
    span = first_of(call.span, ("span_id",)) or chat.object_of(call.span.get("context")).get("span_id")
    return span or first_of(call.info, ("trace_id", "request_id"))


def _model(call: Call) -> Any:
    return first(call.attributes, "mlflow.llm.model", "model") or first(call.body, "model")


def _matches(records: Sequence[Record]) -> bool:
    return any(
        has_keys(records, *names)
        for names in (
            ("info", "data"),
            ("trace_info",),
            ("trace_metadata", "request_time"),
            ("timestamp_ms", "request_metadata", "experiment_id"),
        )
    )


_BODIES: Final = {
    name: Field((*_SPANS, *_INFO, "request_preview", "response_preview"), field.read)
    for name, field in body_fields("data", "data").items()
}

SOURCE: Final = Source(
    name="mlflow",
    title="MLflow traces (schemas 2 and 3, with their spans or without)",
    recognised="`info` and `data`, `trace_info`, or the fields of a trace's info at the top",
    links_accounts="by the user that the application names: no address, no client",
    carries_prompts="yes, of model calls among the spans; without spans as a preview",
    matches=_matches,
    view=Call,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: Field(_TIMES, _time),
            schema.ACCOUNT: _meta("mlflow.trace.user"),
            schema.SESSION: _meta("mlflow.trace.session"),
            schema.REQUEST: Field((*_SPANS, "info", "trace_info", "trace_id", "request_id"), _request),
            schema.MODEL: Field((*_SPANS, *_INFO), _model),
            schema.LATENCY: Field((*_TIMES, "execution_duration", "execution_time_ms"), _latency),
            schema.ERROR: Field((*_SPANS, "info", "trace_info", "state", "status"), _error),
        }
    ),
    parts=_parts,
    keeps=_keeps,
    heads=frozenset({"info", "trace_info", "data", "spans", "trace_metadata", "request_metadata", "tags"}),
    late=frozenset({schema.ERROR}),
    wants="Set `mlflow.trace.user` on the traces; without it they name nobody.",
    notes=("account_id is the trace's `mlflow.trace.user`, which only applications that set it have",),
)
