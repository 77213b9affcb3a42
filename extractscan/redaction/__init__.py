"""From a report to one that holds no original value: before any output is drawn, so that all are redacted alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from extractscan.errors import UsageError
from extractscan.model import Evidence, Node, Report
from extractscan.model.redacted import Redaction
from extractscan.model.shared import fingerprint
from extractscan.redaction.names import SHORTEST_KEY, Names
from extractscan.redaction.rules import RULES, SEARCHED, Work, over, texts
from extractscan.redaction.wholes import WHOLES


def redact(report: Report, key: bytes, least: int) -> Report:
    """Replace identifiers by keyed pseudonyms and wording by what enough accounts share.

    Pseudonyms are the same in every report that is redacted with the same key, and so are the fingerprints of
    networks, which are taken over the pseudonyms: redacted reports can be compared. Values are found by the field that
    holds them, never by their looks; sentences of the tool are then searched for every value that got a pseudonym.

    Args:
        report: The report.
        key: A secret of at least `SHORTEST_KEY` bytes.
        least: Accounts that must share a part of wording, a client or a tool before it stays.

    Raises:
        UsageError: where the key is too short, or the report is redacted already.
    """
    require_key(key)
    if report.redaction is not None:
        raise UsageError("the report is redacted already", hint="redact the report that it was made from")
    names = Names(key)
    prints = {
        network.fingerprint: fingerprint([names.of("acct", member.account_id) for member in network.accounts])
        for network in report.networks
    }
    work = Work(names, prints, least, phrased=report.schema_version != "1.0")
    renamed = _renamed(report, work)
    swept: Report = _finished(renamed, names.swept(_searched(renamed)))
    mark = Redaction(key_id=names.key_id(), least_accounts=least)
    return msgspec.structs.replace(swept, redaction=mark, limits=[*swept.limits, _limit(mark)])


def require_key(key: bytes) -> bytes:
    """Return a key that is long enough.

    Raises:
        UsageError: where it is not.
    """
    if len(key) < SHORTEST_KEY:
        raise UsageError(f"the key has {len(key)} bytes and needs {SHORTEST_KEY}", hint="openssl rand -hex 32 > FILE")
    return key


def _limit(mark: Redaction) -> str:
    return (
        "Redacted: accounts, organizations, addresses, e-mails, phones, payments, devices and files are pseudonyms "
        f"under the key {mark.key_id}; wording, clients and tools stay where at least {mark.least_accounts} accounts "
        "share them."
    )


def _renamed(node: Any, work: Work) -> Any:
    """Apply the rule of every field, inner values first, and then the rule of the whole."""
    changed: dict[str, Any] = {}
    for field in node.__struct_fields__:
        rule = RULES[type(node)].get(field)
        value = getattr(node, field)
        changed[field] = _inner(value, work) if rule is None else over(value, rule, work)
    whole = WHOLES.get(type(node))
    return msgspec.structs.replace(node, **(changed if whole is None else {**changed, **whole(node, changed, work)}))


def _inner(value: Any, work: Work) -> Any:
    if isinstance(value, list):
        return [_inner(each, work) for each in value]
    return _renamed(value, work) if isinstance(value, Node) else value


def _searched(node: Any) -> Iterator[str]:
    """Give every text that may hold a value which another field gave away."""
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if RULES[type(node)].get(field) in SEARCHED:
            yield from texts(value)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Node):
                yield from _searched(each)


def _finished(node: Any, swept: Mapping[str, str]) -> Any:
    """Put the swept texts in, and fill the sentences that quote a value."""
    changed: dict[str, Any] = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if RULES[type(node)].get(field) in SEARCHED:
            changed[field] = over(value, lambda text, _: swept[text], None)
        elif isinstance(value, list):
            changed[field] = [_finished(each, swept) if isinstance(each, Node) else each for each in value]
        elif isinstance(value, Node):
            changed[field] = _finished(value, swept)
    if isinstance(node, Evidence) and node.phrase is not None:
        changed["summary"] = changed["phrase"].replace("{value}", changed["value"])
    return msgspec.structs.replace(node, **changed)
