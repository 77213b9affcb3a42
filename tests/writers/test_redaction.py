"""A redacted report holds no original value, in whatever format, and is still of use."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import polars as pl
import pyarrow.parquet as pq
import pytest
import report_fixtures
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan import diffing, model
from extractscan.errors import UsageError
from extractscan.model import Node, Report
from extractscan.model.asked import Filter, Run
from extractscan.model.shared import Part, fingerprint
from extractscan.model.since import Baseline, Change
from extractscan.model.traits import (
    AccountFacts,
    Activity,
    Compliance,
    Dealt,
    Handover,
    MemberDays,
    Partition,
    Traits,
)
from extractscan.redaction import redact
from extractscan.redaction.names import LENGTH, Names
from extractscan.redaction.rules import RULES, WITHHELD, keep, own, said
from extractscan.redaction.values import IDENTIFIERS, MEASURES, SHARED, redacted
from extractscan.redaction.wholes import skeleton
from extractscan.signals import SIGNALS
from extractscan.writers import WRITERS

KEY = b"a key that nobody else has, of 40 bytes!"
LEAST = 5
LOGS = Path(__file__).parents[2] / "sample_logs"
CORE = re.compile(r"zq\d{5}q")
WORDS_OF_THE_TOOL = ("channel", "signal", "channels", "survives_without", "column")


def structs(kind: Any, seen: set[type[Node]] | None = None) -> set[type[Node]]:
    """Every value type that a report can hold."""
    found = set() if seen is None else seen
    for part in get_args(kind):
        structs(part, found)
    if isinstance(kind, type) and issubclass(kind, Node) and kind not in found:
        found.add(kind)
        for inner in get_type_hints(kind).values():
            structs(inner, found)
    return found


def holds_text(kind: Any) -> bool:
    """Whether a field of this type can hold text outside values of their own."""
    if kind in (str, Any) or get_origin(kind) is Literal:
        return True
    return any(holds_text(part) for part in get_args(kind))


def test_every_text_of_the_model_has_a_rule() -> None:
    """A field that is new in the model needs a line in redaction/rules.py: what becomes of it in a redacted report?"""
    kinds = structs(Report)
    assert set(RULES) == kinds
    for kind in kinds:
        wanted = {name for name, hint in get_type_hints(kind).items() if holds_text(hint)}
        assert set(RULES[kind]) == wanted, kind.__name__


def test_every_signal_has_its_treatment() -> None:
    """A signal that is new needs a line in redaction/values.py; until then its values are pseudonyms."""
    assert len({*IDENTIFIERS, *SHARED, *MEASURES}) == len(IDENTIFIERS) + len(SHARED) + len(MEASURES)
    assert {*IDENTIFIERS, *SHARED, *MEASURES} == set(SIGNALS)
    assert redacted("brand_new", "secret", 10_000, LEAST, Names(KEY)).startswith("value_")


def full() -> Report:
    """A report in which no optional part is missing."""
    who = [f"acct_{n:05d}" for n in range(3)]
    facts = AccountFacts(account_id=who[0], plan="pro", status="banned", created_at="2026-03-01", billing_country="NL",
                         countries=["SG"], mismatches=["billing/use"])  # fmt: skip
    traits = Traits(
        activity=Activity(days=["2026-03-02"], members=[MemberDays(account_id=who[0], events=[3])], others=[1]),
        partition=Partition(events=9, items=8, shared=0, expected=1.0,
                            members=[Dealt(account_id=who[1], items=8, shared=0)]),
        handovers=[Handover(stopped=who[0], started=who[1], stopped_at="2026-03-03", started_at="2026-03-04",
                            hours=24.0, carried=["payment"])],
        compliance=Compliance(plans={"pro": 3}, endpoints={"/v1/chat": 9}, platforms={"api": 9},
                              systems={"AS64500": 9}, models_by_country={"large-2": {"NL": 3}}, accounts=[facts]),
    )  # fmt: skip
    report = report_fixtures.five()
    networks = [
        msgspec.structs.replace(each, traits=traits, accounts=each.accounts[:4],
                                change=Change(state="grown", was=["aa00"], added=who[:1], removed=["acct_gone1"]))
        for each in report.networks
    ]  # fmt: skip
    run = Run(
        inputs=["logs"], accounts="accounts.csv", mapping={"account_id": "user"}, baseline_logs=["older"],
        filters=[Filter(column="account_id", include=[who[0]], exclude=[who[1]]),
                 Filter(column="model", include=["m"])],
        rules=["rules.toml"], allow="allow.toml", suppress="known.toml", baseline="old.json",
    )  # fmt: skip
    excluded = msgspec.structs.replace(report.excluded, below_level=["ab12"])
    return msgspec.structs.replace(
        report, networks=networks, run=run, excluded=excluded, baseline=Baseline(sha256="00", networks=1, gone=["cd34"])
    )


class Planter:
    """Puts a value of its own into each place that can hold one, and notes which of them may stay."""

    def __init__(self, suffixes: list[str], signals: list[str], counts: list[int]) -> None:
        self.suffixes, self.signals, self.counts = cycle(suffixes), cycle(signals), cycle(counts)
        self.count = 0
        self.accounts: dict[str, str] = {}
        self.may_stay: set[str] = set()

    def value(self, *, stays: bool = False) -> str:
        self.count += 1
        core = f"zq{self.count:05d}q"
        if stays:
            self.may_stay.add(core)
        return core + next(self.suffixes)

    def plant(self, node: Any) -> Any:
        """Return a node with values planted, accounts the same wherever they stand."""
        if isinstance(node, list):
            return [self.plant(each) for each in node]
        if not isinstance(node, Node):
            return node
        changed = {name: self._field(node, name) for name in node.__struct_fields__}
        node = msgspec.structs.replace(node, **changed)
        special: dict[type[Node], Callable[[Any], Any]] = {
            model.Evidence: self._evidence,
            model.Template: self._template,
            model.Observable: self._observable,
            model.Hub: self._hub,
            Filter: self._filter,
        }
        return special.get(type(node), lambda same: same)(node)

    def _field(self, node: Node, name: str) -> Any:
        rule, value = RULES[type(node)].get(name), getattr(node, name)
        if rule is None:
            return self.plant(value)
        if rule is keep or rule is own or name in WORDS_OF_THE_TOOL:
            return value
        if rule is said:
            return self._over(value, lambda text: f"{text} and {self._some_account()}")
        return self._over(value, self._known)

    def _over(self, value: Any, put: Callable[[str], str]) -> Any:
        if isinstance(value, str):
            return put(value)
        if isinstance(value, list):
            return [self._over(each, put) for each in value]
        if isinstance(value, dict):
            return {put(name): self._over(each, put) for name, each in value.items()}
        return value

    def _known(self, text: str) -> str:
        if text not in self.accounts:
            self.accounts[text] = self.value()
        return self.accounts[text]

    def _some_account(self) -> str:
        return self._known("acct_00000")

    def _evidence(self, item: model.Evidence) -> model.Evidence:
        value = self.value(stays=item.signal in MEASURES)
        return msgspec.structs.replace(
            item, phrase="they hold {value} there", value=value, value_held_by=2, summary=f"they hold {value} there"
        )

    def _template(self, item: model.Template) -> model.Template:
        counts = [next(self.counts) for _ in range(4)]
        parts = [Part(text=f"do {self.value(stays=n >= LEAST)} now ", accounts=n) for n in counts]
        return msgspec.structs.replace(item, parts=parts, skeleton="…".join(part.text for part in parts))

    def _observable(self, item: model.Observable) -> model.Observable:
        signal = next(self.signals)
        shared = signal in SHARED and signal != "system_prompt" and len(item.held_by) + item.outside >= LEAST
        return msgspec.structs.replace(item, signal=signal, value=self.value(stays=shared or signal in MEASURES))

    def _hub(self, item: model.Hub) -> model.Hub:
        signal = next(self.signals)
        return msgspec.structs.replace(
            item, signal=signal, value=self.value(stays=signal in SHARED or signal in MEASURES)
        )

    def _filter(self, item: Filter) -> Filter:
        stays = item.column == "model"
        return msgspec.structs.replace(
            item,
            include=[self.value(stays=stays) for _ in item.include],
            exclude=[self.value(stays=stays) for _ in item.exclude],
        )


def rendered(report: Report) -> Iterator[tuple[str, str]]:
    """Every format of a report as text."""
    for name, writer in WRITERS.items():
        content = writer.render(report)
        if name == "parquet":
            yield name, repr(pq.read_table(io.BytesIO(content)).to_pylist())
        else:
            yield name, content.decode()


@settings(deadline=None, max_examples=8)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=5),
    st.lists(st.sampled_from([*SIGNALS, "unheard_of"]), min_size=1, max_size=9),
    st.lists(st.integers(1, 12), min_size=1, max_size=5),
)
def test_no_planted_value_is_in_any_format(suffixes: list[str], signals: list[str], counts: list[int]) -> None:
    """Of a value in every place that can hold one, none is left but what enough accounts share and what measures."""
    planter = Planter(suffixes, signals, counts)
    report = planter.plant(full())
    assert set(CORE.findall(model.encode(report).decode())) > planter.may_stay
    for name, text in rendered(redact(report, KEY, LEAST)):
        assert set(CORE.findall(text)) <= planter.may_stay, name


def found(text: str, values: set[str]) -> list[str]:
    """The values that stand somewhere in a text."""
    return pl.Series([text]).str.extract_many(sorted(values), overlapping=True).list.unique().item().to_list()


def test_a_whole_analysis_is_redacted(campaign: Report) -> None:
    """Of a log that holds a campaign, no account, address, card, device, mail, key or request is in any format."""
    accounts = pl.read_parquet(LOGS / "campaign_accounts.parquet")
    events = pl.read_parquet(LOGS / "campaign.parquet")
    names = ("account_id", "client_ip", "request_id", "api_key_id", "organization_id", "device_id", "end_user_id",
             "session_id", "email", "email_domain", "phone_hash", "payment_fingerprint", "signup_ip",
             "signup_device_id", "referral_code")  # fmt: skip
    values = {
        value
        for frame in (events, accounts)
        for name in names
        if name in frame.columns
        for value in frame[name].drop_nulls().unique()
    } | {"campaign.parquet", str(LOGS)}
    assert len(values) > 5_000
    assert found(model.encode(campaign).decode(), values)
    for name, text in rendered(redact(campaign, KEY, LEAST)):
        assert found(text, values) == [], name
    prompts = set(events["prompt"].drop_nulls()) | set(events["system_prompt"].drop_nulls())
    document = model.encode(redact(campaign, KEY, 10_000)).decode()
    assert not any(msgspec.json.encode(prompt[:40]).decode().strip('"') in document for prompt in prompts)


def test_a_redacted_report_is_read_in_every_format() -> None:
    """It follows the schema, and its evidence still adds up."""
    report = full()
    hidden = redact(report, KEY, LEAST)
    assert model.decode(model.encode(hidden)) == hidden
    before = [item.bits for one in report.networks for item in one.evidence]
    assert [item.bits for one in hidden.networks for item in one.evidence] == before
    assert hidden.limits[:-1] == report.limits
    assert f"{hidden.redaction.key_id}" in hidden.limits[-1]  # type: ignore[union-attr]


def test_the_same_key_gives_the_same_pseudonyms() -> None:
    """In another run, in another place of the report, and never under another key or for another kind."""
    names = Names(KEY)
    assert names.of("ip", "203.0.113.7") == Names(KEY).of("ip", "203.0.113.7")
    assert names.of("ip", "203.0.113.7") != Names(KEY[::-1]).of("ip", "203.0.113.7")
    assert names.of("ip", "x")[3:] != names.of("org", "x")[4:]
    assert re.fullmatch(rf"acct_[a-z2-7]{{{LENGTH}}}", names.of("acct", "é\ud800"))
    assert names.key_id() == Names(KEY).key_id() != Names(KEY[::-1]).key_id()


def test_pseudonyms_do_not_collide_in_practice() -> None:
    """Tens of thousands of accounts have as many names."""
    names = Names(KEY)
    assert len({names.of("acct", str(n)) for n in range(30_000)}) == 30_000


def test_a_network_is_named_by_its_pseudonyms() -> None:
    """Its fingerprint is taken over them and followed wherever it stands; what is no network here gets another name."""
    report = full()
    (first, *_) = redact(report, KEY, LEAST).networks
    assert first.fingerprint == fingerprint([member.account_id for member in first.accounts])
    assert [member.account_id for member in first.accounts] == sorted(member.account_id for member in first.accounts)
    miss = msgspec.structs.replace(report.excluded.near_misses[0], network=report.networks[0].fingerprint)
    near = msgspec.structs.replace(report, excluded=model.Excluded(near_misses=[miss], below_level=["ab12"]))
    hidden = redact(near, KEY, LEAST).excluded
    assert hidden.near_misses[0].network == first.fingerprint
    assert hidden.below_level[0].startswith("fp_")


def test_redacted_reports_are_compared_as_the_original_ones() -> None:
    """What is new, grown or the same is so under pseudonyms as well."""
    older, newer = report_fixtures.ordinary(), report_fixtures.five()
    grown = msgspec.structs.replace(
        newer.networks[0], accounts=[*newer.networks[0].accounts, report_fixtures.member("acct_new", 9.0)]
    )
    newer = msgspec.structs.replace(newer, networks=[grown, *newer.networks[2:]])
    plain = diffing.since(newer, older, "0")
    hidden = diffing.since(redact(newer, KEY, LEAST), redact(older, KEY, 2), "0")
    states = [one.change.state for one in plain.networks if one.change]
    assert "grown" in states
    assert [one.change.state for one in hidden.networks if one.change] == states


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_short_key_is_refused(key: bytes) -> None:
    """Who can try all keys can try all addresses."""
    with pytest.raises(UsageError, match="bytes"):
        redact(report_fixtures.empty(), key, LEAST)


def test_a_redacted_report_is_not_redacted_again() -> None:
    """Pseudonyms of pseudonyms would match nothing."""
    with pytest.raises(UsageError, match="already"):
        redact(redact(report_fixtures.empty(), KEY, LEAST), KEY, LEAST)


@pytest.mark.parametrize(
    ("text", "parts", "left"),
    [
        ("fixed", [("fixed", 5)], "fixed"),
        ("fixed", [("fixed", 4)], "…"),
        ("a…b", [("a", 5), ("b", 5)], "a…b"),
        ("a1b", [("a", 5), ("1", 2), ("b", 5)], "a…b"),
        ("a1…b…", [("a", 5), ("1", 2), ("b", 5)], "a…b…"),
        ("…a", [("a", 9)], "…a"),
        ("a…b", [("a", 5), ("z", 5), ("b", 5)], "a…b"),
        ("of a report that has no parts", [], "…"),
        ("", [], ""),
    ],
)
def test_only_shared_parts_of_wording_stay(text: str, parts: list[tuple[str, int]], left: str) -> None:
    """Whatever varies or few accounts sent becomes one gap."""
    template = model.Template(id="t", skeleton=text, accounts=9, events=9, outside_accounts=0,
                              parts=[Part(text=part, accounts=n) for part, n in parts])  # fmt: skip
    assert skeleton(template, LEAST) == left


@pytest.mark.parametrize(
    ("reason", "place", "left"),
    [
        ("timestamp: not a time", "row 17", ("timestamp: not a time", "row 17")),
        ("account_id: missing", "see the table", ("account_id: missing", "see the table")),
        ("file skipped: text that is no JSON (bob)", "the whole file", (WITHHELD, "the whole file")),
        ("timestamp: not 'bob@example.test'", "line 3", (WITHHELD, "line 3")),
        ("nothing known: so", "bob/2026.json", (WITHHELD, "file_")),
    ],
)
def test_what_parsers_say_is_withheld(reason: str, place: str, left: tuple[str, str]) -> None:
    """Only what is said of a known column, and a number of a row, cannot quote the log."""
    source = report_fixtures.ordinary().inputs[0]
    lost = model.Rejected(reason=reason, count=1, first_at=place)
    report = msgspec.structs.replace(
        report_fixtures.empty(), inputs=[msgspec.structs.replace(source, rejected=[lost], notes=["bob's log"])]
    )
    (hidden,) = redact(report, KEY, LEAST).inputs
    assert hidden.notes == [WITHHELD]
    assert hidden.rejected[0].reason == left[0]
    assert hidden.rejected[0].first_at.startswith(left[1])


def test_sentences_of_reports_that_kept_no_phrase_are_withheld() -> None:
    """In schema 1.0 a summary may quote a value that stands in no field; what is held by nobody quotes nothing."""
    report = msgspec.structs.replace(report_fixtures.ordinary(), schema_version="1.0")
    evidence = redact(report, KEY, LEAST).networks[0].evidence
    told = {item.signal: item.summary for item in evidence}
    assert told["payment"] == WITHHELD
    assert told["lacking"].startswith("members that lack")


def test_evidence_quotes_the_template_as_it_is_now() -> None:
    """The wording in the sentence is that of the redacted skeleton, or a gap where there is none."""
    network = report_fixtures.harvest_network()
    item = report_fixtures.evidence("content", "template", 9.0, 0.0, 40, "they send “You are an expert”",
                                    value="You are an expert")  # fmt: skip
    for least, words in ((LEAST, "“You are an expert tutor. Solve"), (13, "“…”")):
        changed = msgspec.structs.replace(network, evidence=[item])
        report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[changed])
        assert words in redact(report, KEY, least).networks[0].evidence[0].summary
    bare = msgspec.structs.replace(network, evidence=[item], templates=[])
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[bare])
    assert "“…”" in redact(report, KEY, LEAST).networks[0].evidence[0].summary
