"""Holds two reports against each other: which networks are new, grown, gone, and who came back after a ban."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from extractscan.model import LEVELS, Member, Network, Report, Verdict
from extractscan.model.since import Baseline, Change, State

VERDICTS: Final = get_args(Verdict)
ACTIVE: Final = frozenset({"active", "ok", "enabled", "open", "normal"})
"""Words for accounts that nobody stopped; any other status of the accounts table counts as a ban."""

TIME: Final = "time"
"""The channel, as reports name it: a page that shows a report does without the columns of logs, and what they load."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One network of one of the two reports."""

    id: str
    fingerprint: str
    verdict: str
    level: str
    accounts: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One network of the newer report and what it was, or one of the older that is gone."""

    state: State
    now: Named | None
    was: Sequence[Named]
    kept: int
    """Accounts that are in both."""
    added: Sequence[str]
    removed: Sequence[str]
    risen: bool


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One observable that a new account has in common with accounts that are stopped."""

    channel: str
    signal: str
    value: str
    held_by: Sequence[str]
    """The stopped accounts that held it."""
    outside: int
    """Accounts outside the older network that held it too."""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """An account that no older network had, and that holds what stopped accounts of one held."""

    account_id: str
    network: str
    """Id in the newer report."""
    was: str
    """Id of the older network."""
    first_seen: str
    stopped: Mapping[str, Literal["banned", "silent"]]
    """The accounts it follows: by their status, or because the newer report saw them no more."""
    carried: Sequence[Carried]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that changed between two reports."""

    networks: Sequence[Compared]
    returned: Sequence[Returned]

    def counts(self) -> dict[str, int]:
        """Return how many networks are in each state, in the order of the states."""
        found = Counter(each.state for each in self.networks)
        return {state: found[state] for state in get_args(State) if found[state]}


def compare(old: Report, new: Report) -> Diff:
    """Match networks by their members and return what became of each, the newer report's in its order, then the gone.

    Two networks are one where the smaller has half of its accounts in the other. An account has come back where it is
    new, holds an observable that a stopped account of an older network held, and began after that one ended.
    """
    members = {id(each): _members(each) for report in (old, new) for each in report.networks}
    earlier = {id(n): [o for o in old.networks if _one(members[id(o)], members[id(n)])] for n in new.networks}
    heirs = Counter(o.fingerprint for n in new.networks for o in earlier[id(n)])
    now = set().union(*(members[id(n)] for n in new.networks))
    networks = [_compared(n, earlier[id(n)], heirs, now) for n in new.networks]
    networks += [
        Compared(
            state="gone", now=None, was=[_named(o)], kept=0, added=[],
            removed=sorted(members[id(o)] - now), risen=False,
        )
        for o in old.networks if not heirs[o.fingerprint]
    ]  # fmt: skip
    return Diff(networks=networks, returned=_returned(old, new))


def _members(network: Network) -> frozenset[str]:
    return frozenset(each.account_id for each in network.accounts)


def _one(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) * 2 >= min(len(a), len(b))


def _compared(network: Network, was: Sequence[Network], heirs: Mapping[str, int], now: set[str]) -> Compared:
    mine = _members(network)
    before = frozenset[str]().union(*(_members(each) for each in was))
    added, removed = sorted(mine - before), sorted(before - now)
    return Compared(
        state=_state(was, heirs, added, removed),
        now=_named(network),
        was=[_named(each) for each in was],
        kept=len(mine & before),
        added=added,
        removed=removed,
        risen=bool(was) and _rank(network) < min(map(_rank, was)),
    )


def _state(was: Sequence[Network], heirs: Mapping[str, int], added: Sequence[str], removed: Sequence[str]) -> State:
    if not was:
        return "new"
    if len(was) > 1:
        return "merged"
    if heirs[was[0].fingerprint] > 1:
        return "split"
    if added:
        return "grown"
    return "shrunk" if removed else "same"


def _rank(network: Network) -> tuple[int, int]:
    """Order networks by what they are, then by level; smaller is worse."""
    return VERDICTS.index(network.verdict), LEVELS.index(network.level)


def _named(network: Network) -> Named:
    return Named(
        id=network.id,
        fingerprint=network.fingerprint,
        verdict=network.verdict,
        level=network.level,
        accounts=len(network.accounts),
    )


def _returned(old: Report, new: Report) -> list[Returned]:
    known = {each.account_id for network in old.networks for each in network.accounts}
    seen = {each.account_id: each for network in new.networks for each in network.accounts}
    found = []
    for before in old.networks:
        stopped = dict(_stopped(before.accounts, seen))
        ended = {each.account_id: each.last_seen for each in before.accounts}
        held = _held(before, stopped)
        for network in new.networks:
            mine: dict[str, list[Carried]] = {}
            for each in network.observables:
                for account in each.held_by if (each.signal, each.value) in held else ():
                    mine.setdefault(account, []).append(held[each.signal, each.value])
            for account, carried in sorted(mine.items()):
                if account not in known:
                    found += _return(
                        seen[account], network.id, before.id, _before(carried, ended, seen[account]), stopped
                    )
    return found


def _stopped(
    accounts: Iterable[Member], seen: Mapping[str, Member]
) -> Iterable[tuple[str, Literal["banned", "silent"]]]:
    """Tell of the accounts of an older network which are banned, or seen no more."""
    for each in accounts:
        latest = seen.get(each.account_id, each)
        if (latest.status or each.status or "active").lower() not in ACTIVE:
            yield each.account_id, "banned"
        elif each.account_id not in seen:
            yield each.account_id, "silent"


def _held(network: Network, stopped: Mapping[str, object]) -> dict[tuple[str, str], Carried]:
    """Return what stopped members held and few others did, by signal and value.

    An age or a rhythm is no thing that could be handed on.
    """
    found = {}
    for each in network.observables:
        holders = [account for account in each.held_by if account in stopped]
        if holders and each.outside <= len(each.held_by) and each.channel != TIME:
            found[each.signal, each.value] = Carried(
                channel=each.channel, signal=each.signal, value=each.value, held_by=holders, outside=each.outside
            )
    return found


def _before(carried: Iterable[Carried], ended: Mapping[str, str], member: Member) -> list[Carried]:
    """Keep the holders that had ended when the member began."""
    kept = []
    for each in carried:
        holders = [account for account in each.held_by if ended[account] <= member.first_seen]
        if holders:
            kept.append(msgspec.structs.replace(each, held_by=holders))
    return kept


def _return(
    member: Member,
    network: str,
    was: str,
    carried: Sequence[Carried],
    stopped: Mapping[str, Literal["banned", "silent"]],
) -> list[Returned]:
    if not carried:
        return []
    followed = sorted({account for each in carried for account in each.held_by})
    return [
        Returned(
            account_id=member.account_id,
            network=network,
            was=was,
            first_seen=member.first_seen,
            stopped={account: stopped[account] for account in followed},
            carried=carried,
        )
    ]


def since(report: Report, old: Report, sha256: str) -> Report:
    """Write into a report what became of its networks since an older one, of which `sha256` is the hash."""
    found = compare(old, report)
    changes = {
        each.now.fingerprint: Change(
            state=each.state,
            was=[one.fingerprint for one in each.was],
            added=list(each.added),
            removed=list(each.removed),
            risen=each.risen,
        )
        for each in found.networks if each.now is not None
    }  # fmt: skip
    gone = [each.was[0].fingerprint for each in found.networks if each.now is None]
    networks = [msgspec.structs.replace(each, change=changes[each.fingerprint]) for each in report.networks]
    baseline = Baseline(sha256=sha256, networks=len(old.networks), gone=gone)
    return msgspec.structs.replace(report, networks=networks, baseline=baseline)


def is_news(network: Network) -> bool:
    """Tell whether a network says something that the older report did not; without one, everything does."""
    change = network.change
    if change is None or change.state == "new" or change.risen:
        return True
    return bool(change.added)
