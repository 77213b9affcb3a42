"""The Anthropic compliance activity feed: what people and keys of an organization did in its console, from where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from extractscan.readers.account_log import CREATED, DELETED, NOBODY, Subject, console
from extractscan.readers.chat import object_of
from extractscan.readers.source import Record

_KEYS: Final = {
    "api_key_created": (CREATED, "api_key_id"),
    "api_key_deleted": (DELETED, "api_key_id"),
    "admin_api_key_created": (CREATED, "admin_api_key_id"),
    "admin_api_key_deleted": (DELETED, "admin_api_key_id"),
}
"""Activities that make or end a key, and the field of its id."""


def _parts(record: Record) -> Sequence[Subject]:
    actor, at = object_of(record.get("actor")), record.get("created_at")
    where: dict[str, Any] = {"ip": actor.get("ip_address"), "user_agent": actor.get("user_agent")}
    who: dict[str, Any] = {"organization": record.get("organization_id") or record.get("organization_uuid"), "at": at}
    email, user, key = actor.get("email_address"), actor.get("user_id"), actor.get("api_key_id")
    kind = record.get("type")
    event = DELETED if kind == "account_deleted" else None
    found = [Subject(user, event=event, email=email, **who, **where)] if user else []
    if key:
        found.append(Subject(key, is_key=True, email=email, **who, **where))
    deed = _KEYS.get(kind) if isinstance(kind, str) else None
    if deed is not None and record.get(deed[1]):
        known = {"email": email, **where} if deed[0] == CREATED else {}
        found.append(Subject(record[deed[1]], is_key=True, event=deed[0], **who, **known))
    return found or [NOBODY]


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(str(r.get("id")).startswith("activity_") and isinstance(r.get("actor"), dict) for r in records)
    return bool(records) and 2 * hits >= len(records)


SIDE: Final = console(
    "anthropic_compliance",
    "the Anthropic compliance activity feed",
    "`id` begins with `activity_`, and an `actor`",
    _matches,
    _parts,
    frozenset(
        {"actor", "created_at", "type", "organization_id", "organization_uuid", "api_key_id", "admin_api_key_id"}
    ),
)
