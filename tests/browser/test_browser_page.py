"""The page in a browser: silent, offline, alive; sorted, filtered, copied, drawn, printed; hostile names harmless."""

from __future__ import annotations

import base64
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import hostile_page
import large_report
import msgspec
import pytest
import report_fixtures as fixtures

from extractscan import model, pipeline, simulate
from extractscan.model.asked import Marking
from extractscan.settings import Settings
from extractscan.writers import html

ROWS = """return [...document.querySelectorAll('#n1-members tbody tr')]
    .map(row => [...row.children].map(cell => cell.textContent))"""
FIELD = """const field = document.querySelector('#n1-members input');
    field.value = arguments[0]; field.dispatchEvent(new Event('input'))"""
ROLE = """const field = document.querySelector('#n1-members select');
    field.value = 'heir'; field.dispatchEvent(new Event('change'))"""
DRAWN = """const cy = document.getElementById('n1-graph').cy;
    return ['.account', '.value', 'edge'].map(kind => cy.$(kind).length)"""
NAMELESS = """return [...document.querySelectorAll('button, input, select, [role=img], [role=region], nav')]
    .filter(one => !(one.getAttribute('aria-label') || one.textContent.trim())).map(one => one.outerHTML)"""
LEVELS = """return [...document.querySelectorAll('h1, h2, h3, h4, h5, [role=heading]')]
    .map(head => +(head.ariaLevel || head.tagName[1]))"""
REPORTS = {
    "ordinary": fixtures.ordinary,
    "empty": fixtures.empty,
    "clean": fixtures.clean,
    "marked": fixtures.marked,
    "large": large_report.small,
    "hostile": hostile_page.report,
}


@pytest.fixture
def shown(page: Any, tmp_path: Path) -> Any:
    """A report of two networks, opened and drawn."""
    page.media(prefers_color_scheme="light")
    page.width(1440)
    page.open(html.render(large_report.report(2, 300)), tmp_path)
    page.draw_all()
    return page


def rows(page: Any) -> list[list[str]]:
    found: list[list[str]] = page.run(ROWS)
    return found


def press(page: Any, label: str) -> None:
    """Press the button of the first network's table that bears a label."""
    page.run(
        "[...document.querySelectorAll('#n1-members button')].find(b => b.textContent === arguments[0]).click()", label
    )


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_page_is_silent_and_asks_for_nothing(page: Any, tmp_path: Path, name: str, scheme: str, width: int) -> None:
    """No word on the console, no request but the page's own, with everything open and drawn; no sideways scroll."""
    page.media(prefers_color_scheme=scheme)
    page.width(width)
    page.open(html.render(REPORTS[name]()), tmp_path)
    page.draw_all()
    assert page.errors() == []
    assert [url for url in page.requests() if not url.startswith("data:")] == [page.address]
    assert page.run("return document.documentElement.scrollWidth") <= width


def test_a_dead_browser_is_replaced(page: Any, tmp_path: Path) -> None:
    """A browser that was killed, or whose driver was, is followed by another, and pages open again."""
    for victim in ("browser", "driver"):
        driver = page.driver
        os.kill(driver.capabilities["goog:processID"] if victim == "browser" else driver.service.process.pid, 9)
        page.revive()
        assert page.open(html.render(fixtures.empty()), tmp_path).errors() == []


def test_hostile_names_are_shown_and_harmless(page: Any, tmp_path: Path) -> None:
    """No name runs; each is in the table as text that can be read; braces stay braces."""
    page.width(1440)
    page.open(html.render(hostile_page.report()), tmp_path)
    page.draw_all()
    assert page.run("return window.pwned === undefined && Object.prototype.pwned === undefined")
    assert page.run("return document.querySelectorAll('main img, main script:not([type])').length") == 0
    names = [row[0] for row in rows(page)]
    assert len(names) == len(hostile_page.NAMES)
    assert hostile_page.ATTACKS[0] in names
    assert "{{ 7 * 7 }}" in names
    assert r"\u202egnp.exe \u2066x\u2069" in names
    assert any(name.startswith("LLLL") and name.endswith("(10,000 characters)") for name in names)
    assert page.errors() == []


def test_members_sort_by_any_column(shown: Any) -> None:
    """Most bits first; pressed once a number falls, twice it rises; names rise first; the head says which."""
    bits = [float(row[2]) for row in rows(shown)]
    assert bits == sorted(bits, reverse=True)
    press(shown, "events")
    events = [int(row[-3]) for row in rows(shown)]
    assert events == sorted(events, reverse=True)
    assert events[0] == max(member.events for member in large_report.network(1, 300).accounts)
    press(shown, "events")
    assert int(rows(shown)[0][-3]) == 40
    press(shown, "account")
    names = [row[0] for row in rows(shown)]
    assert names == sorted(names)
    assert shown.run("return document.querySelector('#n1-members [aria-sort]').textContent") == "account"
    assert shown.run("return document.querySelector('#n1-members [aria-sort]').ariaSort") == "ascending"


def test_members_are_filtered_by_name_and_role(shown: Any) -> None:
    """What is typed is looked for anywhere in a name; the count says how many are left of how many."""
    wanted = large_report.names(1, 300)[41]
    shown.run(FIELD, wanted[9:].upper())
    assert [row[0] for row in rows(shown)] == [wanted]
    assert shown.run("return document.querySelector('#n1-members .shown').textContent") == "1 of 1 (300 in all)"
    shown.run(FIELD, "")
    shown.run(ROLE)
    assert {row[1] for row in rows(shown)} == {"heir"}
    assert shown.run("return document.querySelector('#n1-members .shown').textContent").endswith("of 34 (300 in all)")


def test_more_members_are_shown_on_demand(shown: Any) -> None:
    """Fifty at first, then two hundred more, then all, and the button goes."""
    counts = [len(rows(shown))]
    for _ in range(2):
        press(shown, "Show more")
        counts.append(len(rows(shown)))
    assert counts == [50, 250, 300]
    assert (
        shown.run(
            "return getComputedStyle([...document.querySelectorAll('#n1-members button')].pop().parentNode).display"
        )
        == "none"
    )


def test_the_table_is_copied_with_formulas_defused(page: Any, tmp_path: Path) -> None:
    """All rows that the filter leaves, one a line; a name that a spreadsheet would run starts with an apostrophe."""
    network = fixtures.other_network("N1", "coordinated", "low", "four")
    values = {name: getattr(network, name) for name in network.__struct_fields__}
    members = [fixtures.member(name, 16.0, identity=9.0, client=7.0) for name in ("=1+1", "plain", "@SUM(A1)")]
    base = fixtures.ordinary()
    whole = {name: getattr(base, name) for name in base.__struct_fields__}
    report = model.Report(**whole | {"networks": [model.Network(**values | {"accounts": members})]})
    page.open(html.render(report), tmp_path)
    page.draw_all()
    page.run("report.copy = (text) => { window.copied = text; }")
    press(page, "Copy accounts")
    assert page.run("return window.copied").split("\n") == ["=1+1", "@SUM(A1)", "plain"]
    press(page, "Copy table")
    lines = page.run("return window.copied").split("\n")
    assert [line.split("\t")[0] for line in lines] == ["account", "'=1+1", "'@SUM(A1)", "plain"]
    assert [line.split("\t")[-1] for line in lines[1:]] == [members[0].last_seen[:16].replace("T", " ")] * 3
    assert rows(page)[0][-1] == members[0].last_seen[:10], "the day is shown, the minute copied"


def test_networks_open_and_close(page: Any, tmp_path: Path) -> None:
    """The first findings are open; another opens by its link and is drawn then; keys do what the mouse does."""
    page.width(1440)
    page.open(html.render(large_report.report(5, 40)), tmp_path)
    opened = "return [...document.querySelectorAll('details.body')].map(d => d.open)"
    assert page.run(opened) == [True, True, True, False, False]
    assert page.run("return document.querySelector('#n5-members').children.length") == 0
    page.run("document.querySelector('.toc a[href=\"#n5\"]').click()")
    page.driver.execute_async_script("setTimeout(arguments[0], 400)")
    assert page.run(opened)[4] is True
    assert page.run("return document.querySelectorAll('#n5-members tbody tr').length") == 40
    page.run("document.querySelector('#n5 summary').focus()")
    from selenium.webdriver.common.keys import Keys

    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.run(opened)[4] is False


def test_pictures_are_drawn_from_the_data(shown: Any) -> None:
    """The graph holds accounts, values and ties of the report; charts have marks for days, items and hand-overs."""
    from extractscan.writers.html.graph import picture

    drawn = picture(large_report.network(1, 300))
    assert shown.run(DRAWN) == [len(drawn.accounts), len(drawn.values), len(drawn.edges)]
    place = shown.run("return document.getElementById('n1-graph').cy.$('#v0').position()")
    assert (place["x"], place["y"]) == drawn.values[0][1:]
    marks = "return document.querySelectorAll('#n1-' + arguments[0] + ' svg path').length"
    assert all(shown.run(marks, chart) > 60 for chart in ("activity", "work", "handover"))
    assert shown.run("return document.querySelector('#n1-matrix canvas').height") == 5 * 24


@pytest.mark.parametrize(
    ("chart", "mark", "says"),
    [
        ("activity", "g.mark-rect.role-mark path", r"^(acct_\w+\n)?2026-03-\d\d: [\d,]+ events?$"),
        ("work", "g.mark-rect.role-mark path", r"^acct_\w+\n[\d,]+ items?, [\d,]+ of them sent by others too$"),
        ("handover", "g.mark-symbol.role-mark path", r"^acct_\w+ → acct_\w+\n(both hold: .+|no value in common)$"),
    ],
)
def test_charts_say_what_is_under_the_pointer(shown: Any, chart: str, mark: str, says: str) -> None:
    """A mark names its account and its figures; the ground beside the marks says nothing."""
    from selenium.webdriver.common.action_chains import ActionChains

    box = shown.driver.find_element("id", f"n1-{chart}")
    shown.run("arguments[0].scrollIntoView({block: 'center'})", box)
    tip = "const box = document.getElementById('tip'); return box.hidden ? '' : box.textContent"
    target = next(one for one in box.find_elements("css selector", mark) if one.size["height"] > 3)
    ActionChains(shown.driver, duration=0).move_to_element(target).perform()
    assert re.match(says, shown.run(tip)), shown.run(tip)
    corner = (-box.size["width"] // 2 + 3, box.size["height"] // 2 - 3)
    ActionChains(shown.driver, duration=0).move_to_element_with_offset(box, *corner).perform()
    assert shown.run(tip) == ""
    assert shown.errors() == []


def test_choosing_a_value_says_who_holds_it(shown: Any) -> None:
    """The words under the graph name the value and its holders, and go back when nothing is chosen."""
    hint = "return document.getElementById('n1-graph-hint').textContent"
    before = shown.run(hint)
    shown.run("document.getElementById('n1-graph').cy.$('#v0').select()")
    assert "members and" in shown.run(hint)
    shown.run("document.getElementById('n1-graph').cy.elements().unselect()")
    assert shown.run(hint) == before
    shown.run("document.getElementById('n1-graph').cy.$('#a0').select()")
    assert "holds" in shown.run(hint)


def test_the_theme_switch_changes_colours(shown: Any) -> None:
    """System, light, dark and round again; the page's ground follows."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    press_theme = "document.getElementById('theme').click(); return document.getElementById('theme').textContent"
    light = shown.run(ground)
    assert shown.run(press_theme) == "Theme: light"
    assert shown.run(ground) == light
    assert shown.run(press_theme) == "Theme: dark"
    assert shown.run(ground) != light
    assert shown.run(press_theme) == "Theme: system"
    assert shown.run(ground) == light


def test_everything_that_acts_has_a_name(shown: Any) -> None:
    """Buttons, fields, pictures and regions are named for those who do not see them; headings do not skip."""
    assert shown.run(NAMELESS) == []
    assert all(after - before <= 1 for before, after in pairwise(shown.run(LEVELS)))
    assert shown.run("return document.querySelectorAll('table').length") == shown.run(
        "return document.querySelectorAll('table > caption').length"
    )


def test_names_that_were_packed_are_unpacked(page: Any, tmp_path: Path) -> None:
    """UUIDs travel as numbers and stand in the table as they are in the log."""
    page.width(1440)
    page.open(html.render(large_report.report(1, 40, uuids=True)), tmp_path)
    page.draw_all()
    assert sorted(row[0] for row in rows(page)) == sorted(large_report.names(1, 40, uuids=True))


def test_the_largest_page_opens_in_time(page: Any, tmp_path: Path) -> None:
    """Twenty networks of a thousand accounts are ready within two seconds of the processor's time."""
    page.width(1440)
    page.driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    page.open(html.render(large_report.report(uuids=True)), tmp_path)
    figures = {
        one["name"]: one["value"] for one in page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    }
    page.driver.execute_cdp_cmd("Performance.disable", {})
    assert figures["TaskDuration"] < 2.0


def test_paper_has_everything_and_the_screen_is_as_before(page: Any, tmp_path: Path) -> None:
    """For print all networks open and have their graph as lines and text; afterwards what was closed is closed."""
    page.width(1440)
    page.media(prefers_color_scheme="dark")
    page.open(html.render(large_report.report(5, 40)), tmp_path)
    opened = "return [...document.querySelectorAll('details.body, details.block')].map(details => details.open)"
    before, ground = page.run(opened), page.run("return getComputedStyle(document.body).backgroundColor")
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert all(page.run(opened))
    assert page.run("return document.querySelectorAll('svg.paper circle').length") == 5 * 40
    assert page.run("return document.querySelectorAll('#n5-members tbody tr').length") == 40
    assert page.run("return getComputedStyle(document.body).backgroundColor") != ground
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run(opened) == before
    assert page.run("return getComputedStyle(document.body).backgroundColor") == ground
    assert page.errors() == []


@pytest.mark.parametrize("tlp", get_args(Marking))
def test_paper_bears_the_label_on_every_page(page: Any, tmp_path: Path, tlp: Marking) -> None:
    """The label is on the first page, and the sheet that all pages are printed on has it in its margin."""
    page.width(1440)
    page.open(html.render(msgspec.structs.replace(fixtures.ordinary(), tlp=tlp)), tmp_path)
    shown = "return getComputedStyle(document.querySelector('.marking')).display"
    assert page.run(shown) == "none"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert page.run(shown) != "none"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    rules = page.run("return [...document.styleSheets].flatMap(s => [...s.cssRules]).map(rule => rule.cssText)")
    assert sum(f'"TLP:{tlp.upper()}"' in rule and "@bottom-right" in rule for rule in rules) == 1
    assert page.errors() == []


def test_print_gives_a_pdf_with_everything(page: Any, tmp_path: Path) -> None:
    """The print style opens what is closed; the document has its pages and no error."""
    page.width(1440)
    page.open(html.render(large_report.report(2, 60)), tmp_path)
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    content = base64.b64decode(printed["data"])
    assert content.startswith(b"%PDF-")
    assert 4 <= content.count(b"/Type /Page\n") + content.count(b"/Type/Page\n") <= 60
    assert page.errors() == []


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, model.Report]:
    """A world with five campaigns and one with innocent groups alone, analysed."""
    kinds = {
        "campaigns": ["work_queue", "succession", "trace_injection", "release_pivot", "paraphrased"],
        "clean": ["campus_nat", "company", "coding_agent", "family_cards", "class_assignment"],
    }
    reports = {}
    for name, groups in kinds.items():
        folder = tmp_path_factory.mktemp(name)
        simulate.write_world(folder, accounts=800, seed=4, kinds=groups, load=8, days=10)
        reports[name] = pipeline.analyze(
            [str(folder / "logs.parquet")], accounts=str(folder / "accounts.parquet"), reproducible=True,
            settings=Settings(shuffles=2),
        )  # fmt: skip
    return reports


@pytest.mark.parametrize("name", ["campaigns", "clean"])
def test_a_world_from_log_to_page(page: Any, tmp_path: Path, worlds: dict[str, model.Report], name: str) -> None:
    """What analysis found is what the page says: every network has its section, its members and its pictures."""
    report = worlds[name]
    found = sum(network.verdict == "extraction_network" for network in report.networks)
    assert found >= 4 if name == "campaigns" else found == 0
    page.width(1440)
    page.media(prefers_color_scheme="light")
    page.open(html.render(report), tmp_path)
    page.draw_all()
    assert page.errors() == []
    assert [url for url in page.requests() if not url.startswith("data:")] == [page.address]
    shown = page.run("return [...document.querySelectorAll('.headline .id')].map(one => one.textContent)")
    assert sorted(shown) == sorted(network.id for network in report.networks)
    assert page.run("return document.querySelectorAll('article.network canvas').length") >= len(report.networks)
    title = page.run("return document.querySelector('h1').textContent")
    assert title.startswith(f"{found} networks") if found else "consistent with" not in title
