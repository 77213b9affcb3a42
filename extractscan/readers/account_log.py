"""Make what logs of account consoles tell: of accounts, and of the addresses and clients that they are used from.

Such a log holds no requests. Each of its records tells of one or more subjects: who acted, and whose key was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers.source import Accounts, Field, Matches, Record, Side

CREATED: Final = "created"
DELETED: Final = "deleted"


@dataclass(frozen=True, slots=True)
class Subject:
    """One account or key that a record tells of; all but the id may be unknown.

    Attributes:
        is_key: Whether it is an API key.
        event: Whether the record tells that it was created or deleted; its address and client are its own only where
            its holder acted.
    """

    id: Any
    is_key: bool = False
    event: str | None = None
    at: Any = None
    email: Any = None
    organization: Any = None
    ip: Any = None
    asn: Any = None
    country: Any = None
    user_agent: Any = None
    ja4: Any = None


NOBODY: Final = Subject(None)


def _unknown(subject: Subject) -> str | None:
    return "records of nobody who has an id" if subject.id in {None, ""} else None


def _no_key(subject: Subject) -> str | None:
    return None if subject.is_key else "records of no key"


def _is(event: str, name: str) -> Callable[[Subject], Any]:
    return lambda subject: getattr(subject, name) if subject.event == event else None


def console(
    name: str,
    title: str,
    recognised: str,
    matches: Matches,
    parts: Callable[[Record], Sequence[Any]],
    heads: frozenset[str],
) -> Side:
    """Make the side of a console's log, which completes events by account id and by API key id.

    Args:
        name: What the report calls it.
        title: What it is.
        recognised: How it is told.
        matches: The test that tells it.
        parts: Gives the subjects of a record, at least one.
        heads: Top-level fields that `parts` looks at.
    """
    roots = tuple(sorted(heads))

    def of(column: str) -> Field:
        return Field(roots, lambda subject: getattr(subject, column))

    told = {
        schema.CLIENT_IP: of("ip"),
        schema.ASN: of("asn"),
        schema.COUNTRY: of("country"),
        schema.USER_AGENT: of("user_agent"),
        schema.JA4: of("ja4"),
    }
    known = {
        schema.ACCOUNT: of("id"),
        schema.CREATED_AT: Field(roots, _is(CREATED, "at")),
        schema.EMAIL: of("email"),
        schema.ORGANIZATION: of("organization"),
        schema.SIGNUP_IP: Field(roots, _is(CREATED, "ip")),
        schema.STATUS: Field(roots, lambda subject: DELETED if subject.event == DELETED else None),
        schema.STATUS_CHANGED_AT: Field(roots, _is(DELETED, "at")),
    }
    common: dict[str, Any] = {
        "title": title,
        "recognised": recognised,
        "matches": matches,
        "view": _same,
        "key": of("id"),
        "fields": MappingProxyType(told),
        "rank": of("at"),
        "parts": parts,
        "heads": heads,
        "notes": ("addresses and clients are those of sessions in the console; the latest of each account counts",),
        "why": "it tells of accounts and holds no requests",
        "hint": "Give it together with the log of requests, or as --accounts.",
    }
    keys = Side(name=f"{name}_keys", on="API key id", keeps=_no_key, **common)
    accounts = Accounts(_same, MappingProxyType(known), parts, _unknown)
    return Side(name=name, on="account id", keeps=_unknown, also=(keys,), accounts=accounts, **common)


def _same(subject: Subject) -> Subject:
    return subject
