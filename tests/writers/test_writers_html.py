"""The page as a document: what may run on it, what it holds of the report, and that no value can act."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any
from uuid import UUID

import hostile_page
import large_report
import msgspec
import pytest
import report_fixtures as fixtures
from hypothesis import given
from hypothesis import strategies as st

from extractscan import model
from extractscan.model.asked import Filter, Run
from extractscan.model.excluded import Allowed
from extractscan.model.since import Baseline, Change
from extractscan.writers import html
from extractscan.writers.html import assets, payload, steps
from extractscan.writers.html.graph import ACCOUNTS_DRAWN, LABEL, LINE, VALUES_DRAWN, picture
from extractscan.writers.html.page import SECTIONS, SKELETON, _reason, sparkline

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
BLOCK = re.compile(r'<script type="application/json" id="(n\d+)-data">(.*?)</script>', re.DOTALL)
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def text_of(report: model.Report) -> str:
    return html.render(report).decode()


def bare(page: str) -> str:
    """The page without the scripts and styles of the package."""
    return STYLE.sub("", SCRIPT.sub("", page))


def unpack(column: list[Any]) -> list[int | None]:
    """What the page's own script makes of a packed column."""
    least, width, text = column
    numbers: list[int | None] = []
    for at in range(0, len(text), width):
        number = 0
        for digit in text[at : at + width]:
            number = number * len(payload._DIGITS) + payload._DIGITS.index(digit)
        numbers.append(number - 1 + least if number else None)
    return numbers


def named(data: dict[str, Any]) -> list[str]:
    """Undo `compact`, as the page's script does."""
    if "names" in data:
        return [data["prefix"] + name for name in data["names"]]
    blanks = data["pattern"].count("\0")
    columns = [unpack(column) for column in data["digits"]]
    found = []
    for row in zip(*columns, strict=True):
        digits = iter("".join(f"{number:0{min(8, blanks - 8 * at)}x}" for at, number in enumerate(row)))
        found.append("".join(next(digits) if each == "\0" else each for each in data["pattern"]))
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return text_of(large_report.report(networks=2, accounts=150))


def test_the_policy_allows_the_own_scripts_and_nothing_else(page: str) -> None:
    """Every inline script and style stands in the policy by its hash; no source, no eval, no connection does."""
    policy = POLICY.search(page).group(1).replace("&#39;", "'")  # type: ignore[union-attr]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules["script-src"] == [assets.source_hash(text) for text in SCRIPT.findall(page)]
    assert rules["style-src"] == [assets.source_hash(text) for text in STYLE.findall(page)]
    assert set(rules) == {"default-src", "base-uri", "form-action", "script-src", "style-src", "img-src"}
    assert rules["img-src"] == ["data:"]


def test_nothing_on_the_page_points_away_from_it(page: str) -> None:
    """Links go to places on the page, no element has a source, and no style or handler stands in an attribute."""
    rest = bare(page)
    assert set(re.findall(r'href="([^"#][^"]*)"', rest)) == {"data:,"}
    assert not re.search(r"<(img|iframe|object|embed|form|audio|video|base)\b", rest)
    assert not re.search(r"\s(src|srcset|style|on\w+)=", BLOCK.sub("", rest))
    targets = set(re.findall(r'href="#([^"]+)"', rest))
    assert targets <= set(re.findall(r'id="([^"]+)"', rest))


def test_every_id_is_there_once(page: str) -> None:
    """Two networks do not share the place of a picture."""
    ids = re.findall(r'\sid="([^"]+)"', bare(page))
    assert len(ids) == len(set(ids))


def test_libraries_are_whole_and_their_licences_beside_them() -> None:
    """Each vendored file has its licence and its line in the list; none asks for a map or loads a script."""
    listed = assets.read("vendor", "README.md")
    for name in assets.LIBRARIES:
        assert f"`{name}`" in listed
        assert "ermission" in assets.read("vendor", f"{name.removesuffix('.js').removesuffix('.min')}.LICENSE")
    for script in assets.assets().scripts:
        assert "</script" not in script.lower()
        assert "sourceMappingURL" not in script


@pytest.mark.parametrize(
    "report", [*fixtures.REPORTS.values(), lambda: large_report.report(2, 40), hostile_page.report]
)
def test_the_same_report_gives_the_same_bytes(report: Any) -> None:
    """Rendered twice, and saved and read in between, a report gives one page."""
    first = html.render(report())
    saved = model.decode(model.encode(report()))
    assert html.render(saved) == first


def test_the_order_of_members_changes_nothing() -> None:
    """Members, observables and networks are sorted on their own values."""
    network = large_report.network(1, 90)
    turned = {name: getattr(network, name) for name in network.__struct_fields__}
    turned |= {"accounts": network.accounts[::-1], "observables": network.observables[::-1]}
    base = fixtures.empty()
    values = {name: getattr(base, name) for name in base.__struct_fields__}
    one = model.Report(**values | {"networks": [network]})
    other = model.Report(**values | {"networks": [model.Network(**turned)]})
    assert text_of(one) == text_of(other)


def test_members_arrive_as_the_report_has_them(page: str) -> None:
    """Names, roles, counts, times and bits of every member, unpacked as the page does, are those of the report."""
    network = large_report.network(1, 150)
    data = json.loads(dict(BLOCK.findall(page))["n1"])
    names = named(data)
    by_name = {member.account_id: member for member in network.accounts}
    assert sorted(names) == sorted(by_name)
    columns = {key: unpack(data[key]) for key in ("role", "events", "campaign", "first", "last", "bits")}
    channels = {name: unpack(column) for name, column in data["channels"]}
    for at, name in enumerate(names):
        member = by_name[name]
        assert data["roles"][columns["role"][at]] == member.role  # type: ignore[index]
        assert columns["events"][at] == member.events
        assert columns["campaign"][at] == member.events_in_campaign
        assert columns["first"][at] == payload.minutes(member.first_seen, network.first_seen)
        assert columns["last"][at] == payload.minutes(member.last_seen, network.first_seen)
        assert columns["bits"][at] == round(member.bits * 10)
        assert {key: value[at] for key, value in channels.items()} == {
            key: round(value * 10) for key, value in member.channels.items()
        }


@pytest.mark.parametrize(
    "numbers", [[], [None], [0], [-12, None, 0, 7], [88, 89, 90, 91], [0, 10**9, None, 5], [3] * 7]
)
def test_packed_numbers_come_back(numbers: list[int | None]) -> None:
    """Whatever the span, with gaps and below nothing; and nothing in the text needs an escape."""
    column = payload.packed(numbers)
    assert unpack(column) == numbers
    assert json.dumps(column[2]) == f'"{column[2]}"'


def test_a_time_that_is_none_is_left_open() -> None:
    """Reports are files: a time that cannot be read is no time, and no error."""
    assert payload.minutes("2026-03-02T00:30:00Z", "2026-03-01T00:00:00.000000Z") == 24 * 60 + 30
    assert payload.minutes("soon", "2026-03-01T00:00:00Z") is None
    assert payload.minutes("2026-03-01", "2026-03-01T00:00:00Z") is None
    assert sparkline([model.TimelinePoint(day="soon", events=1, accounts=1)]) == ""


def test_no_hostile_value_becomes_markup_or_acts() -> None:
    """Tags, template braces, control and direction characters arrive as visible text; long values are cut."""
    page = bare(text_of(hostile_page.report()))
    for attack in hostile_page.ATTACKS:
        assert attack not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029]", page)
    assert "{{ 7 * 7 }}" in page
    assert "&lt;script&gt;" in page
    assert r"\u003cscript\u003e" in page
    assert "(10,000 characters)" in page
    assert max(map(len, re.findall(r"[^\s<>]+", BLOCK.sub("", page)))) <= SKELETON
    for _, block in BLOCK.findall(text_of(hostile_page.report())):
        json.loads(block)


HEX = st.text("0123456789abcdef", min_size=9, max_size=9)


@given(
    st.one_of(
        st.lists(st.uuids().map(str), min_size=1, max_size=9, unique=True),
        st.lists(HEX.map(lambda text: f"acct_{text[:5]}-{text[5:]}"), max_size=9, unique=True),
        st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=12), max_size=9, unique=True),
    )
)
def test_packed_names_come_back(names: list[str]) -> None:
    """UUIDs, hashes behind a prefix and any other names, one or many, are as they were, in their order."""
    assert named(payload.compact(names)) == names


def test_a_uuid_takes_twenty_characters() -> None:
    """Names of hexadecimal digits are packed, others stand as they are."""
    uuids = [str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4)) for number in range(1, 500)]
    assert len(json.dumps(payload.compact(uuids))) < 21 * len(uuids)
    assert payload.compact(["user-12", "user-1z"]) == {"prefix": "user-1", "names": ["2", "z"]}
    assert payload.compact(["user-1a", "user-1b"]) == {"prefix": "user-1", "names": ["a", "b"]}


@pytest.mark.parametrize("uuids", [False, True])
def test_the_largest_report_that_is_promised_stays_small(*, uuids: bool) -> None:
    """Twenty networks of a thousand accounts are less than three megabytes, with short ids and with those of 36."""
    assert len(html.render(large_report.report(uuids=uuids))) < 2_700_000


def test_a_graph_is_capped_and_says_so() -> None:
    """Of a thousand accounts some are drawn, each once; the page says how many are not."""
    drawn = picture(large_report.network(1, 1000))
    assert len(drawn.accounts) == len({name for name, _, _ in drawn.accounts}) == ACCOUNTS_DRAWN
    assert len(drawn.values) <= VALUES_DRAWN
    assert drawn.accounts_left_out == 1000 - ACCOUNTS_DRAWN
    places = [(x, y) for _, x, y in (*drawn.accounts, *drawn.values)]
    assert len(places) == len(set(places)), "nothing stands on something else"
    held = {value.value: value.held_by for value, _, _ in drawn.values}
    for account, number in drawn.edges:
        assert drawn.accounts[account][0] in held[drawn.values[number][0].value]
    assert "left out: 880 accounts" in text_of(large_report.report(1, 1000))


def test_no_text_in_a_graph_runs_through_another() -> None:
    """Values that stand near each other stand on lines of their own, inside the ring and beside it."""
    for network in (large_report.network(1, 1000), large_report.network(2, 40), fixtures.harvest_network()):
        values = picture(network).values
        for (one, x, y), (other, at, down) in combinations(values, 2):
            assert abs(x - at) >= LABEL or abs(y - down) >= LINE, (one.value, other.value)


def test_what_more_strangers_than_members_hold_is_not_drawn() -> None:
    """A value of two members and nine others is no picture of the network, nor is one that a single member holds."""
    network = large_report.network(1, 30)
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    first = network.observables[0]
    odd = [
        type(first)(channel="network", signal="address", value=value, held_by=held, outside=outside)
        for value, held, outside in (
            ("crowded", first.held_by[:2], 9), ("alone", first.held_by[:1], 0), ("elsewhere", ["x", "y"], 0),
        )
    ]  # fmt: skip
    drawn = picture(model.Network(**values | {"observables": odd}))
    assert [value.value for value, _, _ in drawn.values] == ["elsewhere"]
    assert drawn.edges == []


def test_waterfalls_end_at_the_sums_of_the_report() -> None:
    """Each bar starts where the one before ended; prior and evidence make the total; all lie within the picture."""
    report = fixtures.ordinary()
    network = report.networks[0]
    for fall, start, items in (
        (steps.linking(report, network), -steps.prior_bits(report, network), network.evidence),
        (steps.harvest(report, network), 0.0, network.extraction),
    ):
        assert fall.total == pytest.approx(start + sum(item.bits for item in items))
        assert [step.total for step in fall.steps][-1] == fall.total
        assert all(0 <= step.left <= 100 for step in fall.steps)
    assert steps.harvest(report, network).needed is None, "the settings of this report name no threshold"
    assert steps.linking(report, network).needed_bits == 7.0


def test_a_network_without_anything_has_a_flat_waterfall() -> None:
    """No evidence, and as many accounts as the log has: one picture without bars."""
    report = fixtures.empty()
    network = fixtures.other_network("N1", "coordinated", "low", "four")
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    fall = steps.linking(report, model.Network(**values | {"evidence": [], "accounts": []}))
    assert fall.steps == []
    assert fall.total == 0.0


def test_an_older_report_says_what_it_lacks() -> None:
    """Without traits there are no timelines, and the page says to analyse again; everything else is drawn."""
    page = text_of(fixtures.ordinary())
    assert "kept no such facts" in page
    assert 'id="n1-activity"' not in page
    assert 'id="n1-members"' in page


def test_an_empty_report_does_not_say_clean() -> None:
    """Nothing found is said with what it does not mean."""
    page = text_of(fixtures.empty())
    assert "No network stands out" in page
    assert "no proof that there is none" in page


def changed(report: model.Report, **fields: Any) -> model.Report:
    values = {name: getattr(report, name) for name in report.__struct_fields__}
    return model.Report(**values | fields)


def test_what_was_asked_is_in_the_manifest() -> None:
    """Options that were left at their defaults are not listed; nested ones are spelled out."""
    asked = Run(
        inputs=["a.jsonl", "b.jsonl"], mapping={"account_id": "user"}, reproducible=True,
        filters=[Filter(column="model", include=["large-2"])],
    )  # fmt: skip
    page = bare(text_of(changed(fixtures.empty(), run=asked, tlp="amber+strict")))
    for line in ("a.jsonl; b.jsonl", "account_id = user", "column = model, include = large-2"):
        assert f"<dd>{line}</dd>" in page
    assert "<dt>reproducible</dt><dd>yes</dd>" in page
    assert "<dt>min level</dt>" not in page
    assert "TLP:AMBER+STRICT" in page


def test_what_became_of_a_network_is_said() -> None:
    """An entry of the user's list, and what the network was in an older report, stand in its section."""
    network = large_report.network(1, 12)
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    values |= {
        "suppressed": "our own evaluation",
        "change": Change(state="grown", was=["aa00"], added=["x"], risen=True),
    }
    older = Baseline(sha256=fixtures.SHA, networks=3, gone=["bb11"])
    left = model.Excluded(
        suppressed=[
            model.Suppressed(fingerprint="cc22", reason="old", state="expired", networks=["N1"]),
            model.Suppressed(fingerprint="dd33", reason="never met", state="unused"),
        ],
        below_level=["ee44"],
        allowed=[Allowed(kind="gateway", values=["192.0.2.0/24"], reason="our relay", accounts=3, networks=["N1"])],
    )
    page = bare(
        text_of(changed(fixtures.ordinary(), networks=[model.Network(**values)], baseline=older, excluded=left))
    )
    for words in (
        "our own evaluation", "<b>grown</b>", "1 account more, 0 accounts fewer", "has risen", "<code>aa00</code>",
        "<code>bb11</code>", "expired: covers nothing any more", "met no network", "<code>ee44</code>",
        "<b>gateway</b> <code>192.0.2.0/24</code>: our relay",
    ):  # fmt: skip
        assert words in page


def test_what_came_close_is_near_a_network_by_its_name_on_the_page() -> None:
    """The report names it by fingerprint; a network that the page has nowhere stays a fingerprint."""
    report = fixtures.ordinary()
    near = [
        msgspec.structs.replace(report.excluded.near_misses[0], network=name)
        for name in (report.networks[0].fingerprint, "0123456789abcdef")
    ]
    page = text_of(changed(report, excluded=msgspec.structs.replace(report.excluded, near_misses=near)))
    assert "near <b>N1</b>" in page
    assert "near <code>0123456789abcdef</code>" in page


def test_values_are_read_as_people_read_them() -> None:
    """Wording by the skeleton of its template, a system prompt by what evidence quotes of it, others as they are."""
    network = large_report.network(1, 12)
    assert payload.readable("template", "T4", network).startswith("You are an expert tutor.")
    assert payload.readable("template", "gone", network) == "gone"
    assert payload.readable("address", "192.0.2.1", network) == "192.0.2.1"
    assert payload.readable("system_prompt", "9f3c", network) == "9f3c"
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    quoting = model.Evidence(channel="content", signal="system_prompt", bits=1.0, background=0.0, held_by=2,
                             summary="two", value="You are a judge")  # fmt: skip
    quoted = model.Network(**values | {"evidence": [quoting]})
    assert payload.readable("system_prompt", "9f3c", quoted) == "You are a judge (9f3c)"
    assert payload.common_start(["a"]) == ""
    assert payload.common_start(["acct_1", "acct_22", "acct_3"]) == "acct_"


def test_a_network_without_a_campaign_has_no_partition() -> None:
    """There is nothing to split; hand-overs stand alone."""
    network = large_report.network(1, 12)
    assert network.traits is not None
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    alone = msgspec.structs.replace(network.traits, partition=None)
    page = bare(text_of(changed(fixtures.ordinary(), networks=[model.Network(**values | {"traits": alone})])))
    assert "How the work is split" not in page
    assert 'id="n1-handover"' in page


@pytest.mark.parametrize(
    ("text", "weight", "says"),
    [("+5.0 they share a card", "+5.0", "they share a card"), ("-1.0 loads are even", "\u22121.0", "loads are even"),
     ("40 accounts", "", "40 accounts"), ("-1 is no weight", "", "-1 is no weight")],
)  # fmt: skip
def test_a_reason_is_parted_from_its_bits(text: str, weight: str, says: str) -> None:
    """Only what starts like the report's own reasons has a weight in front."""
    assert _reason(text) == (weight, says)


def test_the_status_of_accounts_is_told_where_it_is_known() -> None:
    """One that nobody knows is empty; where nobody knows any there is no column."""
    network = large_report.network(1, 12)
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    half = [msgspec.structs.replace(m, status="banned") if n % 2 else m for n, m in enumerate(network.accounts)]
    data = payload.network_data(model.Network(**values | {"accounts": half}), picture(network))
    banned = {m.account_id for m in half if m.status}
    column = unpack(data["status"])
    told = {name: data["statuses"][column[n] or 0] for n, name in enumerate(named(data))}
    assert {name for name, status in told.items() if status == "banned"} == banned
    assert set(told.values()) == {"banned", ""}
    assert "status" not in payload.network_data(network, picture(network))


def test_of_very_many_networks_the_first_have_a_section() -> None:
    """The overview lists all, links lead to those with a section, and how many have none is said."""
    report = large_report.report(SECTIONS + 5, 4)
    page = bare(text_of(report))
    assert page.count('<article id="n') == len(re.findall(r'<details class="fold block" id="c\d+"', page)) == SECTIONS
    assert all(f">{network.id}<" in page for network in report.networks)
    assert "and 5 more; they stand in the table above" in page
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
