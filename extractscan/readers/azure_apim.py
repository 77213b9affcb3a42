"""Azure API Management: gateway rows, which say who called, and rows of messages, which say what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.addresses import address, forwarded
from extractscan.readers.credentials import key_of
from extractscan.readers.exchange import Exchange, body_fields, model_of, of
from extractscan.readers.source import Field, Fold, Record, Side, Source, has_keys

KEY: Final = "API Management correlation id"

_TYPED: Final = re.compile(r"_[sdbgt]\Z")
_DEPLOYMENT: Final = re.compile(r"/(?:deployments|models)/([^/?:]+)")


def _row(record: Record) -> Mapping[str, Any]:
    """One flat row with names in small letters.

    The event hub nests fields as `properties`, tables capitalise them, and the table that all services share
    (AzureDiagnostics) adds their type to the names (`url_s`, `responseCode_d`).
    """
    inner = chat.object_of(record.get("properties"))
    filled = [(str(name), value) for name, value in {**record, **inner}.items() if value is not None]
    return {_TYPED.sub("", name).casefold(): value for name, value in filled}


def _gateway(record: Record) -> Exchange:
    row = _row(record)
    request = row.get("requestbody") or row.get("backendrequestbody")
    return Exchange(row, request, row.get("responsebody") or row.get("backendresponsebody"))


def _paths(*names: str) -> tuple[str, ...]:
    """All spellings of some fields."""
    flat = tuple(name[:1].upper() + name[1:] for name in names)
    typed = tuple(f"{name}_{kind}" for name in names for kind in "sdbg")
    return (*(f"properties.{name}" for name in names), *flat, *names, *typed)


def _read(*names: str) -> Callable[[Exchange], Any]:
    """Take the first of some fields of the row that holds anything."""
    return of(*(name.casefold() for name in names)).read


def _at(*names: str) -> Field:
    return Field(_paths(*names), _read(*names))


def _headers(exchange: Exchange) -> Mapping[str, Any]:
    found = chat.object_of(exchange.record.get("requestheaders") or exchange.record.get("backendrequestheaders"))
    return {str(name).casefold(): value for name, value in found.items()}


def _header(name: str) -> Field:
    return Field(_paths("requestHeaders", "backendRequestHeaders"), lambda e: _headers(e).get(name))


def _account(exchange: Exchange) -> Any:
    return _read("apimSubscriptionId", "userId", "callerObjectId")(exchange) or key_of(_headers(exchange))


def _client(exchange: Exchange) -> Any:
    """The caller's address; behind a front door the header that the front door wrote."""
    return forwarded(_headers(exchange).get("x-forwarded-for")) or address(exchange.record.get("calleripaddress"))


def _model(exchange: Exchange) -> Any:
    if named := model_of(exchange):
        return named
    found = _DEPLOYMENT.search(str(exchange.record.get("url") or exchange.record.get("backendurl")))
    return found[1] if found else None


def _error(exchange: Exchange) -> Any:
    """The reason's name alone: messages may quote what was sent."""
    return exchange.record.get("lasterrorreason") or chat.member(exchange.record.get("lasterror"), "reason")


def _no_call(exchange: Exchange) -> str | None:
    method = exchange.record.get("method")
    return "no model call" if isinstance(method, str) and method.upper() != "POST" else None


def _is_gateway(records: Sequence[Record]) -> bool:
    hits = sum(r.get("category", r.get("Category")) == "GatewayLogs" for r in records)
    return (bool(records) and 2 * hits >= len(records)) or has_keys(
        records, "CorrelationId", "CallerIpAddress", "ApiId"
    )


_WHO: Final = {
    schema.ACCOUNT: Field(_paths("apimSubscriptionId", "userId", "callerObjectId", "requestHeaders"), _account),
    schema.API_KEY: Field(_paths("requestHeaders", "backendRequestHeaders"), lambda e: key_of(_headers(e))),
    schema.END_USER: _at("userId"),
    schema.CLIENT_IP: Field(("CallerIPAddress", *_paths("callerIpAddress", "requestHeaders")), _client),
    schema.USER_AGENT: _header("user-agent"),
    schema.STATUS_CODE: _at("responseCode"),
    schema.ERROR: Field(_paths("lastErrorReason", "lastError"), _error),
    schema.LATENCY: _at("durationMs", "totalTime"),
}
_HEADS: Final = frozenset({"properties", "method", "Method", "method_s"})
_GATEWAY_TITLE: Final = "Azure API Management gateway logs (joined with its LLM logs if those are given too)"
_GATEWAY_BY: Final = "`category` is `GatewayLogs`, or columns `CorrelationId`, `CallerIpAddress`, `ApiId`"

GATEWAY: Final = Source(
    name="azure_apim",
    title=_GATEWAY_TITLE,
    recognised=_GATEWAY_BY,
    links_accounts="subscriptions, users, addresses; clients and keys if headers are logged",
    carries_prompts="if bodies are logged, up to 8 KB",
    matches=_is_gateway,
    view=_gateway,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: Field(("time", "TimeGenerated"), _read("time", "timeGenerated")),
            **_WHO,
            schema.REQUEST: _at("correlationId"),
            schema.ENDPOINT: Field(
                _paths("url", "backendUrl", "operationId"), _read("url", "backendUrl", "operationId")
            ),
            schema.MODEL: Field(_paths("requestBody", "responseBody", "url"), _model),
            **body_fields(_paths("requestBody", "backendRequestBody"), _paths("responseBody", "backendResponseBody")),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=(
        "account_id is the subscription, else the user, else the fingerprint of the key in the headers",
        "bodies that were cut when they were logged are read as far as they go",
    ),
    keeps=_no_call,
    heads=_HEADS,
    wants="Only calls with a subscription, a user or a logged key header name an account.",
    side=Side(
        name="azure_apim",
        title=_GATEWAY_TITLE,
        recognised=_GATEWAY_BY,
        matches=_is_gateway,
        view=_gateway,
        on=KEY,
        key=_at("correlationId"),
        fields=MappingProxyType(_WHO),
        keeps=_no_call,
        heads=_HEADS,
    ),
)


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _llm_key(record: Record) -> str | None:
    row = _row(record)
    found = row.get("correlationid") or row.get("requestid")
    return found if isinstance(found, str) else None


def _llm_merge(records: Sequence[Record]) -> Record:
    """Join the chunks of one request in their order; of all other fields the first that is filled counts."""
    rows = sorted(map(_row, records), key=lambda row: _number(row.get("sequencenumber")))
    merged: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if merged.get(name) in (None, "", 0):
                merged[name] = value
    for name in ("requestmessages", "responsemessages"):
        merged[name] = _joined(_chunks(rows, name))
    return merged


def _chunks(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """List the chunks of one side up to a gap; a row that was delivered twice is no second chunk."""
    numbered: dict[int, Any] = {}
    for row in rows:
        if row.get(name) not in (None, "", [], "[]"):
            numbered.setdefault(_number(row.get("sequencenumber")), row[name])
    first = min(numbered, default=0)
    return [numbered[first + i] for i in range(len(numbered)) if all(first + j in numbered for j in range(i + 1))]


def _joined(chunks: Sequence[Any]) -> Any:
    """Text chunks make one text, lists one list."""
    if chunks and all(isinstance(chunk, list) for chunk in chunks):
        return [item for chunk in chunks for item in chunk]
    texts = [chunk for chunk in chunks if isinstance(chunk, str)]
    parsed = [chat.parse(text) for text in texts]
    if len(texts) > 1 and all(isinstance(each, list) for each in parsed):
        return [item for each in parsed for item in each]
    return "".join(texts) or None


def _llm(record: Record) -> Exchange:
    row = _row(record)
    return Exchange(row, row.get("requestmessages"), row.get("responsemessages"))


def _answer(exchange: Exchange) -> Any:
    """The assistant's text: logged as messages, or as the answer's body."""
    messages = chat.messages_of(exchange.response)
    texts = [chat.text_of(message.get("content")) for message in messages if "role" in message]
    return "\n".join(text for text in texts if text) or chat.response_text(exchange.response)


_CHUNKS: Final = _paths("requestMessages")
_ANSWERS: Final = _paths("responseMessages")


def _is_llm(records: Sequence[Record]) -> bool:
    hits = sum(r.get("category", r.get("Category")) in ("GatewayLlmLogs", "GatewayLlmLog") for r in records)
    return (bool(records) and 2 * hits >= len(records)) or has_keys(
        records, "CorrelationId", "SequenceNumber", "PromptTokens"
    )


LLM: Final = Source(
    name="azure_apim_llm",
    title="Azure API Management LLM logs (chunks put together; callers come from its gateway logs)",
    recognised="`category` is `GatewayLlmLogs`, or columns `CorrelationId`, `SequenceNumber`, `PromptTokens`",
    links_accounts="only with the gateway logs: subscriptions, users, addresses",
    carries_prompts="if messages are logged, up to 2 MB",
    matches=_is_llm,
    view=_llm,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: Field(("time", "TimeGenerated"), _read("time", "timeGenerated")),
            schema.ACCOUNT: _at("apimSubscriptionId", "userId"),
            schema.REQUEST: _at("correlationId", "requestId"),
            schema.MODEL: _at("modelName", "deploymentName"),
            schema.ENDPOINT: _at("operationName"),
            schema.STREAM: _at("isStreamCompletion"),
            schema.INPUT_TOKENS: _at("promptTokens"),
            schema.OUTPUT_TOKENS: _at("completionTokens"),
            schema.PROMPT: Field(_CHUNKS, body_fields(_CHUNKS, _ANSWERS)[schema.PROMPT].read),
            schema.SYSTEM_PROMPT: Field(_CHUNKS, body_fields(_CHUNKS, _ANSWERS)[schema.SYSTEM_PROMPT].read),
            schema.COMPLETION: Field(_ANSWERS, _answer),
        }
    ),
    notes=("messages of which a chunk is missing are read up to the gap",),
    keys=MappingProxyType({KEY: _at("correlationId")}),
    fold=Fold(
        key=_llm_key,
        merge=_llm_merge,
        heads=frozenset({"properties", "correlationId", "CorrelationId", "RequestId", "SequenceNumber"}),
    ),
    wants="They name no caller: give the gateway logs (ApiManagementGatewayLogs) of the same time too.",
)
