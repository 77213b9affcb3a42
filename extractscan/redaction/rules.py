"""What becomes of every text of the report when it is redacted: one rule a field, and none without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from extractscan import model, schema
from extractscan.model import asked, since, traits
from extractscan.model.redacted import Redaction
from extractscan.redaction.names import FILE, Names

WITHHELD: Final = "withheld"


class Work(NamedTuple):
    """What rules need.

    Attributes:
        names: Gives the pseudonyms.
        prints: Fingerprints of the redacted networks by the old ones.
        least: Accounts that must share what stays.
        phrased: Whether the report keeps quoted values apart from sentences.
    """

    names: Names
    prints: Mapping[str, str]
    least: int
    phrased: bool


Rule = Callable[[str, Work], str]


def keep(text: str, _work: Work) -> str:
    """Leave a word of the tool's own: a verdict, a time, a hash, a name of a signal."""
    return text


def said(text: str, _work: Work) -> str:
    """Leave a sentence or a public name for now; values that have a pseudonym are taken out of it at the end."""
    return text


def withhold(_text: str, _work: Work) -> str:
    """Take out what may quote anything."""
    return WITHHELD


def own(text: str, _work: Work) -> str:
    """Leave to the rule of the whole value, which writes this field anew."""
    return text


def name(kind: str) -> Rule:
    """Return the rule that gives pseudonyms of one kind."""
    return lambda text, work: work.names.of(kind, text)


def printed(text: str, work: Work) -> str:
    """Return the fingerprint of a redacted network, or a pseudonym where the network is not in the report."""
    return work.prints.get(text) or work.names.of("fp", text)


def place(text: str, work: Work) -> str:
    """Leave a number of a row; whatever else a place is may be the name of a file."""
    return text if _PLACE.fullmatch(text) else work.names.of(FILE, text)


def reason(text: str, _work: Work) -> str:
    """Leave what is said of a known column; what a parser says may quote the row."""
    column, _, rest = text.partition(": ")
    known = column in schema.EVENTS or column in schema.ACCOUNTS
    return text if known and _PLAIN.fullmatch(rest) else WITHHELD


_PLACE: Final = re.compile(r"(after )?(row|line) \d+|the (start|footer|table|whole file)|see the table")
_PLAIN: Final = re.compile(r"[a-z ]{1,40}")
_ACCOUNT: Final = name("acct")
_FILE: Final = name(FILE)

RULES: Final[Mapping[type[model.Node], Mapping[str, Rule]]] = MappingProxyType(
    {
        model.Report: {"schema_version": keep, "limits": said, "tlp": keep},
        model.Tool: {
            "name": keep, "version": keep, "settings": keep, "settings_sha256": keep, "generated_at": keep,
            "libraries": keep,
        },
        model.Input: {
            "path": _FILE, "format": said, "sha256": keep, "notes": withhold, "role": keep, "first": keep, "last": keep,
        },
        model.Rejected: {"reason": reason, "first_at": place},
        model.Coverage: {"first": keep, "last": keep},
        model.Gap: {"start": keep, "end": keep},
        model.SignalRun: {"name": keep, "channel": keep, "why_not": said},
        model.Network: {
            "id": keep, "fingerprint": printed, "verdict": keep, "level": keep, "title": said, "models": said,
            "countries": said, "first_seen": keep, "last_seen": keep, "survives_without": said, "notes": said,
            "suppressed": withhold,
        },
        model.NullTest: {},
        model.Member: {
            "account_id": _ACCOUNT, "role": said, "first_seen": keep, "last_seen": keep, "channels": said,
            "status": said,
        },
        model.Evidence: {"channel": said, "signal": said, "summary": own, "phrase": said, "value": own},
        model.Row: {"file": _FILE, "sha256": keep},
        model.Template: {"id": name("tmpl"), "skeleton": own},
        model.Part: {"text": said},
        model.Rows: {"file": _FILE, "rows": keep},
        model.Hypothesis: {"id": said, "title": said, "for_": said, "against": said, "would_decide": said},
        model.TimelinePoint: {"day": keep},
        model.Observable: {"channel": said, "signal": said, "value": own, "held_by": _ACCOUNT},
        model.SingleSource: {
            "account_ids": _ACCOUNT, "organization_id": name("org"), "summary": said,
            "allowed": said,
        },
        model.Excluded: {"below_level": printed},
        model.Hub: {"channel": said, "signal": said, "value": own},
        model.NearMiss: {"account_ids": _ACCOUNT, "network": printed, "reason": said},
        model.Suppressed: {
            "fingerprint": printed, "reason": withhold, "expires": keep, "state": keep, "networks": keep,
        },
        model.Allowed: {
            "kind": keep, "values": withhold, "reason": name("reason"), "expires": keep, "state": keep,
            "networks": keep,
        },
        model.Filtered: {"column": keep, "include": own, "exclude": own},
        since.Change: {"state": keep, "was": printed, "added": _ACCOUNT, "removed": _ACCOUNT},
        since.Baseline: {"sha256": keep, "gone": printed},
        asked.Run: {
            "inputs": _FILE, "accounts": _FILE, "mapping": said, "start": keep, "end": keep, "last": keep,
            "baseline_logs": _FILE, "rules": _FILE, "allow": _FILE, "suppress": _FILE, "baseline": _FILE,
            "min_level": keep, "as_of": keep,
        },
        asked.Filter: {"column": said, "include": own, "exclude": own},
        traits.Traits: {},
        traits.Activity: {"days": keep},
        traits.MemberDays: {"account_id": _ACCOUNT},
        traits.Partition: {},
        traits.Dealt: {"account_id": _ACCOUNT},
        traits.Handover: {
            "stopped": _ACCOUNT, "started": _ACCOUNT, "stopped_at": keep, "started_at": keep, "carried": keep,
        },
        traits.AccountFacts: {
            "account_id": _ACCOUNT, "plan": said, "status": said, "created_at": keep, "billing_country": keep,
            "signup_country": keep, "countries": keep, "mismatches": keep,
        },
        traits.Compliance: {
            "plans": said, "statuses": said, "billing_countries": keep, "signup_countries": keep,
            "use_countries": keep, "endpoints": said, "platforms": said, "systems": said, "models_by_country": said,
        },
        Redaction: {"key_id": keep},
    }
)  # fmt: skip
"""Rules by value and field. A test walks the whole model and fails where a field that can hold text has none."""


SEARCHED: Final = (said, own)
"""Rules of the fields that are searched in the end for values which other fields gave away."""
Context = TypeVar("Context")


def over(value: Any, rule: Callable[[str, Context], str], context: Context) -> Any:
    """Apply a rule to every text in a value: a text, a list, the keys of a table and the texts in it."""
    if isinstance(value, str):
        return rule(value, context)
    if isinstance(value, list):
        return [over(each, rule, context) for each in value]
    if isinstance(value, dict):
        return {over(key, rule, context): over(each, rule, context) for key, each in value.items()}
    return value


def texts(value: Any) -> Iterator[str]:
    """Give every text in a value, as `over` meets them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value:
            yield from texts(each)
        yield from texts(list(value.values())) if isinstance(value, dict) else ()
