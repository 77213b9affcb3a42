"""Reports that were saved before, and the networks and accounts that one names in them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from extractscan.errors import InputError, UsageError
from extractscan.model import SCHEMA_VERSION, Network, Report, decode
from extractscan.writers.show import show

NAMED = 12
"""Names that an error lists before it says how many more there are."""
SHORTEST_PREFIX = 4
"""Characters of a fingerprint that must be given."""


def load_report(path: str) -> Report:
    """Read a report saved as JSON.

    Raises:
        InputError: where the file cannot be read, is no report, or has a schema this version does not know.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", hint="name a report saved with -o x.json") from error
    try:
        report = decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no extractscan report: {error}",
            hint="name the JSON report that `extractscan analyze INPUT -o x.json` writes",
        ) from error
    if report.schema_version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(
            f"{path} has report schema {report.schema_version}, this version reads {SCHEMA_VERSION}",
            hint="analyze the logs again with this version",
        )
    return report


def find_network(report: Report, name: str) -> Network:
    """Return the network with this id, or whose fingerprint starts so.

    Raises:
        UsageError: where there is none, or several; the hint lists what there is.
    """
    exact = [network for network in report.networks if name in (network.id, network.fingerprint)]
    if len(exact) == 1:
        return exact[0]
    starting = [network for network in report.networks if network.fingerprint.startswith(name)]
    if len(starting) == 1 and len(name) >= SHORTEST_PREFIX:
        return starting[0]
    known = [f"{network.id} ({network.fingerprint})" for network in report.networks]
    if len(name) >= SHORTEST_PREFIX and len(starting) > 1:
        message = f"{name!r} is the start of several fingerprints"
    else:
        message = f"the report has no network {name!r}"
    raise UsageError(message, hint=f"networks: {_listed(known)}" if known else "the report has no networks")


def find_member(network: Network, account: str) -> str:
    """Return the id of the member with this id, or whose id is shown so: nobody can type a control character.

    Raises:
        UsageError: where there is none, or several are shown alike; the hint lists members.
    """
    members = [member.account_id for member in network.accounts]
    if account in members:
        return account
    shown = [member for member in members if show(member, None) == account]
    if len(shown) == 1:
        return shown[0]
    near = [member for member in members if account.lower() in member.lower()] or members
    raise UsageError(f"network {network.id} has no account {account!r}", hint=f"accounts: {_listed(near)}")


def _listed(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
