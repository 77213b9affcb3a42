"""WildChat and corpora of its kind: conversations of people who are known by the hash of their address alone."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Record, Source, has_keys


def _parts(record: Record) -> Sequence[Record]:
    """One part a turn of the user, with the answer after it."""
    turns = chat.parse(record.get("conversation"))
    turns = [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    parts: list[Record] = []
    for number, turn in enumerate(turns):
        if turn.get("role") == "user":
            after = turns[number + 1] if number + 1 < len(turns) else {}
            answer = after if after.get("role") == "assistant" else {}
            parts.append({"whole": record, "turn": turn, "answer": answer, "turns": turns})
    return parts or [{"whole": record, "turn": {}, "answer": {}, "turns": []}]


def _told(*paths: str) -> Field:
    """What the turn says, else what the conversation says."""

    def read(part: Record) -> Any:
        return first(part["turn"], *paths) or first(part["whole"], *paths)

    return Field(("conversation", *paths), read)


def _time(part: Record) -> Any:
    own = first(part["answer"], "created", "timestamp")
    return first(part["turn"], "timestamp", "created") or own or first(part["whole"], "timestamp")


def _request(part: Record) -> Any:
    turn = first(part["turn"], "turn_identifier")
    return f"{first(part['whole'], 'conversation_hash')}/{turn}" if turn is not None else None


def _answer(*paths: str) -> Field:
    return Field(("conversation",), lambda part: first(part["answer"], *paths))


def _keeps(part: Record) -> str | None:
    return None if part["turn"] else "conversations without a turn of the user"


def _same(part: Record) -> Record:
    return part


SOURCE: Final = Source(
    name="wildchat",
    title="WildChat and chat corpora of its kind (one event a turn of the user)",
    recognised="fields `conversation_hash`, `conversation` and `hashed_ip`",
    links_accounts="by client, country and wording: a hashed address stands for the account",
    carries_prompts="yes",
    matches=lambda records: has_keys(records, "conversation_hash", "conversation", "hashed_ip"),
    view=_same,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: Field(("conversation", "timestamp"), _time),
            schema.ACCOUNT: _told("hashed_ip"),
            schema.CLIENT_IP: _told("hashed_ip"),
            schema.COUNTRY: _told("country"),
            schema.SESSION: Field(("conversation_hash",), lambda part: first(part["whole"], "conversation_hash")),
            schema.REQUEST: Field(("conversation", "conversation_hash"), _request),
            schema.USER_AGENT: _told("header.user-agent"),
            schema.MODEL: Field(("model",), lambda part: first(part["whole"], "model")),
            schema.PROMPT: Field(("conversation",), lambda part: chat.text_of(part["turn"].get("content"))),
            schema.COMPLETION: Field(("conversation",), lambda part: chat.text_of(part["answer"].get("content"))),
            schema.SYSTEM_PROMPT: Field(("conversation",), lambda part: chat.system_text(part["turns"])),
            schema.INPUT_TOKENS: _answer("usage.prompt_tokens"),
            schema.OUTPUT_TOKENS: _answer("usage.completion_tokens", "token_counter"),
            schema.TEMPERATURE: _answer("temperature"),
        }
    ),
    parts=_parts,
    keeps=_keeps,
    heads=frozenset({"conversation"}),
    notes=("account_id and client_ip are the same hash of an address: the corpus has no accounts",),
)
