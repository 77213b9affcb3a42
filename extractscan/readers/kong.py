"""Kong AI Gateway logs (http-log, file-log, tcp-log): callers, clients and, if logged, the bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

import msgspec
import polars as pl

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.addresses import address, forwarded
from extractscan.readers.block_parsing import NAMES
from extractscan.readers.cast import series_of
from extractscan.readers.convert import read_all
from extractscan.readers.credentials import key_of
from extractscan.readers.exchange import Exchange, body_fields, model_of, of
from extractscan.readers.exchange_columns import either as either_of
from extractscan.readers.exchange_columns import filled, with_columns, without
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import either, first_of
from extractscan.readers.plain_columns import leaf
from extractscan.readers.shape import UnusualError, literal
from extractscan.readers.source import Column, Field, Record, Source


def _sections(ai: Any) -> Iterator[Mapping[str, Any]]:
    """The parts of `ai`, one a plugin, whatever the version calls it; the one with counters first."""
    found = [value for _, value in sorted(chat.object_of(ai).items()) if isinstance(value, dict)]
    yield from sorted(found, key=lambda part: "usage" not in part)


class Entry:
    """One log entry, with what AI plugins add to it."""

    __slots__ = ("exchange", "headers", "meta", "record", "usage")

    def __init__(self, record: Record) -> None:
        self.record = record
        ai = chat.object_of(record.get("ai"))
        parts = [part for part in _sections(ai) if "meta" in part or "usage" in part or "payload" in part]
        self.meta: Mapping[str, Any] = next((part["meta"] for part in parts if isinstance(part.get("meta"), dict)), {})
        self.usage: Mapping[str, Any] = next(
            (part["usage"] for part in parts if isinstance(part.get("usage"), dict)), {}
        )
        payloads = [p for p in (ai.get("payload"), *(part.get("payload") for part in parts)) if isinstance(p, dict)]
        request = next((p["request"] for p in payloads if p.get("request")), None)
        self.exchange = Exchange(record, request, next((p["response"] for p in payloads if p.get("response")), None))
        self.headers = _headers(record)


class Caller:
    """What an entry tells of its caller, without what AI plugins add to it."""

    __slots__ = ("headers", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.headers = _headers(record)


def _headers(record: Record) -> Mapping[str, Any]:
    headers = chat.object_of(chat.object_of(record.get("request")).get("headers"))
    return {str(name).casefold(): _single(value) for name, value in headers.items()}


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _account(entry: Entry | Caller) -> Any:
    """The consumer, else the credential that it used, else the fingerprint of the key in the headers."""
    consumer = chat.object_of(entry.record.get("consumer"))
    named = next((consumer[name] for name in ("custom_id", "username", "id") if consumer.get(name)), None)
    return named or chat.member(entry.record, "authenticated_entity", "id") or key_of(entry.headers)


def _key(entry: Entry | Caller) -> Any:
    return chat.member(entry.record, "authenticated_entity", "id") or key_of(entry.headers)


def _client(entry: Entry | Caller) -> Any:
    return forwarded(entry.headers.get("x-forwarded-for")) or address(entry.record.get("client_ip"))


_NO_CALL: Final = "no model call"


def _keeps(entry: Entry) -> str | None:
    return None if chat.object_of(entry.record.get("ai")) else _NO_CALL


_SECTIONS: Final = ("proxy", "ai-proxy")
"""What the one section of an entry is called, by version, where entries are read by columns."""


class _Request(msgspec.Struct, gc=False):
    headers: msgspec.Raw = None  # type: ignore[assignment]


_TOLD: Final = ("ai", "request", "authenticated_entity", "client_ip", "consumer")
_KINDS: Final = (NAMES, _Request | None, msgspec.Raw, msgspec.Raw, msgspec.Raw)
_CALLER: Final = ("request", "authenticated_entity", "consumer")
"""What tells of callers, in few different texts."""


def _told(read: Callable[[Any], Any], *paths: str, of: tuple[str, ...] = _CALLER) -> Field:
    """Read a field of entries by itself, headers having names that nobody can list, once for those that hold the same.

    Entries that are set aside give nothing, lest they decide of what type a column is.
    """

    def read_block(block: Any) -> Any:
        different, which = _callers(block, of)
        return series_of("values", read_all(read, different)).gather(which)

    return Field(paths, read, Column((), read_block))


def _entries(block: Any) -> list[Any]:
    """Load what tells of callers, of all entries of a block; their bodies stay closed."""
    entries: list[Any] = block.heads(_TOLD, *_KINDS)
    return entries


def _callers(block: Any, names: tuple[str, ...]) -> tuple[list[Caller], pl.Series]:
    """View different entries that are model calls, and say which of these each entry is; null for the others."""
    if names not in block.outlines:
        texts = zip(*(map(_TEXTS[name], _entries(block)) for name in names), strict=True)
        keys = [None if _reason(entry) else key for key, entry in zip(texts, _entries(block), strict=True)]
        numbers = {key: number for number, key in enumerate(filter(None, dict.fromkeys(keys)))}
        callers = [
            Caller({name: _opened(text, name) for name, text in zip(names, key, strict=True)}) for key in numbers
        ]
        block.outlines[names] = callers, pl.Series([key and numbers[key] for key in keys], dtype=pl.UInt32)
    found: tuple[list[Caller], pl.Series] = block.outlines[names]
    return found


def _headers_in(entry: Any) -> bytes:
    return b"" if entry.f1 is None or entry.f1.headers is None else bytes(entry.f1.headers)


def _text_at(name: str) -> Callable[[Any], bytes]:
    held = attrgetter(f"f{_TOLD.index(name)}")
    return lambda entry: b"" if (text := held(entry)) is None else bytes(text)


_TEXTS: Final[Mapping[str, Callable[[Any], bytes]]] = MappingProxyType(
    {name: _headers_in if name == "request" else _text_at(name) for name in _TOLD[1:]}
)
"""What stands in an entry, as it lies there; of requests, their headers alone."""


def _opened(text: bytes, name: str) -> Any:
    try:
        value = msgspec.json.decode(text) if text else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnusualError from error
    return {"headers": value} if name == "request" else value


def _reason(entry: Any) -> str | None:
    return None if chat.object_of(entry.f0) else _NO_CALL


def _within(*names: str) -> tuple[str, ...]:
    return tuple(f"ai.{section}.{name}" for section in _SECTIONS for name in names)


def _aside(block: Any) -> Any:
    """Say which entries are no model call.

    Raises:
        UnusualError: where an entry has other sections than one of a known name, which columns would not see.
    """
    reasons = list(map(_reason, _entries(block)))
    for entry, reason in zip(_entries(block), reasons, strict=True):
        if reason is None and (
            type(entry.f0) is not dict or len(entry.f0) > 1 or next(iter(entry.f0)) not in _SECTIONS
        ):
            raise UnusualError
    return pl.Series(reasons, dtype=pl.String)


def _count(*names: str) -> Field:
    paths = tuple(f"ai.*.usage.{name}" for name in names)
    return Field(
        paths,
        lambda entry: next((entry.usage[n] for n in names if entry.usage.get(n) is not None), None),
        leaf(*_within(*(f"usage.{name}" for name in names))),
    )


_META: Final = filled(*_within("meta.request_model", "meta.response_model"))
_PAYLOADS: Final = _within("payload.request", "payload.response")


def _model(entry: Entry) -> Any:
    return entry.meta.get("request_model") or entry.meta.get("response_model") or model_of(entry.exchange)


def _models(block: Any) -> Any:
    """Name the models that plugins name.

    Raises:
        UnusualError: where none is named and bodies may name one.
    """
    found = _META.read(block)
    lacking = block.nothing().is_null() if found is None else found.is_null()
    if any((block.given(path) & lacking).any() for path in _PAYLOADS):
        raise UnusualError
    return found


def _status(entry: Entry) -> Any:
    return chat.member(entry.record, "response", "status")


def _error(entry: Entry) -> Any:
    status = _status(entry)
    return "failure" if isinstance(status, int) and status >= 400 else None


def _inside(field: Field) -> Field:
    return replace(field, read=lambda entry: field.read(entry.exchange))


def _at(*paths: str) -> Field:
    column = without(first_of(*paths), *(literal(path) for path in paths if "." in path))
    return _inside(replace(of(*paths), column=column))


def _bodies() -> dict[str, Field]:
    fields = {name: _inside(field) for name, field in body_fields(("ai",), ("ai",)).items()}
    held = [with_columns(fields, *(f"ai.{at}.payload.{body}" for body in ("request", "response"))) for at in _SECTIONS]
    columns = {name: [field.column for each in held if (field := each[name]).column] for name in fields}
    return {name: replace(field, column=either_of(*columns[name])) for name, field in fields.items()}


def _matches(records: Sequence[Record]) -> bool:
    hits = 0
    for record in records:
        latencies = record.get("latencies")
        hits += "started_at" in record and isinstance(latencies, dict) and bool({"kong", "proxy"} & set(latencies))
    return bool(records) and 2 * hits >= len(records)


_BODIES: Final = _bodies()

SOURCE: Final = by_blocks(
    Source(
        name="kong",
        title="Kong AI Gateway logs (http-log, file-log, tcp-log)",
        recognised="fields `started_at` and `latencies.kong`",
        links_accounts="consumers, credentials, addresses, clients",
        carries_prompts="if payloads are logged",
        matches=_matches,
        view=Entry,
        fields=MappingProxyType(
            {
                **_BODIES,
                schema.TIMESTAMP: _at("started_at"),
                schema.ACCOUNT: _told(_account, "consumer", "authenticated_entity.id", "request.headers"),
                schema.API_KEY: _told(_key, "authenticated_entity.id", "request.headers"),
                schema.REQUEST: _at("request.id"),
                schema.CLIENT_IP: _told(
                    _client, "request.headers.x-forwarded-for", "client_ip", of=("request", "client_ip")
                ),
                schema.USER_AGENT: _told(lambda entry: entry.headers.get("user-agent"), "request.headers.user-agent"),
                schema.MODEL: Field(
                    ("ai.*.meta.request_model", "ai"), _model, Column((*_META.needs, *_PAYLOADS), _models)
                ),
                schema.ENDPOINT: _at("request.uri", "upstream_uri"),
                schema.INPUT_TOKENS: either(_count("prompt_tokens", "prompt_token"), _BODIES[schema.INPUT_TOKENS]),
                schema.OUTPUT_TOKENS: either(
                    _count("completion_tokens", "completion_token"), _BODIES[schema.OUTPUT_TOKENS]
                ),
                schema.STATUS_CODE: Field(("response.status",), _status),
                schema.ERROR: Field(("response.status",), _error),
                schema.LATENCY: _at("latencies.request"),
                schema.COST: _count("cost"),
            }
        ),
        late=frozenset({schema.ERROR}),
        notes=(
            "account_id is the consumer, else the credential, else the fingerprint of the key in the headers",
            "client_ip is the address that reached the gateway, unless a proxy before it passes the client's on",
        ),
        keeps=_keeps,
        aside=Column((), _aside),
        heads=frozenset({"ai"}),
        wants="Requests name nobody unless an authentication plugin runs or key headers are logged.",
    )
)
