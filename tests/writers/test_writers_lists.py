"""What the user's own lists cover stays in sight: every output that names networks says it of them."""

from __future__ import annotations

import html

import msgspec
import pytest
import report_fixtures

from extractscan import model
from extractscan.model.since import Change
from extractscan.writers import WRITERS

REASON = "zqloadtestqz"
MARKED = ("json", "terminal", "html", "md", "csv", "parquet", "ndjson", "evidence", "sarif", "junit", "timesketch")
"""Formats that print the reason; `summary` and `ocsf` mark the network, graphs and bundles hold it as it is."""


def report(**excluded: object) -> model.Report:
    """The ordinary report with its first network on the list, grown and risen since an older one."""
    ordinary = report_fixtures.ordinary()
    change = Change(state="grown", was=["00ff00ff00ff00ff"], added=["a", "b"], risen=True)
    first = msgspec.structs.replace(ordinary.networks[0], suppressed=REASON, change=change)
    left = msgspec.structs.replace(ordinary.excluded, **excluded)
    return msgspec.structs.replace(ordinary, networks=[first, *ordinary.networks[1:]], excluded=left)


@pytest.mark.parametrize("name", MARKED)
def test_a_suppressed_network_is_marked_with_its_reason(name: str) -> None:
    """The network is in the output as before, and the reason stands with it."""
    drawn = WRITERS[name].render(report())
    assert REASON.encode() in drawn
    assert report().networks[0].fingerprint.encode() in drawn


@pytest.mark.parametrize("name", WRITERS)
def test_no_output_drops_a_suppressed_network(name: str) -> None:
    """Every format names its accounts or the network itself, on the list or not."""
    drawn = WRITERS[name].render(report())
    network = report().networks[0]
    assert network.fingerprint.encode() in drawn or network.accounts[0].account_id.encode() in drawn


@pytest.mark.parametrize("name", ["terminal", "md", "html"])
def test_a_change_is_said_where_people_read(name: str) -> None:
    """Grown and risen stand beside the verdict."""
    drawn = WRITERS[name].render(report()).decode()
    assert "grown" in drawn
    assert "risen" in drawn


@pytest.mark.parametrize("name", ["terminal", "md", "html"])
@pytest.mark.parametrize("state", ["active", "expired", "unused"])
def test_what_is_known_beforehand_is_listed(name: str, state: str) -> None:
    """Kind, values, reason and state of each entry, also where nothing else was left out."""
    entry = model.Allowed(
        kind="egress", values=["203.0.113.0/24"], reason="the campus proxy", expires="2027-01-31", state=state,
        accounts=12, events=340,
    )  # fmt: skip
    drawn = WRITERS[name].render(report(allowed=[entry], hubs=[], near_misses=[], suppressed=[])).decode()
    plain = html.unescape(drawn).replace("\u2060", "")
    assert "203.0.113.0/24" in plain
    assert "the campus proxy" in plain
    words = {"active": ("12 accounts",), "expired": ("expired",), "unused": ("unused", "met nothing")}
    assert any(word in plain for word in words[state])
