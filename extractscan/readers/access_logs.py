"""Access logs of load balancers and web servers: who called, by request id, and no account.

AWS load balancers write an id of their own into `X-Amzn-Trace-Id`; nginx can write its `$request_id` in a JSON format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import text_lines
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Record, Side, has_keys

_ALB: Final = re.compile(
    r'\S+ (?P<time>\S+) \S+ (?P<client>\S+):\d+ \S+ \S+ \S+ \S+ (?P<status>\S+) \S+ \S+ \S+ "(?:[^"\\]|\\.)*" '
    r'"(?P<agent>(?:[^"\\]|\\.)*)" \S+ \S+ \S+ "(?P<trace>[^"]*)"'
)
_ROOT_ID: Final = re.compile(r"(?:Root|Self)=(?P<id>[\w-]+)")

REASON: Final = (
    "it names no accounts, so it shows volume only and nothing can be linked; its addresses and clients count where "
    "the log of the gateway behind has the same request ids"
)
HINT: Final = "Give it together with the log of the gateway or API behind, which knows the accounts."


class Access:
    """One line of a load balancer, taken apart once."""

    __slots__ = ("agent", "client", "trace")

    def __init__(self, record: Record) -> None:
        line = record.get(text_lines.LINE)
        found = _ALB.match(line) if isinstance(line, str) else None
        root = _ROOT_ID.search(found["trace"]) if found is not None else None
        self.trace = root["id"] if root is not None else None
        self.client = found["client"] if found is not None else None
        self.agent = found["agent"].replace('\\"', '"') if found is not None else None


_LINE: Final = (text_lines.LINE,)

LOAD_BALANCER: Final = Side(
    name="alb_access",
    title="an AWS load balancer access log",
    recognised="how its lines begin",
    matches=text_lines.is_of("alb"),
    view=Access,
    on="request id",
    key=Field(_LINE, lambda access: access.trace),
    fields=MappingProxyType(
        {
            schema.CLIENT_IP: Field(_LINE, lambda access: access.client),
            schema.USER_AGENT: Field(_LINE, lambda access: access.agent),
        }
    ),
    keeps=lambda access: None if access.trace else "lines without a trace id",
    heads=frozenset(_LINE),
    why=REASON,
    hint=HINT,
)

_IDS: Final = ("request_id", "http_x_request_id", "x_request_id")
_CLIENTS: Final = ("http_x_real_ip", "realip_remote_addr", "remote_addr")
_AGENTS: Final = ("http_user_agent", "user_agent")
_FINGERPRINTS: Final = ("ssl_ja4", "http_ssl_ja4", "ja4")
_OLDER: Final = ("ssl_ja3_hash", "http_ssl_ja3_hash", "ssl_ja3")


def _client(record: Record) -> Any:
    """The caller's address: the first that the proxies passed on, else the nearest peer's."""
    passed = first(record, "http_x_forwarded_for", "x_forwarded_for")
    listed = passed.split(",")[0].strip() if isinstance(passed, str) else None
    return listed or first(record, *_CLIENTS)


def _fingerprint(record: Record) -> Any:
    older = first(record, *_OLDER)
    return first(record, *_FINGERPRINTS) or (f"ja3:{older}" if older else None)


def _is_nginx(records: Sequence[Record]) -> bool:
    return any(has_keys(records, "remote_addr", name, without=("account_id",)) for name in _IDS)


WEB_SERVER: Final = Side(
    name="nginx_access",
    title="an nginx access log in JSON",
    recognised="fields `remote_addr` and `request_id`",
    matches=_is_nginx,
    view=lambda record: record,
    on="request id",
    key=Field(_IDS, lambda record: first(record, *_IDS)),
    fields=MappingProxyType(
        {
            schema.CLIENT_IP: Field((*_CLIENTS, "http_x_forwarded_for", "x_forwarded_for"), _client),
            schema.USER_AGENT: Field(_AGENTS, lambda record: first(record, *_AGENTS)),
            schema.JA4: Field((*_FINGERPRINTS, *_OLDER), _fingerprint),
        }
    ),
    why=REASON,
    hint=HINT,
)
