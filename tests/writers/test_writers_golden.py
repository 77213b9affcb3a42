"""Every output of three reports, byte for byte as it was last looked at."""

from __future__ import annotations

import io

import golden
import large_report
import pyarrow.parquet as pq
import pytest
import report_fixtures

from extractscan.writers import WRITERS
from extractscan.writers.terminal import View, render, render_member, render_network

VIEWS = {
    "80": View(width=80),
    "200": View(width=200),
    "80.colour": View(width=80, colour=True),
    "80.ascii": View(width=80, unicode=False),
    "80.detail": View(width=80, detail=True),
}


@pytest.mark.parametrize("writer", [name for name in WRITERS if name != "terminal"])
@pytest.mark.parametrize("report", report_fixtures.REPORTS)
def test_each_file_format_is_what_it_was(report: str, writer: str) -> None:
    """Each writer gives the bytes of its golden file."""
    content = WRITERS[writer].render(report_fixtures.REPORTS[report]())
    golden.check(f"{report}{ending(writer)}", SHOWN.get(writer, bytes)(content))


def ending(writer: str) -> str:
    """What the name of a golden file ends in."""
    return WRITERS[writer].suffixes[0] + ".txt" * (WRITERS[writer].content == "binary")


def in_words(parquet: bytes) -> bytes:
    """Columns, types and rows as text: the bytes are the library's and change with its version."""
    table = pq.read_table(io.BytesIO(parquet))
    lines = [f"{field.name}: {field.type}" for field in table.schema] + [repr(row) for row in table.to_pylist()]
    return "".join(f"{line}\n" for line in lines).encode()


SHOWN = {"parquet": in_words, "html": golden.without_libraries}
"""What of a format stands in its golden file, where that is not its bytes."""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("report", report_fixtures.REPORTS)
def test_the_terminal_report_is_what_it_was(report: str, view: str) -> None:
    """The terminal report at 80 and 200 columns, in colour, in ASCII and in full is that of its golden file."""
    golden.check(f"{report}.{view}.txt", render(report_fixtures.REPORTS[report](), VIEWS[view]))


@pytest.mark.parametrize("width", [80, 200])
def test_an_explained_network_is_what_it_was(width: int) -> None:
    """`explain REPORT NETWORK` gives the drawing of its golden file."""
    report = report_fixtures.ordinary()
    view = View(width=width, detail=True)
    golden.check(f"explain.network.{width}.txt", render_network(report, report.networks[0], view))


@pytest.mark.parametrize("width", [80, 200])
def test_an_explained_member_is_what_it_was(width: int) -> None:
    """`explain REPORT NETWORK ACCOUNT` gives the waterfall of its golden file."""
    report = report_fixtures.ordinary()
    content = render_member(report, report.networks[0], "acct_00003", View(width=width, detail=True))
    golden.check(f"explain.member.{width}.txt", content)
    bare = render_member(report, report.networks[0], "acct_90002", View(width=width, detail=True))
    golden.check(f"explain.bare.{width}.txt", bare)


@pytest.mark.parametrize("width", [80, 200])
def test_a_network_with_traits_is_what_it_was(width: int) -> None:
    """How the work is split, who takes over, what was declared and, in a wide view, days of members are drawn."""
    report = large_report.small()
    golden.check(f"explain.traits.{width}.txt", render_network(report, report.networks[0], View(width=width)))


def test_no_golden_file_is_left_over() -> None:
    """Each golden file is compared by a test; one that no test reads would go stale unseen."""
    suffixes = [ending(name) for name in WRITERS if name != "terminal"]
    drawn = {
        f"{report}{end}" for report in report_fixtures.REPORTS for end in (*suffixes, *(f".{v}.txt" for v in VIEWS))
    }
    explained = {
        f"explain.{part}.{width}.txt" for part in ("network", "member", "bare", "traits") for width in (80, 200)
    }
    assert {path.name for path in golden.FOLDER.iterdir()} == drawn | explained
