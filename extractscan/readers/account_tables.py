"""Tables of accounts that gateways keep themselves: users of one-api and new-api, users and keys of LiteLLM."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers.picking import first, pick
from extractscan.readers.source import Accounts, Field, Matches, Record, Side, has_keys

_STATES: Final = {"1": "active", "2": "banned"}
"""How one-api and new-api count the state of a user."""


def _same(record: Record) -> Record:
    return record


def _state(record: Record) -> Any:
    return "deleted" if first(record, "deleted_at") else _STATES.get(str(first(record, "status")))


def _inviter(record: Record) -> Any:
    """Who invited a user; 0 is nobody."""
    number = first(record, "inviter_id")
    return None if number is None or str(number) in {"0", "0.0"} else f"inviter {number}"


def _no_id(key: Field) -> Any:
    return lambda record: None if key.read(record) is not None else "rows without an id"


def _table(name: str, title: str, recognised: str, matches: Matches, fields: Mapping[str, Field]) -> Side:
    key = fields[schema.ACCOUNT]
    return Side(
        name=name,
        title=title,
        recognised=recognised,
        matches=matches,
        view=_same,
        on="account id",
        key=key,
        fields=MappingProxyType({}),
        keeps=_no_id(key),
        accounts=Accounts(_same, MappingProxyType(dict(fields)), None, _no_id(key)),
        why="it tells of accounts and holds no requests",
        hint="Give it together with the log of requests, or as --accounts.",
    )


ONE_API_USERS: Final = _table(
    "one_api_users",
    "a table of one-api or new-api users",
    "fields `username`, `inviter_id` and `used_quota`",
    lambda records: has_keys(records, "username", "inviter_id", "used_quota"),
    {
        schema.ACCOUNT: pick("id"),
        schema.CREATED_AT: pick("created_at"),
        schema.EMAIL: pick("email"),
        schema.REFERRAL: Field(("inviter_id",), _inviter),
        schema.PLAN: pick("group"),
        schema.STATUS: Field(("status", "deleted_at"), _state),
    },
)

LITELLM_USERS: Final = _table(
    "litellm_users",
    "the table of a LiteLLM proxy's users",
    "fields `user_id`, `user_email` and `user_role`",
    lambda records: has_keys(records, "user_id", "user_email", "user_role"),
    {
        schema.ACCOUNT: pick("user_id"),
        schema.CREATED_AT: pick("created_at"),
        schema.EMAIL: pick("user_email"),
        schema.ORGANIZATION: pick("organization_id"),
    },
)

LITELLM_KEYS: Final = _table(
    "litellm_keys",
    "the table of a LiteLLM proxy's keys",
    "fields `token`, `key_alias`, `user_id` and `expires`",
    lambda records: has_keys(records, "token", "key_alias", "user_id", "expires"),
    {
        schema.ACCOUNT: pick("token"),
        schema.CREATED_AT: pick("created_at"),
        schema.ORGANIZATION: pick("organization_id"),
    },
)
