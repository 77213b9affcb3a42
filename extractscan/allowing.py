"""The user's own list of what is known to look like a network: gateways, egress ranges, licensed customers.

Addresses of listed ranges carry no weight. Networks of listed accounts alone are explained by the list. Nothing is
dropped: what an entry covered stands in the report with its reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final

import msgspec

from extractscan.errors import UsageError
from extractscan.model import Allowed, AllowedKind, Network, SingleSource
from extractscan.ranges import Range

FORM: Final = (
    "[[gateway]], [[egress]] and [[customer]] have a reason, at least one of cidr, accounts and organizations (each a "
    "list of texts), and if wanted expires = 2027-01-31"
)
CALLED: Final[Mapping[AllowedKind, str]] = {
    "gateway": "a known gateway", "egress": "a known egress range", "customer": "a licensed customer"
}  # fmt: skip
Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Text
    cidr: list[Text] = []
    accounts: list[Text] = []
    organizations: list[Text] = []
    expires: date | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gateway: list[_Written] = []
    egress: list[_Written] = []
    customer: list[_Written] = []


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known.

    Attributes:
        kind: What it is.
        cidr: As written.
        networks: The same as ranges.
        live: Whether it still holds.
    """

    kind: AllowedKind
    reason: str
    cidr: Sequence[str]
    networks: Sequence[Range]
    accounts: frozenset[str]
    organizations: frozenset[str]
    expires: date | None
    live: bool


def load(path: str, today: date) -> list[Entry]:
    """Read a list; entries that ended before today hold no more, and are kept to be told of.

    Raises:
        UsageError: naming file and entry, where the file cannot be read or an entry is not of the form.
    """
    try:
        held = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="--allow takes a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: {error}", hint=FORM) from error
    kinds: Mapping[AllowedKind, list[_Written]] = {
        "gateway": held.gateway, "egress": held.egress, "customer": held.customer
    }  # fmt: skip
    return [_entry(path, kind, each, today) for kind, written in kinds.items() for each in written]


def _entry(path: str, kind: AllowedKind, each: _Written, today: date) -> Entry:
    if not (each.cidr or each.accounts or each.organizations):
        raise UsageError(f"{path}: the {kind} of {each.reason!r} names nothing", hint=FORM)
    return Entry(
        kind=kind,
        reason=each.reason,
        cidr=each.cidr,
        networks=[_range(path, text) for text in each.cidr],
        accounts=frozenset(each.accounts),
        organizations=frozenset(each.organizations),
        expires=each.expires,
        live=each.expires is None or each.expires >= today,
    )


def _range(path: str, text: str) -> Range:
    try:
        return ip_network(text)
    except ValueError as error:
        hint = "write 203.0.113.0/24 or 2001:db8::/32; a single address needs no length"
        raise UsageError(f"{path}: {text!r} is no address range ({error})", hint=hint) from error


def shared(entries: Iterable[Entry]) -> Iterator[tuple[int, Range]]:
    """Yield the ranges of entries that hold, each with its entry's number."""
    for number, entry in enumerate(entries):
        for each in entry.networks if entry.live else ():
            yield number, each


def explained(networks: Sequence[Network], entries: Sequence[Entry], homes: Mapping[str, str]) -> list[Network]:
    """Explain the networks of which all accounts are listed, and note listed accounts in others.

    Args:
        networks: As they were judged.
        entries: The list.
        homes: Organization of every account that has one.
    """
    return [_explained(network, entries, homes) for network in networks]


def _explained(network: Network, entries: Sequence[Entry], homes: Mapping[str, str]) -> Network:
    names = [member.account_id for member in network.accounts]
    covering = [(entry, _of(entry, names, homes)) for entry in entries if entry.live]
    covering = [(entry, who) for entry, who in covering if who]
    if not covering:
        return network
    notes = [f"{len(who)} of {len(names)} accounts belong to {CALLED[e.kind]}: {e.reason}" for e, who in covering]
    if len({name for _, who in covering for name in who}) < len(names):
        return msgspec.structs.replace(network, notes=[*network.notes, *notes])
    reasons = "; ".join(f"{CALLED[entry.kind]} ({entry.reason})" for entry, _ in covering)
    notes.append(f"without the user's list the verdict would be {network.verdict}, level {network.level}")
    return msgspec.structs.replace(
        network,
        verdict="explained",
        level="info",
        title=f"{len(names)} accounts are linked, which is explained by the user's list: {reasons}",
        notes=[*network.notes, *notes],
    )


def _of(entry: Entry, names: Iterable[str], homes: Mapping[str, str]) -> list[str]:
    return [name for name in names if name in entry.accounts or homes.get(name) in entry.organizations]


def permitted(
    sources: Sequence[SingleSource], entries: Sequence[Entry], homes: Mapping[str, str]
) -> list[SingleSource]:
    """Mark the single sources that are listed; they stay where they are."""
    marked = []
    for source in sources:
        reasons = [
            f"{CALLED[entry.kind]}: {entry.reason}" for entry in entries
            if entry.live and len(_of(entry, source.account_ids, homes)) == len(source.account_ids)
        ]  # fmt: skip
        summary = f"{source.summary}; {'; '.join(reasons)}" if reasons else source.summary
        marked.append(msgspec.structs.replace(source, allowed="; ".join(reasons) or None, summary=summary))
    return marked


def told(
    entries: Sequence[Entry],
    networks: Sequence[Network],
    homes: Mapping[str, str],
    counted: tuple[Mapping[int, set[str]], Mapping[int, int]],
) -> list[Allowed]:
    """List every entry with what it covered.

    Args:
        entries: The list.
        networks: With their final ids.
        homes: Organization of every account of the log that has one, with None for the others.
        counted: Accounts, and events, whose addresses were taken out, by the number of the entry.
    """
    accounts, events = counted
    listed = []
    for number, entry in enumerate(entries):
        who = set(_of(entry, homes, homes)) | accounts.get(number, set()) if entry.live else set()
        inside = [n.id for n in networks if entry.live and _of(entry, [m.account_id for m in n.accounts], homes)]
        listed.append(
            Allowed(
                kind=entry.kind,
                values=[*entry.cidr, *sorted(entry.accounts), *sorted(entry.organizations)],
                reason=entry.reason,
                expires=None if entry.expires is None else entry.expires.isoformat(),
                state="expired" if not entry.live else "active" if who else "unused",
                accounts=len(who),
                events=events.get(number, 0),
                networks=inside,
            )
        )
    return listed
