"""The small drawings: bars, sparklines, numbers, and lists that are cut."""

from __future__ import annotations

import re

import large_report
import msgspec
import pytest
import report_fixtures
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color

from extractscan.model import NullTest, TimelinePoint
from extractscan.model.traits import Traits
from extractscan.writers import markdown
from extractscan.writers.numbers import bits, count, losses, share, short, size
from extractscan.writers.reading import PROMISE, by_chance, holders, nothing_found, ranked
from extractscan.writers.terminal import View, full_bits, render, render_member, render_network
from extractscan.writers.terminal.network import _activity, names, traits_lines
from extractscan.writers.terminal.view import ALARM, CAUTION, CONTRARY, COOL, GOOD, bar, cell, sparkline

PLAIN = View(unicode=False)
UNICODE = View()


def points(**events: int) -> list[TimelinePoint]:
    return [TimelinePoint(day=f"2026-03-{day[1:]}", events=n, accounts=1) for day, n in events.items()]


@pytest.mark.parametrize(
    ("view", "amount", "drawn"),
    [
        (UNICODE, 10.0, "████"),
        (UNICODE, 99.0, "████"),
        (UNICODE, 5.0, "██  "),
        (UNICODE, 0.01, "▏   "),
        (UNICODE, 0.0, "    "),
        (UNICODE, -5.0, "░░  "),
        (PLAIN, 5.0, "##  "),
        (PLAIN, -5.0, "~~  "),
    ],
)
def test_a_bar_shows_its_share_and_sign(view: View, amount: float, drawn: str) -> None:
    """Full is full, anything at all is seen, and negative bits look different."""
    assert bar(view, amount, 10.0, 4) == drawn


def test_a_bar_without_scale_is_empty() -> None:
    """Where nothing may be said, nothing is drawn but the trace of an amount."""
    assert bar(UNICODE, 0.0, 0.0, 3) == "   "


def test_a_sparkline_shows_days_without_events() -> None:
    """A missing day is a dot, the busiest day full height."""
    assert sparkline(UNICODE, points(d01=1, d02=8, d04=4), 10) == "▁█·▄"
    assert sparkline(PLAIN, points(d01=1, d02=8, d04=4), 10) == ".# ="


def test_a_sparkline_fits_its_columns_and_keeps_its_peak() -> None:
    """Longer spans share columns, and the busiest day still shows."""
    line = sparkline(UNICODE, points(d01=1, d10=1, d20=9, d31=1), 5)
    assert len(line) == 5
    assert "█" in line


@pytest.mark.parametrize("days", [[], ["not a day"], ["2026-02-31"]])
def test_a_sparkline_of_no_days_is_empty(days: list[str]) -> None:
    """Without a single day there is nothing to draw."""
    assert sparkline(UNICODE, [TimelinePoint(day=day, events=1, accounts=1) for day in days], 5) == ""


@given(st.integers(0, 10**16))
def test_a_short_number_takes_six_columns_at_most(number: int) -> None:
    """Whatever the count, the overview's columns hold it."""
    assert len(short(number)) <= 6


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (9_999, "9,999"), (11_742, "11.7k"), (1_234_567, "1.2M"), (10**9, "1.0G")]
)
def test_short_numbers(number: int, shown: str) -> None:
    """Small counts are exact, large ones rounded with their unit."""
    assert short(number) == shown


@pytest.mark.parametrize(
    ("part", "shown"), [(0.00001, "<0.01%"), (0.0002, "0.02%"), (0.0131, "1.3%"), (0.5, "50%"), (1.0, "100%")]
)
def test_shares_keep_the_digits_that_say_something(part: float, shown: str) -> None:
    """Rare shares keep two digits, common ones none after the point."""
    assert share(part) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(999, "999 B"), (1_500, "1.5 KB"), (912_340_112, "912.3 MB"), (10**15, "1000.0 TB")]
)
def test_sizes(number: int, shown: str) -> None:
    """Bytes are given in decimal units."""
    assert size(number) == shown


def test_counts_agree_with_their_noun() -> None:
    """One is singular, all else plural."""
    assert [count(n, "row") for n in (0, 1, 2_000)] == ["0 rows", "1 row", "2,000 rows"]
    assert bits(3.14159) == "3.1"


def test_a_cell_never_splits_a_wide_character() -> None:
    """A cut of wide characters still fills the cell exactly."""
    assert cell("模型模型", 4).cell_len == 4
    assert cell("ab", 4, right=True).plain == "  ab"


def test_networks_are_read_worst_first() -> None:
    """Findings lead, then levels, then bits; the order they came in does not matter."""
    networks = report_fixtures.ordinary().networks
    assert [network.id for network in ranked(reversed(networks))] == ["N1", "N2", "N3", "N4"]


def many(number: int) -> list:
    networks = []
    for n in range(number):
        verdict = "extraction_network" if n % 2 else "explained"
        networks.append(report_fixtures.other_network(f"N{n:02}", verdict, "low", "four accounts"))
    return networks


def test_long_lists_are_cut_and_counted_unless_all_is_asked_for() -> None:
    """What is left out is counted; `detail` leaves nothing out."""
    excluded = report_fixtures.ordinary().excluded
    hubs = [msgspec.structs.replace(excluded.hubs[0], value=f"hub{n}") for n in range(12)]
    report = msgspec.structs.replace(
        report_fixtures.ordinary(), networks=many(60), excluded=msgspec.structs.replace(excluded, hubs=hubs)
    )
    cut, whole = (render(report, View(width=120, detail=detail)).decode() for detail in (False, True))
    assert "and 40 networks more" in cut
    assert "40 networks more: -v draws them" in cut
    assert "and 4 more: -v lists them all" in cut
    assert "hub11" not in cut
    assert " more" not in whole
    assert all(f"N{n:02} · low" in whole for n in range(60))
    assert "hub11" in whole


def test_nothing_found_is_never_said_to_be_clean() -> None:
    """A report without networks names what it could not see."""
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[], single_sources=[])
    assert "fewer than 5 accounts" in nothing_found(report)
    assert "1 of 4 signals" in nothing_found(report)
    assert "0.05 networks (mean of 20 shuffles)" in nothing_found(report)
    assert "not known" in nothing_found(report_fixtures.empty())
    assert "chance alone" not in nothing_found(report_fixtures.empty())
    assert not by_chance(report_fixtures.empty())
    assert "no proof that there is none" in render(report).decode()


def test_a_bar_is_full_at_the_cap_of_the_settings() -> None:
    """The scale is the report's own cap, or ten bits where its settings are foreign."""
    report = report_fixtures.ordinary()
    foreign = msgspec.structs.replace(report, tool=msgspec.structs.replace(report.tool, settings={"margin_bits": "x"}))
    assert (full_bits(report), full_bits(foreign)) == (10.0, 10.0)
    assert "membership asks" not in render_member(foreign, foreign.networks[0], "acct_90002", UNICODE).decode()


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_list_of_counts_breaks_between_entries(width: int) -> None:
    """No name stands at the end of a line with its number on the next."""
    counts = {f"country-{n}": 1000 * n for n in range(40)}
    lines = names(View(width=width, detail=True), counts).plain.split("\n")
    assert len(lines) > 1
    assert all(len(line) <= width - 12 for line in lines)
    assert re.findall(r"country-\d+", " ".join(lines)) == sorted(counts, key=lambda name: -counts[name])
    assert all(re.fullmatch(r"(country-\d+ [\d,]+, )*country-\d+ [\d,]+,?", line) for line in lines)


def test_a_member_is_shown_what_it_shares() -> None:
    """Each value that it holds, with how many members and others do; not what it lacks; long lists are counted."""
    report = report_fixtures.ordinary()
    network = report.networks[0]
    name = "acct_00003"
    held = [item for item in network.observables if name in item.held_by]
    page = render_member(report, network, name, View(width=160)).decode()
    part = page.split("What it has in common")[1].split("Evidence of the network")[0]
    assert len(held) > 2
    lines = [line.split() for line in part.splitlines()]
    for item in held:
        shown = [line for line in lines if item.signal in line]
        assert any(f"{len(item.held_by):,}" in line and f"{item.outside:,}" in line for line in shown), item
    lacked = {item.value for item in network.observables} - {item.value for item in held}
    assert lacked
    assert not any(value in part for value in lacked)
    many = [msgspec.structs.replace(held[0], value=f"v{n}") for n in range(30)]
    crowded = msgspec.structs.replace(network, observables=many)
    assert "and 6 more; the json output holds them all" in render_member(report, crowded, name, View()).decode()


def test_a_member_without_channels_still_has_a_waterfall() -> None:
    """Where nothing but the prior is known, the prior is drawn."""
    network = msgspec.structs.replace(report_fixtures.harvest_network(), accounts=[report_fixtures.member("a", 0.0)])
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    alone = msgspec.structs.replace(report, coverage=msgspec.structs.replace(report.coverage, accounts=1))
    assert "prior" in render_member(report, network, "a", UNICODE).decode()
    assert "prior" in render_member(alone, network, "a", UNICODE).decode()


@pytest.mark.parametrize("word", ["fraud", "theft", "steal", "malicious", "likely", "almost certain", "guilty"])
def test_no_output_accuses_or_guesses(word: str) -> None:
    """The tool's own words name no crime and use no uncalibrated likelihood."""
    for view in (View(width=80), View(width=200, detail=True)):
        assert word not in render(report_fixtures.ordinary(), view).decode().lower()


def test_every_report_says_once_that_it_proves_nothing() -> None:
    """The closing words stand unless the report's own limits say them."""
    limit = "A shared signal is a reason to look, not proof of anything."
    silent = report_fixtures.ordinary()
    saying = msgspec.structs.replace(silent, limits=[limit])
    for draw in (lambda report: render(report, View(width=240)), markdown.render):
        assert PROMISE in draw(silent).decode()
        assert PROMISE not in draw(saying).decode()
        assert draw(saying).decode().count("not proof") == 1


def test_reasons_beyond_the_first_are_counted() -> None:
    """A hypothesis with many reasons shows some and counts the rest, and all in detail."""
    hypothesis = msgspec.structs.replace(report_fixtures.HYPOTHESES[0], for_=[f"reason {n}" for n in range(5)])
    network = msgspec.structs.replace(report_fixtures.harvest_network(), hypotheses=[hypothesis])
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    assert "and 2 more" in render(report).decode()
    assert "reason 4" not in render(report).decode()
    assert "reason 4" in render(report, View(detail=True)).decode()


def test_templates_beyond_the_first_are_counted() -> None:
    """Two templates are drawn, the rest counted; one without wording has no empty line for it."""
    template = report_fixtures.harvest_network().templates[0]
    templates = [msgspec.structs.replace(template, id=f"T{n}", skeleton="") for n in range(4)]
    network = msgspec.structs.replace(report_fixtures.harvest_network(), templates=templates)
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    drawn = render(report).decode()
    assert "and 2 templates more" in drawn
    assert "Template T1" in drawn
    assert "Template T2" not in drawn
    assert "0 outside\nand 2" in drawn


def test_markdown_counts_what_it_leaves_out() -> None:
    """A ticket gets the first lines of each long list and how many more there are."""
    report = report_fixtures.ordinary()
    hubs = [msgspec.structs.replace(report.excluded.hubs[0], value=f"hub{n}") for n in range(25)]
    long = msgspec.structs.replace(report, excluded=msgspec.structs.replace(report.excluded, hubs=hubs, near_misses=[]))
    text = markdown.render(long).decode()
    assert "and 15 more" in text
    assert "hub24" not in text
    assert "and 30 more accounts" in text


def test_a_ticket_with_many_networks_still_fits() -> None:
    """Findings beyond ten have a line instead of a section, and a forge can take the whole."""
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=many(60))
    text = markdown.render(report).decode()
    assert text.count("### Linked by") == 10
    assert "and 10 networks more" in text
    assert "## Other networks" in text
    assert "and 40 more" in text
    assert len(text) < 65_000


def test_markdown_leaves_out_what_is_not_there() -> None:
    """A network with neither explanations nor harvest nor leaving-out test has no headings for them."""
    bare = msgspec.structs.replace(
        report_fixtures.harvest_network(), hypotheses=[], extraction=[], survives_without={}, models={}
    )
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[bare])
    text, drawn = markdown.render(report).decode(), render(report).decode()
    for word in ("explained by", "consistent with a harvest", "left out:", "models"):
        assert word not in text
        assert word not in drawn


def test_markdown_of_a_report_with_gaps_alone_lists_them() -> None:
    """Gaps are told even where every signal ran."""
    report = report_fixtures.ordinary()
    ran = [signal for signal in report.coverage.signals if signal.ran]
    gaps = msgspec.structs.replace(report, coverage=msgspec.structs.replace(report.coverage, signals=ran), limits=[])
    assert "7.5 h" in markdown.render(gaps).decode()
    assert "7.5 h" in render(gaps).decode()


def test_single_sources_show_their_evidence_in_detail() -> None:
    """A source that belongs to nobody is drawn too, and its evidence with -v."""
    report = report_fixtures.ordinary()
    source = msgspec.structs.replace(report.single_sources[0], organization_id=None)
    two = msgspec.structs.replace(report, single_sources=[source, msgspec.structs.replace(source, evidence=[])])
    assert "items without a repeat" in render(two, View(detail=True)).decode()
    assert "items without a repeat" not in render(two).decode()
    assert "org_uni" not in render(two).decode()


def test_a_null_test_without_shuffles_claims_nothing() -> None:
    """Where no shuffle was run, no page says that none was as strong."""
    report = report_fixtures.ordinary()
    untested = [
        msgspec.structs.replace(n, null=NullTest(shuffles=0, as_strong=0, expected_false=0.0)) for n in report.networks
    ]
    report = msgspec.structs.replace(report, networks=untested)
    for page in (render(report, PLAIN), markdown.render(report)):
        assert b"not run" in page
        assert b"gave a network this strong" not in page


@pytest.mark.parametrize(("number", "reads"), [(1, "1 row, value or file"), (1200, "1,200 rows, values or files")])
def test_losses_name_all_that_can_be_lost(number: int, reads: str) -> None:
    """A value that did not fit is not called a row."""
    assert losses(number) == reads


def test_evidence_says_who_holds_it_where_it_can_be_held() -> None:
    """How a whole network's traffic is made up is held by nobody else because nobody else was measured."""
    measured = report_fixtures.evidence("content", "template", 9.0, 0.0, 24, "one wording")
    assert holders(measured) == "held by 24, by no other"
    assert holders(msgspec.structs.replace(measured, background=0.0061)) == "held by 24, by 0.61% of all others"
    deck = msgspec.structs.replace(measured, channel="extraction", signal="dealt_deck")
    assert holders(deck) == holders(msgspec.structs.replace(measured, held_by=0)) == ""
    assert holders(msgspec.structs.replace(deck, background=0.2)) == "held by 24, by 20% of all others"


def test_records_are_listed_once_with_their_hashes() -> None:
    """Evidence names rows; their hashes stand together behind the members, each row of each file once."""
    report = report_fixtures.ordinary()
    page = render_network(report, report.networks[0], View(width=100, detail=True)).decode()
    assert page.count("rows 17, 40213 of logs/2026-03.jsonl") == 8
    assert page.count(f"   17  {report_fixtures.SHA}") == page.count(f"40213  {report_fixtures.SHA}") == 1
    assert "Records" not in render_network(report, report.networks[3], View(detail=False)).decode()


@pytest.mark.parametrize("style", [ALARM, CAUTION, GOOD, COOL, CONTRARY])
def test_colours_can_be_read_on_black_and_on_white(style: str) -> None:
    """The contrast of WCAG with both grounds is 3.9 or more."""
    rgb = Color.parse(style).get_truecolor()
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in rgb)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert min((light + 0.05) / 0.05, 1.05 / (light + 0.05)) >= 3.88


@pytest.mark.parametrize(
    ("events", "room", "drawn"),
    [([0, 1, 8], 9, "·▁█"), ([1, 8, 0, 4], 2, ""), ([], 20, ""), ([4] * 20, 10, "█" * 10)],
)
def test_days_of_a_member_fit_the_room(events: list[int], room: int, drawn: str) -> None:
    """Several days share a column where there are more of them; without room nothing is drawn."""
    assert _activity(View(), events, room) == drawn


def test_traits_that_are_not_there_are_not_drawn() -> None:
    """A network of which nothing is known but its days has no line on work, hand-overs or countries."""
    assert list(traits_lines(View(), Traits())) == []
    lines = dict(traits_lines(View(), large_report.network(1, 12).traits or Traits()))
    assert lines.keys() == {"work", "hand-over", "plans", "billed in", "differ"}
    report = large_report.small()
    page = render_network(report, report.networks[0], View(width=146)).decode()
    assert "▃▅█" not in page, "the room is too small for days"
    bare = msgspec.structs.replace(report.networks[0], evidence=[], extraction=[])
    assert "Records" not in render_network(report, bare, View(detail=True)).decode()
