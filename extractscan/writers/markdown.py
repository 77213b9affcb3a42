"""The report as Markdown for a ticket, where nothing that a log says can become markup, a link or a mention.

Log values stand in code spans. Sentences that may quote them are escaped, and an invisible word joiner (U+2060) is put
where a forge would otherwise make a mention, a reference or a link out of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractscan.model import Evidence, Network, Report
from extractscan.writers.numbers import count
from extractscan.writers.reading import (
    PROMISE,
    allowed_line,
    bottom_line,
    holders,
    nothing_found,
    ranked,
    said,
    standing,
)
from extractscan.writers.show import SENTENCE, VALUE, show

SECTIONS = 10
"""Findings with a section of their own; a forge takes some 65,000 characters, and a network needs three to five."""
TOP_ROWS = 50
TOP_EVIDENCE = 12
TOP_HYPOTHESES = 3
TOP_REASONS = 3
TOP_TEMPLATES = 2
TOP_MEMBERS = 10
TOP_LISTED = 10
SKELETON = 400
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&$])")
_LINE_START = re.compile(r"^(\d*)([-+=.)])")
_SIGIL = re.compile(r"([@#!~%$])(?=\w)")
_LINK = re.compile(r"(://|www\.|mailto:|xmpp:)", re.IGNORECASE)
_JOINER = "\u2060"


def prose(content: str) -> str:
    """Return a sentence as text that Markdown renders literally: no markup, mention, reference or link."""
    shown = show(content, SENTENCE).strip()
    shown = _LINK.sub(lambda found: found.group()[0] + _JOINER + found.group()[1:], shown)
    shown = _SIGIL.sub(rf"\1{_JOINER}", shown)
    shown = _MARKUP.sub(r"\\\1", shown)
    return _LINE_START.sub(r"\1\\\2", shown)


def code(content: object, limit: int = VALUE, *, in_table: bool = False) -> str:
    """Return a log value as a code span that it cannot end; in a table its bars are escaped too."""
    shown = show(content, limit) or " "
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if "`" in shown or shown.strip() != shown else ""
    return f"{fence}{pad}{shown.replace('|', chr(92) + '|') if in_table else shown}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def render(report: Report) -> bytes:
    """Return the report as GitHub-flavoured Markdown in UTF-8."""
    return "".join(f"{line}\n" for line in _lines(report)).encode("utf-8", "backslashreplace")


def _lines(report: Report) -> Iterator[str]:
    coverage = report.coverage
    yield f"# extractscan: {bottom_line(report)}"
    yield ""
    yield from ([f"**TLP:{report.tlp.upper()}**", ""] if report.tlp else [])
    if not said(report):
        yield f"> {PROMISE}"
        yield ""
    span = f", {code(coverage.first)} to {code(coverage.last)}" if coverage.first else ""
    yield f"Read: {count(coverage.events, 'event')} of {count(coverage.accounts, 'account')}{span}."
    yield ""
    networks = ranked(report.networks)
    if networks:
        yield "| network | verdict | level | accounts | in campaign | events | link bits | harvest bits |"
        yield "|---|---|---|---:|---:|---:|---:|---:|"
        for network in networks[:TOP_ROWS]:
            yield (
                f"| {code(network.id, in_table=True)} | {_words(network.verdict)} | {network.level} "
                f"| {len(network.accounts):,} | {network.events_in_campaign:,} | {network.events:,} "
                f"| {network.coordination_bits:.1f} | {network.extraction_bits:.1f} |"
            )
        yield ""
        if len(networks) > TOP_ROWS:
            yield f"and {len(networks) - TOP_ROWS:,} networks more; the json output holds them all."
            yield ""
    else:
        yield prose(nothing_found(report))
        yield ""
    findings = [each for each in networks if each.verdict == "extraction_network"]
    for network in findings[:SECTIONS]:
        yield from _network(network)
    yield from _brief([*findings[SECTIONS:], *(each for each in networks if each not in findings)])
    yield from _apart(report)
    yield from _untested(report)
    yield from _inputs(report)


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _network(network: Network) -> Iterator[str]:
    yield f"## {code(network.id)}: {_words(network.verdict)}, {network.level}{standing(network)}"
    yield ""
    yield prose(network.title)
    yield ""
    if network.suppressed is not None:
        yield f"- on the user's own list: {prose(network.suppressed)}"
    yield f"- fingerprint {code(network.fingerprint)}, seen {code(network.first_seen)} to {code(network.last_seen)}"
    for label, counts in (("models", network.models), ("countries", network.countries)):
        if counts:
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP_LISTED]
            yield f"- {label}: " + ", ".join(f"{code(name)} {number:,}" for name, number in ordered)
    null = network.null
    yield (
        f"- null test: {null.as_strong} of {null.shuffles} shuffles gave a network this strong, "
        f"on average a shuffle gave {null.expected_false:.3g} at the threshold in use"
        if null.shuffles
        else "- null test: not run, as no shuffles were asked for"
    )
    if network.survives_without:
        parts = (f"{code(name)} {'stands' if kept else 'falls'}" for name, kept in network.survives_without.items())
        yield "- with one channel left out: " + ", ".join(parts)
    yield ""
    yield from _evidence(f"Linked by ({network.coordination_bits:.1f} bits)", network.evidence)
    harvest = f"Traffic is consistent with a harvest ({network.extraction_bits:.1f} bits)"
    yield from _evidence(harvest, network.extraction)
    yield from _templates(network)
    yield from _hypotheses(network)
    yield from _members(network)
    for note in network.notes:
        yield f"Note: {prose(note)}"
        yield ""


def _brief(networks: Sequence[Network]) -> Iterator[str]:
    """Give each network that has no section of its own one line."""
    if not networks:
        return
    yield "## Other networks"
    yield ""
    for network in networks[:TOP_LISTED]:
        leading = sorted(network.hypotheses, key=lambda h: (-h.bits, h.id))[:1]
        leads = "".join(f"; leading explanation: {prose(each.title)} ({each.bits:+.1f})" for each in leading)
        yield f"- {code(network.id)}, {_words(network.verdict)}: {prose(network.title)}{leads}"
    yield from _more(len(networks))


def _evidence(title: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    if not evidence:
        return
    yield f"### {title}"
    yield ""
    for item in sorted(evidence, key=lambda e: (-e.bits, e.channel, e.signal, e.summary))[:TOP_EVIDENCE]:
        yield (
            f"- **{item.bits:.1f}** {code(item.channel)} {code(item.signal)}: {prose(item.summary)}{_background(item)}"
        )
        for row in item.rows[:1]:
            yield f"  - row {row.row} of {code(row.file)}, sha256 {code(row.sha256)}"
    yield from _more(len(evidence), TOP_EVIDENCE)


def _background(item: Evidence) -> str:
    told = holders(item)
    return f" ({told})" if told else ""


def _templates(network: Network) -> Iterator[str]:
    for template in network.templates[:TOP_TEMPLATES]:
        skeleton = show(template.skeleton, SKELETON)
        fence = "`" * max(_longest_run(skeleton) + 1, 3)
        yield (
            f"Template {code(template.id)}: {count(template.events, 'event')} of "
            f"{count(template.accounts, 'account')}, {count(template.outside_accounts)} outside"
        )
        yield from ("", f"{fence}text", skeleton, fence, "")


def _hypotheses(network: Network) -> Iterator[str]:
    if not network.hypotheses:
        return
    yield "### Would be explained by"
    yield ""
    for hypothesis in sorted(network.hypotheses, key=lambda h: (-h.bits, h.id))[:TOP_HYPOTHESES]:
        yield f"- **{hypothesis.bits:+.1f}** {prose(hypothesis.title)} ({code(hypothesis.id)})"
        for word, reasons in (
            ("for", hypothesis.for_),
            ("against", hypothesis.against),
            ("would decide", hypothesis.would_decide),
        ):
            yield from (f"  - {word}: {prose(reason)}" for reason in reasons[:TOP_REASONS])
    yield from _more(len(network.hypotheses), TOP_HYPOTHESES)


def _members(network: Network) -> Iterator[str]:
    members = sorted(network.accounts, key=lambda m: (-m.bits, m.account_id))
    yield "| account | bits | role | in campaign | events | first seen | last seen |"
    yield "|---|---:|---|---:|---:|---|---|"
    for member in members[:TOP_MEMBERS]:
        yield (
            f"| {code(member.account_id, in_table=True)} | {member.bits:.1f} | {code(member.role, in_table=True)} "
            f"| {member.events_in_campaign:,} | {member.events:,} "
            f"| {code(member.first_seen[:10], in_table=True)} | {code(member.last_seen[:10], in_table=True)} |"
        )
    yield ""
    if len(members) > TOP_MEMBERS:
        yield f"and {len(members) - TOP_MEMBERS:,} more accounts; the csv and json outputs hold them all."
        yield ""


def _apart(report: Report) -> Iterator[str]:
    if report.single_sources:
        yield "## Single sources"
        yield ""
        for source in report.single_sources[:TOP_LISTED]:
            who = ", ".join(code(name) for name in source.account_ids[:3])
            yield f"- {who}: {prose(source.summary)} ({source.extraction_bits:.1f} harvest bits)"
        yield from _more(len(report.single_sources))
    excluded = report.excluded
    if not (excluded.hubs or excluded.near_misses or excluded.suppressed or excluded.allowed):
        return
    yield "## Looked at and left out"
    yield ""
    for hub in excluded.hubs[:TOP_LISTED]:
        yield f"- {code(hub.signal)} {code(hub.value)}: held by {hub.accounts:,} accounts, given no weight"
    yield from _more(len(excluded.hubs))
    for miss in excluded.near_misses[:TOP_LISTED]:
        who = ", ".join(code(name) for name in miss.account_ids[:3])
        yield f"- {who}: {miss.bits:.1f} of {miss.needed:.1f} bits; {prose(miss.reason)}"
    yield from _more(len(excluded.near_misses))
    for suppressed in excluded.suppressed[:TOP_LISTED]:
        yield f"- {code(suppressed.fingerprint)} is on the user's own list: {prose(suppressed.reason)}"
    yield from _more(len(excluded.suppressed))
    for entry in excluded.allowed[:TOP_LISTED]:
        yield f"- known beforehand: {prose(allowed_line(entry))}"
    yield from _more(len(excluded.allowed))


def _more(total: int, shown: int = TOP_LISTED) -> Iterator[str]:
    if total > shown:
        yield f"- and {total - shown:,} more"
    if total:
        yield ""


def _untested(report: Report) -> Iterator[str]:
    skipped = [signal for signal in report.coverage.signals if not signal.ran]
    if not (skipped or report.coverage.gaps or report.limits):
        return
    yield "## Not tested, and limits"
    yield ""
    for signal in skipped:
        yield f"- {code(signal.name)}: {prose(signal.why_not or 'no reason given')}"
    for gap in report.coverage.gaps[:TOP_LISTED]:
        yield f"- no event at all from {code(gap.start)} to {code(gap.end)} ({gap.hours:.1f} h)"
    for limit in report.limits:
        yield f"- {prose(limit)}"
    yield ""


def _inputs(report: Report) -> Iterator[str]:
    tool = report.tool
    if report.inputs:
        yield "## Inputs"
        yield ""
    for source in report.inputs:
        yield (
            f"- {code(source.path, 200)}: {code(source.format)}, {source.bytes:,} bytes, "
            f"{source.rows_used:,} of {source.rows:,} rows used, sha256 {code(source.sha256)}"
        )
        for reason in source.rejected:
            first = code(reason.first_at)
            yield f"  - {reason.count:,} rejected, first at {first}: {prose(reason.reason)}"
        for note in source.notes:
            yield f"  - {prose(note)}"
    if report.inputs:
        yield ""
    settings = code(tool.settings_sha256)
    yield f"{code(f'{tool.name} {tool.version}')}, seed {tool.seed}, settings sha256 {settings}"
