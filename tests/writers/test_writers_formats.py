"""Every format of every world is valid for whoever reads that format, and hostile values stay values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_args
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import fromstring

import golden
import jsonschema
import junitparser
import msgspec
import networkx as nx
import pyarrow.parquet as pq
import pytest
import report_fixtures
import stix2
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from extractscan import model, writers
from extractscan.errors import UsageError
from extractscan.model import Network, Report, decode, json_schema
from extractscan.model.asked import Marking
from extractscan.redaction import redact
from extractscan.writers import WRITERS, choose
from extractscan.writers.atlas import techniques
from extractscan.writers.ocsf import OCSF_VERSION
from extractscan.writers.sarif import message, relative_uri
from extractscan.writers.terminal import View, render_member, render_network
from extractscan.writers.times import microseconds, moment

SARIF_SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def members(report: Report) -> list[str]:
    return [member.account_id for network in report.networks for member in network.accounts]


def check_json(report: Report, content: bytes) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(content))
    assert decode(content) == report


def check_text(_report: Report, content: bytes) -> None:
    assert all(character.isprintable() or character == "\n" for character in content.decode())


def check_markdown(_report: Report, content: bytes) -> None:
    tokens = MARKDOWN.parse(content.decode())
    spans = {child.type for token in tokens for child in token.children or []}
    assert spans <= {"text", "text_special", "code_inline", "strong_open", "strong_close", "softbreak"}
    assert "html_block" not in {token.type for token in tokens}


def check_csv(report: Report, content: bytes) -> None:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(rows) == len(members(report))


def check_parquet(report: Report, content: bytes) -> None:
    table = pq.read_table(io.BytesIO(content))
    assert table["account_id"].to_pylist() == members(report)
    assert str(table.schema.field("first_seen").type) == "timestamp[us, tz=UTC]"
    assert {str(table.schema.field(name).type) for name in table.column_names if "bits" in name} == {"double"}


def check_ndjson(report: Report, content: bytes) -> None:
    assert [json.loads(line)["account_id"] for line in content.splitlines()] == members(report)


def check_evidence(report: Report, content: bytes) -> None:
    lines = [json.loads(line) for line in content.splitlines()]
    summaries = [item.summary for one in report.networks for item in (*one.evidence, *one.extraction)]
    assert [line["summary"] for line in lines] == summaries
    assert {line["axis"] for line in lines} <= {"coordination", "extraction"}


def check_sarif(report: Report, content: bytes) -> None:
    document = json.loads(content)
    jsonschema.Draft4Validator(json.loads(SARIF_SCHEMA.read_bytes())).validate(document)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == len(report.networks) + len(report.single_sources)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["partialFingerprints"]
        assert (result["kind"] == "fail") == (result["level"] != "none") == (result["ruleId"] == "extraction_network")
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            split = urlsplit(uri)
            assert (split.scheme, split.netloc) == ("", "")
            assert ".." not in uri.split("/")


def check_junit(report: Report, content: bytes) -> None:
    suites = junitparser.JUnitXml.fromstring(content)
    (suite,) = suites
    cases = list(suite)
    kinds = [type(each).__name__ for case in cases for each in case.result]
    assert suite.tests == len(cases)
    assert suite.failures == suites.failures == kinds.count("Failure")
    assert suite.skipped == kinds.count("Skipped")
    harvests = [one for one in report.networks if one.verdict == "extraction_network"]
    assert suite.failures == sum(one.suppressed is None for one in harvests)


@cache
def detection_finding() -> jsonschema.Draft202012Validator:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=OCSF_VERSION)).get_class_schema("detection_finding")
    return jsonschema.Draft202012Validator(schema)


def check_ocsf(report: Report, content: bytes) -> None:
    findings = json.loads(content)
    assert [finding["class_uid"] for finding in findings] == [2004] * len(report.networks)
    for finding in findings:
        detection_finding().validate(finding)
        assert finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"]


def check_timesketch(report: Report, content: bytes) -> None:
    lines = [json.loads(line) for line in content.splitlines()]
    days = sum(len(one.timeline) for one in report.networks)
    assert len(lines) == 2 * len(report.networks) + days + 2 * len(members(report))
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)
    for line in lines:
        assert {"message", "datetime", "timestamp_desc"} <= set(line)
        at = datetime.fromisoformat(line["datetime"])
        assert at.utcoffset() is not None
        assert microseconds(at) == line["timestamp"]


def check_graph(report: Report, graph: nx.Graph) -> None:
    kinds = nx.get_node_attributes(graph, "kind")
    assert sum(kind == "account" for kind in kinds.values()) == len(set(members(report)))
    held = {(item.signal, item.value, who) for one in report.networks for item in one.observables
            for who in item.held_by}  # fmt: skip
    assert graph.number_of_edges() == len(held)
    assert all({kinds[a], kinds[b]} == {"account", "observable"} for a, b in graph.edges())


def check_graphml(report: Report, content: bytes) -> None:
    check_graph(report, nx.parse_graphml(content.decode()))


def check_gexf(report: Report, content: bytes) -> None:
    check_graph(report, nx.read_gexf(io.BytesIO(content), version="1.3"))


def check_stix(report: Report, content: bytes) -> None:
    bundle = stix2.parse(content.decode())
    ids = [one["id"] for one in bundle["objects"]]
    assert len(set(ids)) == len(ids)
    refs = {ref for one in bundle["objects"] for name in one if name.endswith("_refs") for ref in one[name]}
    assert refs <= set(ids)
    shared = [one for one in report.networks if one.verdict != "explained"]
    kinds = [one["type"] for one in bundle["objects"]]
    assert not {"threat-actor", "intrusion-set", "campaign", "malware"} & set(kinds)
    assert kinds.count("grouping") == kinds.count("observed-data") == len(shared)
    accounts = {member.account_id for network in shared for member in network.accounts}
    assert {one["user_id"] for one in bundle["objects"] if one["type"] == "user-account"} == accounts
    assert kinds.count("opinion") == sum(len(network.hypotheses) for network in shared)


CHECKS: dict[str, Callable[[Report, bytes], None]] = {
    "json": check_json,
    "terminal": check_text,
    "md": check_markdown,
    "summary": check_markdown,
    "csv": check_csv,
    "parquet": check_parquet,
    "ndjson": check_ndjson,
    "evidence": check_evidence,
    "sarif": check_sarif,
    "junit": check_junit,
    "ocsf": check_ocsf,
    "stix": check_stix,
    "timesketch": check_timesketch,
    "graphml": check_graphml,
    "gexf": check_gexf,
}


def test_every_format_has_a_reader_that_checks_it() -> None:
    """No format is written that nothing reads back."""
    assert set(CHECKS) | {"html"} >= set(WRITERS)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("world", report_fixtures.WORLDS)
def test_each_world_is_valid_in_each_format(world: str, name: str) -> None:
    """A reading library or the published schema takes the bytes, and finds in them what the report holds."""
    report = report_fixtures.WORLDS[world]()
    content = WRITERS[name].render(report)
    CHECKS[name](report, content)
    assert WRITERS[name].render(report_fixtures.WORLDS[world]()) == content


@pytest.mark.parametrize("name", CHECKS)
def test_real_runs_are_valid_in_each_format(name: str, campaign: Report, quiet: Report) -> None:
    """So are reports of the sample logs, the one with a campaign and the one without."""
    assert any(network.verdict == "extraction_network" for network in campaign.networks)
    assert not any(network.verdict == "extraction_network" for network in quiet.networks)
    for report in (campaign, quiet):
        CHECKS[name](report, WRITERS[name].render(report))


@pytest.mark.parametrize("name", [*CHECKS, "html"])
def test_worlds_from_log_to_format(name: str, worlds: dict[str, Report]) -> None:
    """Five campaigns and none, analysed, go through each format, as they are and redacted; every network is in it."""
    assert len([one for one in worlds["five"].networks if one.verdict == "extraction_network"]) >= 4
    assert "extraction_network" not in {one.verdict for one in worlds["clean"].networks}
    for report in worlds.values():
        for shown in (report, redact(report, b"a key of thirty-two bytes or more", 5)):
            content = WRITERS[name].render(shown)
            CHECKS.get(name, lambda _report, page: page.decode())(shown, content)
            if WRITERS[name].content != "binary":
                assert all(one.id in content.decode() for one in shown.networks if listed(name, one))
    hidden = WRITERS[name].render(redact(worlds["five"], b"a key of thirty-two bytes or more", 5))
    assert not any(one.account_id.encode() in hidden for one in worlds["five"].networks[0].accounts)


def listed(name: str, network: Network) -> bool:
    """Whether a format has a place for the network: what is explained is not shared as a bundle."""
    return name != "stix" or network.verdict != "explained"


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(deadline=None, max_examples=60)
@given(st.lists(ANY_TEXT, min_size=1, max_size=4, unique=True), ANY_TEXT)
def test_any_account_and_any_value_is_valid_in_each_format(accounts: list[str], value: str) -> None:
    """Whatever accounts are called and share, each format stays whole."""
    network = msgspec.structs.replace(
        report_fixtures.other_network("N1", "extraction_network", "high", f"accounts share {value}"),
        accounts=[report_fixtures.member(name, 16.0, identity=9.0) for name in accounts],
        evidence=[report_fixtures.evidence("identity", "payment", 9.0, 0.5, 1, f"all hold {value}")],
        observables=[report_fixtures.observable("identity", "payment", value, accounts)],
    )
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    for name in (
        "csv",
        "parquet",
        "ndjson",
        "sarif",
        "junit",
        "stix",
        "timesketch",
        "graphml",
        "gexf",
        "md",
        "summary",
    ):
        CHECKS[name](report, WRITERS[name].render(report))


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.content == "text"])
def test_no_text_format_holds_a_control_character(name: str) -> None:
    """Formats that people open show what a log could hide; the one invisible character is Markdown's own."""
    content = WRITERS[name].render(report_fixtures.hostile())
    if name == "html":
        content = golden.without_libraries(content)
    check_text(report_fixtures.hostile(), content.replace("\u2060".encode(), b""))


@pytest.mark.parametrize("name", ["graphml", "gexf", "junit"])
def test_xml_declares_nothing(name: str) -> None:
    """There is no document type, so there is no entity to expand."""
    content = WRITERS[name].render(report_fixtures.hostile())
    assert b"<!DOCTYPE" not in content
    fromstring(content)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("logs/2026-03.jsonl", "logs/2026-03.jsonl"),
        ("/var/log/a b.csv", "var/log/a%20b.csv"),
        ("../up/x.json", "up/x.json"),
        ("C:\\logs\\x.csv", "C%3A/logs/x.csv"),
        ("s3://bucket/x.parquet", "s3%3A/bucket/x.parquet"),
        ("//host/x", "host/x"),
        ("", "input"),
        ("é?#.json", "%C3%A9%3F%23.json"),
    ],
)
def test_sarif_points_at_files_by_relative_uris(path: str, uri: str) -> None:
    """Neither the machine's root nor a scheme stands in a URI, and every character is legal."""
    assert relative_uri(path) == uri


@given(ANY_TEXT)
def test_a_relative_uri_is_one(path: str) -> None:
    """Whatever a file is called, its URI is relative, stays below its base, and reads back as text."""
    uri = relative_uri(path)
    split = urlsplit(uri)
    assert [split.scheme, split.netloc, split.query, split.fragment] == [""] * 4
    assert not uri.startswith("/")
    assert uri
    assert ".." not in uri.split("/")
    assert unquote(uri)


def test_sarif_text_makes_no_link() -> None:
    """What SARIF viewers take for a link is parted, and control characters show."""
    assert "](" not in message("see [a](https://example.test)\x1b")
    assert "\x1b" not in message("\x1b")


def test_sarif_points_at_lines_only_where_a_record_is_a_line() -> None:
    """The 0-based record is line + 1 of a JSON lines file; elsewhere it has no line."""
    network = report_fixtures.harvest_network()
    item = msgspec.structs.replace(network.evidence[0], rows=[model.Row(file="x.parquet", row=9, sha256="")], bits=99.0)
    network = msgspec.structs.replace(network, evidence=[item, *network.evidence[1:]])
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    places = json.loads(WRITERS["sarif"].render(report))["runs"][0]["results"][0]["locations"]
    assert "region" not in places[0]["physicalLocation"]
    assert places[1]["physicalLocation"]["region"] == {"startLine": 18}


def test_what_is_on_the_users_list_is_marked_and_does_not_alert() -> None:
    """In SARIF it is suppressed, in OCSF too, in JUnit skipped; it is nowhere left out."""
    report = report_fixtures.five()
    results = json.loads(WRITERS["sarif"].render(report))["runs"][0]["results"]
    marked = [result for result in results if "suppressions" in result]
    assert [result["partialFingerprints"]["network/v1"] for result in marked] == ["00ff00ff00ff00ff"]
    findings = json.loads(WRITERS["ocsf"].render(report))
    assert [one["is_alert"] for one in findings] == [True, False, False, False, False]
    assert [one["status_id"] for one in findings] == [1, 3, 1, 1, 1]
    assert "(on the user's own list)" in WRITERS["summary"].render(report).decode()
    for fmt in ("terminal", "md", "html", "csv", "ndjson", "junit", "timesketch", "stix", "graphml", "gexf"):
        assert "our own evaluation" in WRITERS[fmt].render(report).decode(), fmt


def test_a_network_on_the_users_list_stays_in_bundles_and_graphs_marked() -> None:
    """It is a grouping with a label and a note with the reason; its accounts say which of their networks is meant."""
    report = report_fixtures.five()
    objects = json.loads(WRITERS["stix"].render(report))["objects"]
    groupings = [one for one in objects if one["type"] == "grouping"]
    (listed,) = [one for one in groupings if "suppressed" in one["labels"]]
    assert "00ff00ff00ff00ff" in listed["name"]
    (note,) = [one for one in objects if one.get("abstract", "").startswith("On the user's own list")]
    assert (note["content"], note["object_refs"]) == ("our own evaluation", [listed["id"]])
    graph = nx.parse_graphml(WRITERS["graphml"].render(report).decode())
    same = nx.read_gexf(io.BytesIO(WRITERS["gexf"].render(report)), version="1.3")
    for one in (graph, same):
        marks = {name: data.get("suppressed") for name, data in one.nodes(data=True) if data["kind"] == "account"}
        ours = {name for name, data in one.nodes(data=True) if "N2" in data.get("network", "").split()}
        assert {name for name, mark in marks.items() if mark} == ours
        assert {marks[name] for name in ours} == {"N2: our own evaluation"}
    twice = msgspec.structs.replace(report.networks[0], suppressed="a drill")
    both = msgspec.structs.replace(report, networks=[twice, *report.networks[1:]])
    texts = nx.get_node_attributes(nx.parse_graphml(WRITERS["graphml"].render(both).decode()), "suppressed")
    assert "N1: a drill; N2: our own evaluation" in texts.values()


@given(ANY_TEXT)
def test_an_account_is_written_as_the_library_writes_it(name: str) -> None:
    """Without the library's slow way, but with the same id and the same bytes."""
    network = report_fixtures.other_network("N1", "coordinated", "low", "one")
    network = msgspec.structs.replace(network, accounts=[report_fixtures.member(name, 9.0)])
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network], tlp="green")
    (account,) = [one for one in stix_objects(report) if one["type"] == "user-account"]
    marks = account["object_marking_refs"]
    assert account == json.loads(stix2.v21.UserAccount(user_id=name, object_marking_refs=marks).serialize())


def stix_objects(report: Report) -> list[dict]:
    objects: list[dict] = json.loads(WRITERS["stix"].render(report))["objects"]
    return objects


@pytest.mark.parametrize("tlp", get_args(Marking))
def test_the_label_of_a_report_stands_where_people_and_programs_read_it(tlp: Marking) -> None:
    """Every format that has a place for it says how far the report may go; rows of accounts have none."""
    report = msgspec.structs.replace(report_fixtures.ordinary(), tlp=tlp)
    said = f"TLP:{tlp.upper()}"
    for name in WRITERS.keys() - {"json", "csv", "parquet", "ndjson", "evidence"}:
        assert said in WRITERS[name].render(report).decode(), name
        assert "TLP:" not in WRITERS[name].render(report_fixtures.ordinary()).decode(), name
    network = report.networks[0]
    for drawn in (
        render_network(report, network, View()),
        render_member(report, network, network.accounts[0].account_id, View()),
    ):
        assert drawn.decode().splitlines()[0] == said


def test_techniques_are_named_only_where_a_harvest_stands() -> None:
    """Each technique wants its own evidence, and no other verdict is mapped."""
    network = report_fixtures.harvest_network()
    assert [one.id for one in techniques(network)] == [
        "AML.T0024.002", "AML.T0040", "AML.T0065", "AML.T0021", "AML.T0008.005",
    ]  # fmt: skip
    bare = msgspec.structs.replace(network, templates=[], evidence=[], hypotheses=[])
    assert [one.id for one in techniques(bare)] == ["AML.T0024.002", "AML.T0040"]
    assert techniques(msgspec.structs.replace(network, verdict="coordinated")) == []


def test_an_account_of_two_networks_is_one_vertex() -> None:
    """Its vertex names both networks."""
    report = report_fixtures.five()
    graph = nx.parse_graphml(WRITERS["graphml"].render(report).decode())
    assert {data["network"] for _, data in graph.nodes(data=True) if data["label"] == "acct_00000"} == {"N1 N2"}


def test_times_are_read_as_utc_or_not_at_all() -> None:
    """A day is its first moment; what is no time is none."""
    assert moment("2026-03-02") == datetime(2026, 3, 2, tzinfo=UTC)
    assert moment("2026-03-02T06:11:09.000001Z") == datetime(2026, 3, 2, 6, 11, 9, 1, tzinfo=UTC)
    assert moment("2026-03-02T06:11:09+02:00") == datetime(2026, 3, 2, 4, 11, 9, tzinfo=UTC)
    assert moment("") is moment(None) is moment("soon") is None


def test_what_has_no_time_is_no_entry_of_a_timeline_and_has_no_time_in_a_finding() -> None:
    """An import would refuse it; a finding keeps the rest."""
    network = msgspec.structs.replace(
        report_fixtures.other_network("N1", "coordinated", "low", "t"), first_seen="", last_seen="", timeline=[]
    )
    report = msgspec.structs.replace(report_fixtures.empty(), networks=[network])
    assert len(WRITERS["timesketch"].render(report).splitlines()) == 2 * len(network.accounts)
    (finding,) = json.loads(WRITERS["ocsf"].render(report))
    assert finding["time"] == 0
    assert "first_seen_time" not in finding["finding_info"]
    detection_finding().validate(finding)


def test_a_step_summary_lists_so_many_networks_and_counts_the_rest() -> None:
    """A log full of networks gives a table that can be read."""
    many = [report_fixtures.other_network(f"N{n}", "coordinated", "low", "t") for n in range(25)]
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=many)
    text = WRITERS["summary"].render(report).decode()
    assert "and 5 networks more." in text
    assert "[!NOTE]" in text


def test_a_bundle_maps_a_harvest_and_opines_without_force() -> None:
    """Suspicion is said of a harvest alone, opinions are never strong, and what is mapped carries its ATLAS id."""
    objects = json.loads(WRITERS["stix"].render(report_fixtures.five()))["objects"]
    contexts = {one["labels"][0]: one["context"] for one in objects if one["type"] == "grouping"}
    assert contexts == {
        "extraction_network": "suspicious-activity", "coordinated": "unspecified", "reseller": "unspecified",
    }  # fmt: skip
    assert {one["opinion"] for one in objects if one["type"] == "opinion"} == {"agree", "disagree"}
    mapped = [one["external_references"][0]["external_id"] for one in objects if one["type"] == "attack-pattern"]
    assert mapped[0] == "AML.T0024.002"
    values = {one["value"] for one in objects if one["type"] == "ipv4-addr"}
    assert values == {"203.0.113.0/24", "203.0.113.7"}


def test_what_is_no_address_is_no_address_object() -> None:
    """Six is told from four, and a pseudonym is neither."""
    network = msgspec.structs.replace(
        report_fixtures.harvest_network(),
        observables=[
            report_fixtures.observable("network", "address", "2001:db8::1", ["acct_00001"]),
            report_fixtures.observable("network", "address", "ip_k3j4h5g6f7d2", ["acct_00001"]),
        ],
    )
    report = msgspec.structs.replace(report_fixtures.ordinary(), networks=[network])
    objects = json.loads(WRITERS["stix"].render(report))["objects"]
    assert [one["value"] for one in objects if one["type"].endswith("addr")] == ["2001:db8::1"]


@pytest.mark.parametrize("tlp", get_args(Marking))
def test_every_object_of_a_marked_bundle_is_marked(tlp: Marking) -> None:
    """The label stands on everything but itself, as OASIS published it, and in what people read."""
    report = msgspec.structs.replace(report_fixtures.ordinary(), tlp=tlp)
    content = WRITERS["stix"].render(report)
    check_stix(report, content)
    (marking, *others) = json.loads(content)["objects"]
    assert marking["name"] == f"TLP:{tlp.upper()}"
    assert all(one["object_marking_refs"] == [marking["id"]] for one in others)
    for name in ("md", "summary", "sarif", "ocsf"):
        assert f"TLP:{tlp.upper()}" in WRITERS[name].render(report).decode()
        CHECKS[name](report, WRITERS[name].render(report))


def test_a_format_without_its_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused by name and by suffix before anything is read; the others go on."""
    monkeypatch.setattr(writers, "find_spec", lambda _name: None)
    for path, fmt in (("x.stix.json", None), (None, "stix")):
        with pytest.raises(UsageError, match="stix2") as caught:
            choose(path, fmt)
        assert "extractscan[stix]" in caught.value.hint
    assert choose("x.json") == "json"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.ndjson", "ndjson"), ("a.evidence.ndjson", "evidence"), ("a.json", "json"), ("a.stix.json", "stix"),
        ("A.OCSF.JSON", "ocsf"), ("a.sarif.json", "sarif"), ("a.summary.md", "summary"),
        ("a.timesketch.jsonl", "timesketch"),
        ("a.timesketch.ndjson", "timesketch"),
        ("evidence.ndjson", "ndjson"), ("d.sarif/a.csv", "csv"),
    ],
)  # fmt: skip
def test_the_longest_suffix_counts(path: str, name: str) -> None:
    """A double suffix outranks its last part, and a folder's name means nothing."""
    assert choose(path) == name
