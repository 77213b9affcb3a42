"""The user's own list of networks that are known: they stay in the report, marked, and no longer fail a run."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from extractscan.errors import UsageError
from extractscan.model import Network, Report, Suppressed

FORM: Final = (
    "each [[suppress]] has fingerprint (16 digits) or id, reason, and if wanted expires = 2027-01-31 and scope: "
    "'exact', or 'members' with accounts = [...]"
)
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One network that is known.

    Attributes:
        fingerprint: Names exactly one set of accounts, in any report.
        id: Names a network of this very report, such as `N1`; other logs or settings may number differently.
        scope: `exact`: the very accounts; one more, and it fires again. `members`: any network of which all accounts
            stand in `accounts`, so that what shrinks or falls apart stays known.
        reason: Why; printed wherever the network is.
        expires: The last day on which the entry holds.
    """

    reason: Text
    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None
    id: Text | None = None
    scope: Literal["exact", "members"] = "exact"
    accounts: Sequence[Text] = ()
    expires: date | None = None

    def covers(self, network: Network) -> bool:
        """Tell whether the entry is about a network, expired or not."""
        if self.scope == "members":
            return {each.account_id for each in network.accounts} <= set(self.accounts)
        return network.fingerprint == self.fingerprint or network.id == self.id


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    suppress: list[Entry] = []


def load(path: str) -> list[Entry]:
    """Read a list.

    Raises:
        UsageError: naming file and entry, where the file cannot be read or an entry is not of the form.
    """
    try:
        entries = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File).suppress
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="--suppress takes a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: {error}", hint=FORM) from error
    for number, entry in enumerate(entries, start=1):
        named = bool(entry.accounts) if entry.scope == "members" else bool(entry.fingerprint or entry.id)
        if not named:
            raise UsageError(f"{path}: entry {number} ({entry.reason}) names no network", hint=FORM)
    return entries


def apply(report: Report, entries: Sequence[Entry], today: date) -> Report:
    """Mark the networks that are known, and list every entry with what became of it.

    An entry that has expired covers nothing, so that its network fires again; one that covers no network of the report
    is listed as unused.
    """
    live = [entry for entry in entries if entry.expires is None or entry.expires >= today]
    networks = []
    for network in report.networks:
        reasons = [entry.reason for entry in live if entry.covers(network)]
        networks.append(msgspec.structs.replace(network, suppressed="; ".join(reasons) or None))
    listed = [_listed(entry, report, live=entry in live) for entry in entries]
    excluded = msgspec.structs.replace(report.excluded, suppressed=listed)
    return msgspec.structs.replace(report, networks=networks, excluded=excluded)


def _listed(entry: Entry, report: Report, *, live: bool) -> Suppressed:
    covered = [network for network in report.networks if entry.covers(network)]
    names = [network.fingerprint for network in covered]
    return Suppressed(
        fingerprint=entry.fingerprint or ", ".join(names) or entry.id or "none",
        reason=entry.reason,
        expires=None if entry.expires is None else entry.expires.isoformat(),
        networks=[network.id for network in covered],
        state="unused" if not covered else "active" if live else "expired",
    )
