"""What a log says never acts on whoever reads a report."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import msgspec
import pytest
import report_fixtures
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from extractscan.model import decode, encode
from extractscan.writers import WRITERS
from extractscan.writers.csv_accounts import defused
from extractscan.writers.markdown import code, prose
from extractscan.writers.show import SENTENCE, quiet_json, show
from extractscan.writers.terminal import View, render

ANY_TEXT = st.text(st.characters())
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def unprintable(text: str) -> set[str]:
    return {character for character in text if not character.isprintable() and character != "\n"}


@given(ANY_TEXT)
def test_show_gives_one_printable_line(text: str) -> None:
    """Whatever goes in, one line of printable characters comes out."""
    assert show(text, None).isprintable()


@given(ANY_TEXT)
def test_show_for_a_plain_terminal_gives_ascii(text: str) -> None:
    """With `ascii_only` nothing beyond ASCII comes out."""
    assert show(text, 20, ascii_only=True).isascii()


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\r\n\tb", r"a\r\n\tb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("CORP\\alice", "CORP\\alice"),
        ("žluťoučký 模型", "žluťoučký 模型"),
    ],
)
def test_show_names_what_it_takes_out(given_text: str, shown: str) -> None:
    """Each unprintable character becomes its escape, everything else stays."""
    assert show(given_text) == shown


def test_show_cuts_by_character_and_says_how_much() -> None:
    """A long value is cut at a character, never inside one, and its length is given."""
    assert show("é" * 10_000, 3) == "ééé… (10,000 characters)"
    assert show("é" * 4, 3, ascii_only=True) == r"\xe9\xe9\xe9... (4 characters)"
    assert show("abc", 3) == "abc"


@pytest.mark.parametrize("view", [View(width=80), View(width=200, detail=True), View(width=60, colour=True)])
def test_the_terminal_gets_no_control_character_of_a_log(view: View) -> None:
    """Beside the colours that the view asked for, the terminal report holds printable characters alone."""
    drawn = render(report_fixtures.hostile(), view).decode()
    assert unprintable(COLOURS.sub("", drawn) if view.colour else drawn) == set()


def test_markup_of_a_log_is_not_obeyed() -> None:
    """Rich markup in a value is drawn as it stands."""
    drawn = render(report_fixtures.hostile(), View(width=200, colour=True)).decode()
    assert "[bold]markup[/bold]" in drawn


def test_a_plain_terminal_gets_ascii() -> None:
    """Without Unicode every byte is printable ASCII or a line break."""
    drawn = render(report_fixtures.hostile(), View(width=80, unicode=False, detail=True))
    assert set(drawn) <= {*range(0x20, 0x7F), 0x0A}


@pytest.mark.parametrize("width", [68, 80, 109, 110, 200])
@pytest.mark.parametrize("report", report_fixtures.REPORTS)
def test_no_line_is_wider_than_the_terminal(report: str, width: int) -> None:
    """Every line fits, whatever the log holds, and the overview keeps one line a network."""
    drawn = render(report_fixtures.REPORTS[report](), View(width=width)).decode()
    for line in drawn.splitlines():
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        assert wide <= width, line
    if report == "ordinary":
        assert all(re.search(rf"^N{n}  .* (14\.8|1\.5)( |$)", drawn, re.MULTILINE) for n in (1, 2, 3, 4))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-2+3", "@SUM(A1)", "  =1+1", "＝1+1", '=HYPERLINK("http://example.test")', "\t=1"]
)
def test_no_cell_starts_a_formula(formula: str) -> None:
    """A value that a spreadsheet would compute gets an apostrophe or shows its tab."""
    assert defused(formula)[0] in "'\\"


@given(ANY_TEXT)
def test_a_defused_cell_is_harmless_and_printable(text: str) -> None:
    """No cell starts a formula after blanks, and none holds a character that splits rows."""
    cell = defused(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell.isprintable()


def test_csv_reads_back_with_one_row_an_account() -> None:
    """A standard reader finds the header and one row for each member, numbers as numbers."""
    report = report_fixtures.hostile()
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"].render(report).decode())))
    assert len(rows) == len(report.networks[0].accounts)
    assert {float(row["bits"]) for row in rows} == {16.0}
    assert rows[-1]["account_id"] == "مرحبا بالعالم"


def test_csv_has_a_column_for_each_channel_even_an_unknown_one() -> None:
    """The channels of the schema come first, in its order; one that only the report knows is not lost."""
    network = msgspec.structs.replace(
        report_fixtures.harvest_network(), accounts=[report_fixtures.member("a", 1.0, aura=1.0)]
    )
    report = msgspec.structs.replace(report_fixtures.empty(), networks=[network])
    header, row = csv.reader(io.StringIO(WRITERS["csv"].render(report).decode()))
    assert header[-6:] == [f"bits_{c}" for c in ("identity", "network", "client", "content", "time", "aura")]
    assert row[-6:] == ["", "", "", "", "", "1.0"]


@given(ANY_TEXT)
def test_a_code_span_holds_its_value(text: str) -> None:
    """A code span opens and closes with a run of backticks that its value does not hold."""
    span = code(text, 10_000)
    fence = re.match("`+", span)
    assert fence is not None
    inside = span[fence.end() : -fence.end()]
    assert span.endswith(fence.group())
    assert fence.group() not in re.findall("`+", inside)
    assert "\n" not in span


COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKED = st.text(st.sampled_from("ab1 .)-+=*_`~#|[]()<>!&$@:/\\\n\t\u202e")) | ANY_TEXT


def inline(text: str) -> list[Token]:
    """What a CommonMark reader makes of one paragraph."""
    paragraph, content, _ = COMMONMARK.parse(text)
    assert paragraph.type == "paragraph_open"
    return content.children or []


@given(MARKED)
def test_a_reader_of_markdown_sees_prose_as_it_was(text: str) -> None:
    """A CommonMark reader finds one paragraph of plain text that says what was shown, and no markup at all."""
    tokens = inline(f"x {prose(text)} x")
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens).replace("\u2060", "") == f"x {show(text, SENTENCE).strip()} x"


@given(MARKED)
@example("    four spaces")
@example("---")
@example("# heading")
@example("> quote")
@example("12. list")
def test_a_reader_of_markdown_finds_no_block_in_prose(text: str) -> None:
    """Also at the start of a line prose opens no list, heading, quote, rule or code."""
    opened = {token.type for token in COMMONMARK.parse(f"a\n\n{prose(text)}")} - {"inline"}
    assert opened <= {"paragraph_open", "paragraph_close"}


@given(MARKED.filter(lambda text: show(text).strip() == show(text)))
def test_a_reader_of_markdown_sees_a_value_as_code(text: str) -> None:
    """A CommonMark reader finds exactly one code span that holds what was shown."""
    (token,) = inline(code(text))
    assert token.type == "code_inline"
    assert token.content.strip() == show(text)


def test_a_reader_of_a_hostile_ticket_finds_no_markup_of_the_log() -> None:
    """In the whole ticket there is no link, picture, HTML or struck text, and each table row has its cells."""
    tokens = COMMONMARK.parse(WRITERS["md"].render(report_fixtures.hostile()).decode())
    spans = {child.type for token in tokens for child in token.children or []}
    assert spans <= {"text", "text_special", "code_inline", "strong_open", "strong_close"}
    assert "html_block" not in {token.type for token in tokens}
    rows = "".join(
        "|" if token.type in ("td_open", "th_open") else "\n" * (token.type == "tr_open") for token in tokens
    )
    assert {len(row) for row in rows.split()} == {8, 7}


@given(ANY_TEXT)
def test_a_table_cell_holds_its_value(text: str) -> None:
    """In a table no bar of a value goes unescaped."""
    assert not re.search(r"(?<!\\)\|", code(text, in_table=True))


@pytest.mark.parametrize(
    "attack",
    ["<script>", "<img src=x>", "[a](javascript:x)", "![a](b)", "*b*", "_b_", "`c`", "~~d~~", "# h", "&lt;", "$x$"],
)
def test_prose_escapes_markup(attack: str) -> None:
    """Every character that starts markup has a backslash before it."""
    unescaped = re.sub(r"\\.", "", prose(attack))
    assert not set(unescaped) & set("<>[]*_`~#&$")


@pytest.mark.parametrize("attack", ["@everyone", "see #12", "!34", "a@example.test", "https://example.test", "WWW.a.b"])
def test_prose_makes_no_mention_and_no_link(attack: str) -> None:
    """What a forge would turn into a mention, a reference or a link holds a word joiner."""
    assert "\u2060" in prose(attack)


def test_prose_starts_no_list() -> None:
    """A sentence that begins like a list or a rule does not become a list."""
    assert [prose(each) for each in ("1. a", "12) a", "- a", "+ a", "===")] == [
        "1\\. a", "12\\) a", "\\- a", "\\+ a", "\\===",
    ]  # fmt: skip


def test_markdown_of_a_hostile_report_holds_no_html_outside_code() -> None:
    """Outside code spans and fences no unescaped angle bracket is left."""
    text = WRITERS["md"].render(report_fixtures.hostile()).decode()
    text = re.sub(r"(?ms)^(`{3,})text$.*?^\1$", "", text)
    text = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"(?<!\\)<", text)


def test_json_for_a_terminal_is_the_same_document() -> None:
    """Escaping what a terminal would obey changes no value."""
    content = encode(report_fixtures.hostile())
    quiet = quiet_json(content)
    assert json.loads(quiet) == json.loads(content)
    assert unprintable(quiet.decode()) == set()
    assert decode(quiet) == report_fixtures.hostile()


def test_ndjson_keeps_values_exactly() -> None:
    """Each line gives an account id back as the log had it."""
    report = report_fixtures.hostile()
    lines = WRITERS["ndjson"].render(report).splitlines()
    ids = [json.loads(line)["account_id"] for line in lines]
    assert ids == [member.account_id for member in report.networks[0].accounts]
