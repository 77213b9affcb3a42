"""How well a report found what was labelled, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from extractscan.cli.tables import table
from extractscan.score import Agreement, Scores
from extractscan.writers.numbers import count
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.view import heading


def scores_page(view: View, scores: Scores) -> bytes:
    """Draw the scores: accounts first, then what was missed, wrongly flagged, split and merged."""
    return draw(view, _page(view, scores))


def _ratio(part: float | None) -> str:
    return "none to count" if part is None else f"{part:.3f}"


def _page(view: View, scores: Scores) -> Iterator[RenderableType]:
    yield heading(view, "Accounts")
    rightly = f"{scores.flagged_rightly:,} of {count(scores.flagged, 'flagged account')}"
    found = f"{scores.flagged_rightly:,} of {count(scores.campaign_accounts, 'campaign account')}"
    rows = [("precision", _ratio(scores.precision), rightly), ("recall", _ratio(scores.recall), found)]
    yield table(view, [("", *row) for row in rows])
    yield ""
    yield heading(view, "Networks against campaigns")
    grouped = (("B-cubed", scores.bcubed), ("pairwise", scores.pairwise))
    yield table(view, [("", name, *_agreement(each)) for name, each in grouped])
    for title, by_name in (("Recall by kind", scores.recall_by_kind), ("Recall by campaign", scores.recall_by_group)):
        if by_name:
            yield ""
            yield heading(view, title)
            rows = [
                (name, _ratio(each.recall), f"{each.flagged:,} of {each.accounts:,}") for name, each in by_name.items()
            ]
            yield table(view, [("", *row) for row in rows])
    yield from _faults(view, scores)


def _agreement(each: Agreement) -> tuple[str, str, str]:
    return f"precision {_ratio(each.precision)}", f"recall {_ratio(each.recall)}", f"F1 {_ratio(each.f1)}"


def _faults(view: View, scores: Scores) -> Iterator[RenderableType]:
    lists = (
        ("Innocent accounts flagged", [(name, f"{n:,}") for name, n in scores.flagged_by_innocent_kind.items()]),
        ("Campaigns in several networks", [(name, f"{n:,}") for name, n in scores.networks_split.items()]),
        ("Networks of several campaigns", [(name, ", ".join(held)) for name, held in scores.networks_merged.items()]),
        ("Networks by verdict", [(name, f"{n:,}") for name, n in scores.networks_by_verdict.items()]),
        ("Single sources by kind", [(name, f"{n:,}") for name, n in scores.single_sources_by_kind.items()]),
    )
    for title, rows in lists:
        if rows:
            yield ""
            yield heading(view, title)
            yield table(view, [("", *row) for row in rows])
    yield ""
    reported = f"{scores.campaign_events_reported:,} of {count(scores.campaign_events, 'event')}"
    yield Text(f"The flagged networks report {reported} that were labelled as campaign.")
