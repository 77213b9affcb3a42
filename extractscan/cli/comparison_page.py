"""What changed between two reports, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from extractscan.cli.tables import table
from extractscan.diffing import Compared, Diff, Named, Returned
from extractscan.writers.numbers import count
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.closing import accounts
from extractscan.writers.terminal.view import LEVEL_STYLES, bullets, heading, value

TOP = 10
"""Accounts that came back which are listed unless all details are asked for."""


def comparison_page(view: View, found: Diff) -> bytes:
    """Draw the networks by state, then who came back."""
    return draw(view, _page(view, found))


def _page(view: View, found: Diff) -> Iterator[RenderableType]:
    if not found.networks:
        yield Text("Neither report has a network.")
        return
    yield heading(view, "Networks")
    yield Text(", ".join(f"{number} {state}" for state, number in found.counts().items()))
    yield ""
    for each in found.networks:
        yield _network(view, each)
    if found.returned:
        yield ""
        yield heading(view, "Accounts that hold what stopped accounts held")
        yield Text("Consistent with one holder under a new name, or with a card, device or address that changed hands.")
        shown = found.returned if view.detail else found.returned[:TOP]
        yield bullets(_returned(view, each) for each in shown)
        if len(shown) < len(found.returned):
            yield Text(f"  and {len(found.returned) - len(shown):,} more: -v lists them all", style="dim")


def _network(view: View, each: Compared) -> RenderableType:
    now = [_named(view, each.now)] if each.now else []
    was = [Text("was ", "dim").append_text(_named(view, one)) for one in each.was]
    rows: list[tuple[object, ...]] = [(f"{each.state:<7}", (now or was)[0])]
    rows += [("", line) for line in (was if now else [])]
    if each.risen:
        rows.append(("", "verdict or level is worse than it was"))
    for what, names in (("joined", each.added), ("left", each.removed)):
        if names and each.state not in ("new", "gone"):
            rows.append(("", Text(f"{count(len(names))} {what}: ").append_text(accounts(view, names))))
    return table(view, rows)


def _named(view: View, one: Named) -> Text:
    what = one.verdict.replace("_", " ")
    text = Text.assemble(value(view, one.id, "bold"), f" {one.level} {what}, {count(one.accounts, 'account')} ")
    text.stylize(LEVEL_STYLES.get(one.level, ""), 0, len(one.id))
    return text.append_text(value(view, one.fingerprint, "dim"))


def _returned(view: View, each: Returned) -> Text:
    line = Text.assemble(value(view, each.account_id, "bold", 60), f" in {each.network}, since ")
    line.append_text(value(view, each.first_seen)).append(f"; {each.was} before: ")
    followed = list(each.stopped)
    banned = sum(how == "banned" for how in each.stopped.values())
    line.append_text(accounts(view, followed)).append(f" ({_ended(banned, len(followed))})\n")
    for number, one in enumerate(each.carried):
        line.append(", " if number else "carried over: ", "dim")
        line.append_text(value(view, one.signal)).append(" ").append_text(value(view, one.value, "bold", 60))
    return line


def _ended(banned: int, followed: int) -> str:
    if banned in {0, followed}:
        return "banned" if banned else "silent"
    return f"{banned} of {followed} banned, the others silent"
