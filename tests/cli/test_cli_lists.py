"""Filters, allow-lists and rules of one's own change what is analyzed, and the report says how."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractscan import allowing, model, pipeline, ranges, selection
from extractscan.errors import UsageError
from extractscan.model.asked import Filter
from extractscan.settings import Settings

SAMPLES = Path(__file__).parents[2] / "sample_logs"
LOG, ACCOUNTS = str(SAMPLES / "campaign.parquet"), str(SAMPLES / "campaign_accounts.parquet")
RULE = """
family = "own"

[[rules]]
id = "painted_door"
title = "Asks for a painted door"
bits = 2.5
specificity = "low"
reason = "Painters ask too."
counterexamples = ["A red car."]

[rules.wording.en]
literals = [["door"]]
patterns = ['(red|green) door']

[rules.examples]
en = ["A green door, please."]
"""


def analyze(**options) -> model.Report:
    return pipeline.analyze([LOG], accounts=ACCOUNTS, settings=Settings(shuffles=0), reproducible=True, **options)


@pytest.fixture(scope="module")
def plain() -> model.Report:
    """The sample campaign without any list."""
    return analyze()


@pytest.fixture(scope="module")
def campaign(plain: model.Report) -> model.Network:
    """Its one extraction network."""
    return next(each for each in plain.networks if each.verdict == "extraction_network")


def test_filters_reach_the_pipeline_from_comma_lists(run, pipeline) -> None:
    """Repeated options and comma lists are one list; quotes keep a comma."""
    run(
        "analyze", "x.json", "--include-model", "a,b", "--include-model", '"c,d"', "--exclude-country", "us",
        "--exclude-account", "bot", "--include-organization", "org",
    )  # fmt: skip
    assert pipeline.calls[0]["filters"] == [
        Filter(column="account_id", exclude=["bot"]),
        Filter(column="organization_id", include=["org"]),
        Filter(column="model", include=["a", "b", "c,d"]),
        Filter(column="country", exclude=["us"]),
    ]


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "account_id": ["a", "b", "c", "d"],
            "organization_id": ["o1", None, "o2", None],
            "model": ["m1", "m2", "m1", None],
            "country": ["US", "DE", None, "FR"],
        }
    )


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ([Filter(column="account_id", include=["a", "d"])], "ad"),
        ([Filter(column="account_id", exclude=["a"])], "bcd"),
        ([Filter(column="organization_id", include=["o1"])], "ab"),
        ([Filter(column="organization_id", exclude=["o1", "o2"])], "d"),
        ([Filter(column="model", include=["m1"])], "ac"),
        ([Filter(column="model", exclude=["m1"])], "bd"),
        ([Filter(column="country", include=["us", "fr"])], "ad"),
        ([Filter(column="country", exclude=["US"])], "bcd"),
        ([Filter(column="model", include=["m1"]), Filter(column="country", include=["US"])], "a"),
        ([Filter(column="model", include=["m1", "m2"], exclude=["m2"])], "ac"),
    ],
)
def test_each_filter_keeps_what_it_names(filters: list[Filter], kept: str) -> None:
    """An event without the value is not included and not excluded; the accounts table tells organizations too."""
    chosen = selection.Selection(filters=filters, homes={"o1": ["b"]})
    found = chosen.of(frame(), counting=True)
    assert "".join(found["account_id"]) == kept
    assert sum(each.events_left_out for each in chosen.filtered()) == 4 - len(kept)


def test_reading_again_counts_nothing_twice() -> None:
    """Only the counting pass counts."""
    chosen = selection.Selection(filters=[Filter(column="model", include=["m1"])])
    for _ in range(2):
        chosen.of(frame())
    assert chosen.filtered()[0].events_left_out == 0


def test_a_filtered_analysis_is_that_of_the_filtered_log(tmp_path: Path) -> None:
    """Leaving events out by an option, or out of the file, finds the same; and the report says what was left out."""
    log = pl.read_parquet(LOG)
    accounts = sorted(log["account_id"].unique())[::9]
    log.filter(~pl.col("account_id").is_in(accounts)).write_parquet(tmp_path / "part.parquet")
    asked = analyze(filters=[Filter(column="account_id", exclude=accounts)])
    cut = pipeline.analyze([str(tmp_path / "part.parquet")], accounts=ACCOUNTS, settings=Settings(shuffles=0))
    assert asked.coverage.events == cut.coverage.events
    assert [each.fingerprint for each in asked.networks] == [each.fingerprint for each in cut.networks]
    assert asked.coverage.filters[0].events_left_out == len(log) - cut.coverage.events
    assert "A part of the log was analyzed" in asked.limits[-1]
    assert f"{asked.coverage.filters[0].events_left_out:,} events left out" in asked.limits[-1]


def test_a_filter_by_what_no_input_has_is_refused(run, tmp_path) -> None:
    """It would keep all or nothing: the option is named, before the log is read."""
    (tmp_path / "x.ndjson").write_text(
        '{"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "user_agent": "u"}\n' * 3
    )
    for option in ("--include-country", "--exclude-country"):
        result = run("analyze", tmp_path / "x.ndjson", option, "US")
        assert result.exit_code == 2
        assert f"{option}: no input has the column country" in result.stderr


def test_a_filter_by_what_stands_only_deep_in_the_log_is_taken(tmp_path: Path) -> None:
    """What the sample does not show is looked for in the one reading that is done anyway; each event counts once."""
    events = [
        {"timestamp": f"2026-03-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z", "account_id": f"a{i % 9}",
         "user_agent": f"u{i % 4}", **({"model": "m1", "country": "DE"} if 5000 < i < 5900 else {})}
        for i in range(9000)
    ]  # fmt: skip
    path = tmp_path / "x.ndjson.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in events).encode()))

    def asked(**filtered: list[str]) -> model.Report:
        return pipeline.analyze([str(path)], settings=Settings(shuffles=0), filters=[Filter(**filtered)])

    report = asked(column="model", include=["m1"])
    assert report.coverage.events == 899
    assert report.coverage.filters[0].events_left_out == 9000 - 899
    assert asked(column="country", exclude=["DE"]).coverage.events == 9000 - 899
    with pytest.raises(UsageError, match="no input has the column organization_id"):
        asked(column="organization_id", exclude=["o1"])


def listed(folder: Path, text: str) -> str:
    path = folder / "known.toml"
    path.write_text(text)
    return str(path)


def known(folder: Path, text: str) -> list[allowing.Entry]:
    return allowing.load(listed(folder, text), date(2026, 5, 1))


def text_of(names: list[str]) -> str:
    return json.dumps(names)


@pytest.mark.parametrize("kind", ["gateway", "customer"])
def test_a_network_of_listed_accounts_is_explained_and_stays(plain, campaign, tmp_path, kind: str) -> None:
    """Every other part of it is as before; the verdict names the list, and what it would have been."""
    names = [member.account_id for member in campaign.accounts]
    report = analyze(allow=known(tmp_path, f'[[{kind}]]\naccounts = {text_of(names)}\nreason = "contract 12"'))
    found = next(each for each in report.networks if each.fingerprint == campaign.fingerprint)
    assert (found.verdict, found.level) == ("explained", "info")
    assert "explained by the user's list" in found.title
    assert "contract 12" in found.title
    assert "without the user's list the verdict would be extraction_network" in found.notes[-1]
    assert (found.evidence, found.accounts) == (campaign.evidence, campaign.accounts)
    (entry,) = report.excluded.allowed
    assert (entry.state, entry.accounts, entry.networks) == ("active", len(names), [found.id])
    assert len(report.networks) == len(plain.networks)


def test_a_network_with_one_stranger_keeps_its_verdict(campaign, tmp_path) -> None:
    """A hidden operator does not hide among customers: all accounts must be listed."""
    names = [member.account_id for member in campaign.accounts][1:]
    report = analyze(allow=known(tmp_path, f'[[customer]]\naccounts = {text_of(names)}\nreason = "contract 12"'))
    found = next(each for each in report.networks if each.fingerprint == campaign.fingerprint)
    assert (found.verdict, found.level) == (campaign.verdict, campaign.level)
    assert any(f"{len(names)} of {len(campaign.accounts)} accounts belong to" in note for note in found.notes)


def test_organizations_are_told_by_the_accounts_table(campaign) -> None:
    """A licensed organization covers its accounts."""
    entry = allowing.Entry(
        kind="customer", reason="r", cidr=[], networks=[], accounts=frozenset(), organizations=frozenset({"o"}),
        expires=None, live=True,
    )  # fmt: skip
    homes = {member.account_id: "o" for member in campaign.accounts}
    assert allowing.explained([campaign], [entry], homes)[0].verdict == "explained"
    assert allowing.explained([campaign], [entry], {})[0] == campaign


def test_single_sources_of_a_customer_are_marked_and_stay(report) -> None:
    """A declared harvest is listed with the reason that permits it."""
    source = report.single_sources[0]
    entry = allowing.Entry(
        kind="customer", reason="licensed", cidr=[], networks=[], accounts=frozenset(source.account_ids),
        organizations=frozenset(), expires=None, live=True,
    )  # fmt: skip
    (marked,) = allowing.permitted([source], [entry], {})
    assert marked.allowed == "a licensed customer: licensed"
    assert marked.summary.endswith("a licensed customer: licensed")
    assert allowing.permitted([source], [], {}) == [source]


def test_addresses_of_a_listed_range_link_nobody(campaign, tmp_path) -> None:
    """All addresses of the log in a range: no evidence of the network channel is left, and the entry counts events."""
    text = '[[egress]]\ncidr = ["0.0.0.0/0", "::/0"]\nreason = "everything is one proxy"'
    report = analyze(allow=known(tmp_path, text))
    assert all(item.channel != "network" for each in report.networks for item in each.evidence)
    (entry,) = report.excluded.allowed
    assert entry.events == report.coverage.events
    assert entry.accounts == report.coverage.accounts
    assert any(item.channel == "network" for item in campaign.evidence)


def test_a_range_touches_its_own_addresses_alone() -> None:
    """Client and sign-up addresses inside go, with their system; others stay."""
    inside = ranges.ranges([(0, ranges.IPv4Network("10.1.0.0/16"))])
    chosen = selection.Selection(shared=inside)
    batch = pl.DataFrame({"account_id": ["a", "b", "c"], "client_ip": ["10.1.2.3", "10.2.2.3", None], "asn": [1, 2, 3]})
    found = chosen.of(batch, counting=True)
    assert found["client_ip"].to_list() == [None, "10.2.2.3", None]
    assert found["asn"].to_list() == [None, 2, 3]
    assert (chosen.counts.events, chosen.counts.accounts) == ({0: 1}, {0: {"a"}})
    table = pl.DataFrame({"account_id": ["a", "b"], "signup_ip": ["10.1.9.9", "10.9.9.9"]})
    assert chosen.cleared(table)["signup_ip"].to_list() == [None, "10.9.9.9"]
    assert chosen.cleared(table.drop("signup_ip")).columns == ["account_id"]
    assert chosen.of(batch.drop("client_ip")).equals(batch.drop("client_ip"))
    assert chosen.for_baseline().shared == inside


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("203.0.113.9", (0, 1)), ("203.0.113.200", (0,)), ("198.51.100.7", (2,)), ("198.51.100.8", ()),
        ("2001:db8::5", (3,)), ("2001:db9::5", ()), ("::ffff:203.0.113.9", (0, 1)), ("no address", ()), ("", ()),
        ("fe80::1%eth0", ()),
    ],
)  # fmt: skip
def test_an_address_is_in_every_range_that_holds_it(address: str, numbers: tuple[int, ...]) -> None:
    """Overlapping ranges, single addresses, both versions, and what is no address."""
    texts = ["203.0.113.0/24", "203.0.113.0/28", "198.51.100.7", "2001:db8::/32"]
    assert ranges.ranges(enumerate(map(ip_network, texts))).of(address) == numbers


@given(st.lists(st.ip_addresses(), max_size=20), st.ip_addresses(), st.integers(0, 32))
def test_ranges_agree_with_the_standard_library(addresses, start, length) -> None:
    """Membership is what ipaddress says."""
    one = ip_network(f"{start}/{length}", strict=False)
    table = ranges.ranges([(0, one)])
    for each in addresses:
        plain = getattr(each, "ipv4_mapped", None) or each
        assert bool(table.of(str(each))) == (plain in one)


def test_the_list_stands_among_the_inputs_and_is_read_first(run, pipeline, tmp_path) -> None:
    """Path and hash are in the report, the entries reach the pipeline, and the day is noted."""
    path = listed(tmp_path, '[[egress]]\ncidr = ["10.0.0.0/8"]\nreason = "our own proxy"')
    result = run("analyze", "x.json", "--allow", path, "-o", tmp_path / "r.json")
    assert result.exit_code == 0, result.stderr
    written = model.decode((tmp_path / "r.json").read_bytes())
    assert [(each.role, each.path) for each in written.inputs] == [("allow", path)]
    assert written.run.as_of == datetime.now(UTC).date().isoformat()
    assert [each.reason for each in pipeline.calls[0]["allow"]] == ["our own proxy"]


def test_expired_and_unused_entries_cover_nothing_and_are_listed(tmp_path) -> None:
    """What has ended is told of, as is what met nobody."""
    entries = known(
        tmp_path,
        '[[egress]]\ncidr = ["0.0.0.0/0"]\nreason = "until April"\nexpires = 2026-04-30\n'
        '[[customer]]\norganizations = ["nobody"]\nreason = "gone"\n',
    )
    report = analyze(allow=entries)
    assert [(each.reason, each.state, each.events) for each in report.excluded.allowed] == [
        ("until April", "expired", 0),
        ("gone", "unused", 0),
    ]
    assert list(allowing.shared(entries)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 1", "known.toml"),
        ('[[egress]]\ncidr = ["10.0.0.0/8"]', "reason"),
        ('[[egress]]\nreason = "r"', "the egress of 'r' names nothing"),
        ('[[egress]]\nreason = "r"\ncidr = ["10.0.0.1/8"]', "'10.0.0.1/8' is no address range"),
        ('[[egress]]\nreason = "r"\ncidr = ["ten"]', "'ten' is no address range"),
        ('[[hub]]\nreason = "r"', "hub"),
        ('[[customer]]\nreason = "r"\norganisations = ["o"]', "organisations"),
    ],
)
def test_a_list_of_another_form_is_refused(run, pipeline, tmp_path, text: str, message: str) -> None:
    """File, entry and form are named, before anything is read."""
    result = run("analyze", "x.json", "--allow", listed(tmp_path, text))
    assert result.exit_code == 2
    assert message in result.stderr
    assert "hint: " in result.stderr
    assert pipeline.calls == []
    assert run("analyze", "x.json", "--allow", tmp_path / "none.toml").exit_code == 2


def test_the_rule_that_the_docs_show_is_right(run, tmp_path) -> None:
    """What stands in docs/investigation.md can be copied and passes its own examples."""
    page = (Path(__file__).parents[2] / "docs" / "investigation.md").read_text()
    (shown,) = (part for part in page.split("```toml\n") if part.startswith("# my_rules/"))
    (tmp_path / "probes.toml").write_text(shown.split("```")[0])
    tried = run("rules", "test", tmp_path)
    assert (tried.exit_code, "2 texts tried" in tried.stdout) == (0, True)


def test_rules_of_ones_own_are_tried(run, tmp_path) -> None:
    """Right rules end with 0; a missed example or a hit counterexample with 1, named with its text."""
    (tmp_path / "own.toml").write_text(RULE)
    good = run("rules", "test", tmp_path)
    assert (good.exit_code, "right" in good.stdout, "painted_door" in good.stdout) == (0, True, True)
    (tmp_path / "own.toml").write_text(
        RULE.replace('"A green door, please."', '"A blue door."').replace("red car", "red door")
    )
    bad = run("rules", "test", tmp_path / "own.toml")
    assert bad.exit_code == 1
    assert "A blue door." in bad.stdout
    assert "A red door." in bad.stdout
    problems = json.loads(run("rules", "test", tmp_path, "--json").stdout)
    assert [(each["kind"], each["text"]) for each in problems] == [("missed", "A blue door."), ("hit", "A red door.")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE.replace("bits = 2.5", "bits = 99"), "bits"),
        (RULE.replace("painted_door", "simulated_chat"), "stands in"),
        (RULE.replace("(red|green) door", "(red|green door"), "does not compile"),
        ("family = 1", "own.toml"),
    ],
)
def test_rules_that_could_not_be_used_are_refused(run, tmp_path, text: str, message: str) -> None:
    """A wrong form, an id that is taken, a pattern that is none: exit 2."""
    (tmp_path / "own.toml").write_text(text)
    result = run("rules", "test", tmp_path)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_path_without_rules_is_refused(run, pipeline, tmp_path) -> None:
    """A folder without rule files is no empty rule set."""
    for path in (tmp_path, tmp_path / "none.toml"):
        assert run("rules", "test", path).exit_code == 2
        assert run("analyze", "x.json", "--rules", path).exit_code == 2
    assert pipeline.calls == []


def test_rules_of_ones_own_count_in_an_analysis(plain, campaign, tmp_path) -> None:
    """What the user's rule knows of the campaign is evidence of a harvest, with half its bits beside a louder request.

    The rule asks for a phrase of the campaign's own wording; it says nothing of networks that never send it.
    """
    with pytest.raises(UsageError):
        analyze(rule_files=[str(tmp_path / "none.toml")])
    phrase = "lay open the whole"
    assert phrase in campaign.templates[0].skeleton
    text = RULE.replace('[["door"]]', '[["lay"], ["open"], ["whole"]]').replace("(red|green) door", phrase)
    (tmp_path / "own.toml").write_text(text.replace("A green door", f"Please {phrase} chain"))
    after = {each.id: each for each in analyze(rule_files=[str(tmp_path / "own.toml")]).networks}
    before = {each.id: each for each in plain.networks}
    assert after.keys() == before.keys()
    (own,) = [item for each in after.values() for item in each.extraction if item.signal == "own"]
    assert own in after[campaign.id].extraction
    assert max(item.bits for item in campaign.extraction if item.signal == "verbatim_reasoning") > own.bits
    assert (own.bits, own.background, own.held_by) == (1.25, 0.0, len(campaign.accounts))
    assert "asks for own" in own.summary
    assert after[campaign.id].extraction_bits == pytest.approx(campaign.extraction_bits + own.bits)
    assert all(after[name].extraction_bits == each.extraction_bits for name, each in before.items() if each != campaign)


def test_rules_stand_among_the_inputs(run, pipeline, tmp_path) -> None:
    """Each file is listed with its hash, and reaches the pipeline."""
    (tmp_path / "own.toml").write_text(RULE)
    run("analyze", "x.json", "--rules", tmp_path, "-o", tmp_path / "r.json")
    assert pipeline.calls[0]["rule_files"] == [str(tmp_path / "own.toml")]
    written = model.decode((tmp_path / "r.json").read_bytes())
    assert [(each.role, each.rows) for each in written.inputs] == [("rules", 1)]
