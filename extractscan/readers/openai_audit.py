"""OpenAI audit logs: who of an organization did what in its console, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from extractscan.readers.account_log import CREATED, DELETED, NOBODY, Subject, console
from extractscan.readers.chat import object_of
from extractscan.readers.source import Record

_KIND: Final = "organization.audit_log"
_DEEDS: Final = {
    "api_key.created": (CREATED, True),
    "api_key.deleted": (DELETED, True),
    "service_account.created": (CREATED, False),
    "service_account.deleted": (DELETED, False),
    "user.added": (CREATED, False),
    "user.deleted": (DELETED, False),
}
"""Events that make or end a key or an account, and whether a key; the id stands in a field named like the event."""


def _from(session: Mapping[str, Any]) -> dict[str, Any]:
    """Where a session came from; numbers are logged as text."""
    details = object_of(session.get("ip_address_details"))
    older = session.get("ja3")
    return {
        "ip": session.get("ip_address"),
        "asn": details.get("asn"),
        "country": details.get("country"),
        "user_agent": session.get("user_agent"),
        "ja4": session.get("ja4") or (f"ja3:{older}" if older else None),
    }


def _parts(record: Record) -> Sequence[Subject]:
    actor, at = object_of(record.get("actor")), record.get("effective_at")
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    user = object_of(session.get("user")) or object_of(key.get("user"))
    found = [Subject(user.get("id"), at=at, email=user.get("email"), **_from(session))] if user.get("id") else []
    if key.get("id"):
        found.append(Subject(key["id"], is_key=True, at=at, email=user.get("email")))
    kind = record.get("type")
    deed = _DEEDS.get(kind) if isinstance(kind, str) else None
    subject = object_of(record.get(str(kind)))
    if deed is not None and subject.get("id"):
        event, is_key = deed
        own = is_key and event == CREATED
        known = {"email": user.get("email"), **_from(session)} if own else {}
        found.append(Subject(subject["id"], is_key=is_key, event=event, at=at, **known))
    return found or [NOBODY]


def _matches(records: Sequence[Record]) -> bool:
    return bool(records) and 2 * sum(record.get("object") == _KIND for record in records) >= len(records)


SIDE: Final = console(
    "openai_audit",
    "OpenAI audit logs",
    f"`object` is `{_KIND}`",
    _matches,
    _parts,
    frozenset({"actor", "effective_at", "type", *_DEEDS}),
)
