"""Google Cloud audit logs of Vertex AI: who called which model from where; an operation that lasts has two rows."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.addresses import address
from extractscan.readers.picking import pick
from extractscan.readers.source import Field, Fold, Record, Source

_SERVICE: Final = "aiplatform.googleapis.com"
_CALLS: Final = (
    "GenerateContent",
    "Predict",
    "ChatCompletions",
    "EmbedContent",
    "BidiGenerateContent",
    "Completions",
    "Responses",
)
"""How the names of methods end that call a model."""

_HTTP: Final = MappingProxyType(
    {0: 200, 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409}
    | {11: 400, 12: 501, 13: 500, 14: 503, 15: 500, 16: 401}
)
"""HTTP statuses of the codes of google.rpc.Code."""


def _payload(record: Record) -> Any:
    return chat.object_of(record.get("protoPayload") or record.get("protopayload_auditlog"))


def _same(record: Record) -> Record:
    return record


def _keeps(record: Record) -> str | None:
    payload = _payload(record)
    method = str(payload.get("methodName")).rsplit(".", 1)[-1]
    calls = payload.get("serviceName") == _SERVICE and method.endswith(_CALLS)
    return None if calls else "no model call"


def _key(record: Record) -> str | None:
    """The operation of a row that tells only its beginning or its end."""
    operation = chat.object_of(record.get("operation"))
    whole = bool(operation.get("first")) == bool(operation.get("last"))
    found = operation.get("id")
    return found if isinstance(found, str) and not whole else None


def _merge(records: Sequence[Record]) -> Record:
    """The row of the beginning says who and what, that of the end how it went."""
    ordered = sorted(records, key=lambda r: (bool(chat.object_of(r.get("operation")).get("last")), str(r)))
    first, last = ordered[0], ordered[-1]
    payload = {**_payload(last), **_payload(first)}
    if status := _payload(last).get("status"):
        payload["status"] = status
    return {**last, **first, "protoPayload": payload}


def _status(record: Record) -> Any:
    """The HTTP status of the gRPC code; a success has none."""
    code = chat.object_of(_payload(record).get("status")).get("code", 0)
    return _HTTP.get(int(code))


def _error(record: Record) -> Any:
    code = chat.object_of(_payload(record).get("status")).get("code", 0)
    return f"grpc {int(code)}" if int(code) else None


def _key_id(record: Record) -> Any:
    name = chat.member(_payload(record), "authenticationInfo", "serviceAccountKeyName")
    return name.rsplit("/", 1)[-1] if isinstance(name, str) else None


def _model(record: Record) -> Any:
    name = _payload(record).get("resourceName")
    return name.rsplit("/", 1)[-1] if isinstance(name, str) else None


def _agent(record: Record) -> Any:
    """The client's own words, without what the front end adds to them."""
    agent = chat.member(_payload(record), "requestMetadata", "callerSuppliedUserAgent")
    return agent.removesuffix(",gzip(gfe)") if isinstance(agent, str) else None


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(_payload(record).get("serviceName") == _SERVICE for record in records)
    return bool(records) and 2 * hits >= len(records)


_PAYLOADS: Final = ("protoPayload", "protopayload_auditlog")
"""What exports and what tables that a sink fills call the payload."""


def _in(*paths: str) -> tuple[str, ...]:
    return tuple(f"{payload}.{path}" for path in paths for payload in _PAYLOADS)


SOURCE: Final = Source(
    name="gcp_audit",
    title="Google Cloud audit logs of Vertex AI (data access)",
    recognised="`protoPayload.serviceName` is `aiplatform.googleapis.com`",
    links_accounts="principals, service account keys, addresses, clients",
    carries_prompts="no",
    matches=_matches,
    view=_same,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: pick("timestamp", "receiveTimestamp"),
            schema.ACCOUNT: pick(*_in("authenticationInfo.principalEmail", "authenticationInfo.principalSubject")),
            schema.API_KEY: Field(_in("authenticationInfo.serviceAccountKeyName"), _key_id),
            schema.REQUEST: pick("insertId"),
            schema.CLIENT_IP: Field(
                _in("requestMetadata.callerIp"),
                lambda r: address(chat.member(_payload(r), "requestMetadata", "callerIp")),
            ),
            schema.USER_AGENT: Field(_in("requestMetadata.callerSuppliedUserAgent"), _agent),
            schema.MODEL: Field(_in("resourceName"), _model),
            schema.ENDPOINT: pick(*_in("methodName")),
            schema.STREAM: Field(_in("methodName"), lambda r: "Stream" in str(_payload(r).get("methodName"))),
            schema.STATUS_CODE: Field(_in("status.code"), _status),
            schema.ERROR: Field(_in("status.code"), _error),
        }
    ),
    late=frozenset({schema.ERROR, schema.API_KEY}),
    notes=(
        "addresses that the cloud itself hides (`private`, `gce-internal-ip`) are missing",
        "no tokens and no texts; the two rows of an operation that lasts are one event",
    ),
    keeps=_keeps,
    heads=frozenset(_PAYLOADS),
    fold=Fold(key=_key, merge=_merge, heads=frozenset({*_PAYLOADS, "operation"})),
)
