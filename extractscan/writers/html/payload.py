"""The data that a network's pictures and its table of members are drawn from in the browser, as compact JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from markupsafe import Markup

from extractscan.model import Network
from extractscan.model.traits import Traits
from extractscan.schema import CHANNELS
from extractscan.writers.html.graph import Picture
from extractscan.writers.reading import meaning
from extractscan.writers.show import show

ACCOUNT = 80
"""Characters of an account that are shown; longer ones are cut, with their length."""
VALUE = 90
DIGITS = 8
"""Hexadecimal digits in one packed number: eight take five printable ones, and JavaScript is exact far beyond."""
LEAST_DIGITS = 4
"""Digits in which names must differ before packing them is worth it."""
_HEX = frozenset("0123456789abcdef")
_DIGITS = "".join(chr(code) for code in range(32, 127) if chr(code) not in '"\\<>&')
"""Printable ASCII but for what JSON or HTML would escape."""
_ESCAPES = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"})


def block(data: object) -> Markup:
    """Return JSON that no value can end: a parser of HTML sees neither tags nor entities in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPES))  # noqa: S704 every character of markup is escaped


def minutes(moment: str, origin: str) -> int | None:
    """Return whole minutes between two times of the report; nothing where either is no time."""
    try:
        apart = datetime.fromisoformat(moment) - datetime.fromisoformat(origin)
    except (ValueError, TypeError):
        return None
    return int(apart.total_seconds() // 60)


def packed(numbers: Sequence[int | None]) -> list[Any]:
    """Return whole numbers as [least, digits a number, text]: differences to the least, in printable digits.

    A thousand times 20 members are the bulk of a page; this is half of what plain JSON takes. Nothing is written for
    None, as a number below the least: all differences are one too high.
    """
    known = [number for number in numbers if number is not None]
    least = min(known, default=0)
    apart = [0 if number is None else number - least + 1 for number in numbers]
    width = 1
    while len(_DIGITS) ** width <= max(apart, default=0):
        width += 1
    return [least, width, "".join(_digits(number, width) for number in apart)]


def _digits(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def common_start(names: Sequence[str]) -> str:
    """Return what all of several names start with; the first and the last in order differ soonest."""
    if len(names) < 2:
        return ""
    low, high = min(names), max(names)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    return low[:same]


def compact(names: Sequence[str]) -> dict[str, Any]:
    """Return names as the page unpacks them: in columns of numbers where they differ in hexadecimal digits alone.

    Ids are the bulk of a large page, and most are UUIDs or hashes. Names of one length that differ in nothing but such
    digits become a pattern, with a zero character for each digit, and packed columns of up to eight digits: 20
    characters for a UUID instead of 39. Other names stand as they are after what all of them start with.
    """
    places = list(zip(*names, strict=True)) if len(set(map(len, names))) == 1 else []
    varies = [len(set(column)) > 1 for column in places]
    hexed = places and all(_HEX.issuperset(column) for column, varied in zip(places, varies, strict=True) if varied)
    if not hexed or sum(varies) < LEAST_DIGITS:
        prefix = common_start(names)
        return {"prefix": prefix, "names": [name.removeprefix(prefix) for name in names]}
    pattern = "".join("\0" if varied else name for name, varied in zip(names[0], varies, strict=True))
    columns = [column for column, varied in zip(places, varies, strict=True) if varied]
    parts = [columns[at : at + DIGITS] for at in range(0, len(columns), DIGITS)]
    return {
        "pattern": pattern,
        "digits": [packed([int("".join(row), 16) for row in zip(*part, strict=True)]) for part in parts],
    }


def network_data(network: Network, picture: Picture) -> dict[str, Any]:
    """Return one network's data: members by packed columns, bits in tenths, times in minutes since its first event."""
    members = sorted(network.accounts, key=lambda m: (-m.bits, m.account_id))
    number = {member.account_id: place for place, member in enumerate(members)}
    roles = sorted({member.role for member in members})
    data = {
        "id": show(network.id),
        "start": show(network.first_seen, 40),
        **compact([show(member.account_id, ACCOUNT) for member in members]),
        "roles": [show(role, 20) for role in roles],
        "role": packed([roles.index(member.role) for member in members]),
        "events": packed([member.events for member in members]),
        "campaign": packed([member.events_in_campaign for member in members]),
        "first": packed([minutes(member.first_seen, network.first_seen) for member in members]),
        "last": packed([minutes(member.last_seen, network.first_seen) for member in members]),
        "bits": packed([tenths(member.bits) for member in members]),
        "channels": _channels([member.channels for member in members]),
        "graph": _graph(picture, number, network),
    }
    statuses = sorted({member.status or "" for member in members})
    if statuses not in ([], [""]):
        data["statuses"] = [show(status, 20) for status in statuses]
        data["status"] = packed([statuses.index(member.status or "") for member in members])
    return data | ({} if network.traits is None else _traits(network.traits, network.first_seen, number))


def tenths(bits: float) -> int:
    """Return bits as whole tenths, which is what the page shows of them."""
    return round(bits * 10)


def _channels(columns: Sequence[dict[str, float]]) -> list[list[Any]]:
    """Return for each channel that any member has bits in its name and all members' tenths of bits."""
    known = {name for column in columns for name in column}
    ordered = [name for name in CHANNELS if name in known] + sorted(known.difference(CHANNELS))
    return [[show(name, 20), packed([tenths(column.get(name, 0.0)) for column in columns])] for name in ordered]


def _graph(picture: Picture, number: dict[str, int], network: Network) -> dict[str, Any]:
    return {
        "accounts": [
            packed([number[name] for name, _, _ in picture.accounts]),
            packed([x for _, x, _ in picture.accounts]),
            packed([y for _, _, y in picture.accounts]),
        ],
        "values": [
            [show(value.channel, 20), show(value.signal, 30), readable(value.signal, value.value, network),
             len(value.held_by), value.outside, x, y]
            for value, x, y in picture.values
        ],
        "edges": [packed([edge[end] for edge in picture.edges]) for end in (0, 1)],
    }  # fmt: skip


def readable(signal: str, value: str, network: Network) -> str:
    """Return a shared value as people read it."""
    return show(meaning(network, signal, value), VALUE)


def _traits(traits: Traits, origin: str, number: dict[str, int]) -> dict[str, Any]:
    def known(name: str) -> int:
        return number.get(name, -1)

    data: dict[str, Any] = {
        "days": [show(day, 10) for day in traits.activity.days],
        "activity": [[known(row.account_id), *row.events] for row in traits.activity.members],
        "others": traits.activity.others,
        "handovers": [
            [known(pair.stopped), known(pair.started), minutes(pair.stopped_at, origin),
             minutes(pair.started_at, origin), ", ".join(show(name, 30) for name in pair.carried)]
            for pair in traits.handovers
        ],
    }  # fmt: skip
    if traits.partition is not None:
        dealt = traits.partition.members
        data["work"] = [
            packed([known(one.account_id) for one in dealt]),
            packed([one.items for one in dealt]),
            packed([one.shared for one in dealt]),
        ]
    return data
