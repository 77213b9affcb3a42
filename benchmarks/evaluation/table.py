"""One Markdown page from the results of many worlds."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.evaluation import kinds
from benchmarks.evaluation.cells import NOBODY
from benchmarks.evaluation.missing import WITHOUT

Result = dict[str, Any]
BINS = (-20.0, -10.0, -3.0, 0.0, 3.0, 6.0, 10.0, 20.0)
"""Edges, in bits, of how far the hidden operator leads every other explanation."""


STANDS = ("without", "said to stand, stood", "said to stand, fell", "said to fall, stood", "said to fall, fell")


def share(part: float, whole: float) -> str:
    """A share with three digits, or a dash where there is nothing to share."""
    return f"{part / whole:.3f}" if whole else "–"


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def _fates(results: Iterable[Result]) -> list[list[int]]:
    """Flagged, linked, accounts of every campaign."""
    return [fate for r in results for fate in r["groups"].values()]


HEAD = ("worlds", "campaigns", "precision", "recall", "mean recall", "≥ half", "linked", "B³", "pairs", "split",
        "merged", "innocents flagged", "worlds with any")  # fmt: skip


def scores(results: Sequence[Result]) -> list[str]:
    """Figures of one set of worlds, as in `HEAD`.

    Recall counts accounts, mean recall campaigns alike, `≥ half` campaigns of which at least half is flagged, linked
    the accounts in any network. B-cubed and pairs are means over worlds with campaigns that could be tested.
    """
    fates = _fates(results)
    flagged, right = sum(r["flagged"] for r in results), sum(r["right"] for r in results)
    tested = [r for r in results if r["groups"] and not r["cannot_test"]]

    def mean(field: str) -> str:
        return f"{statistics.mean(r[field] for r in tested):.3f}" if tested else "–"

    return [
        str(len(results)),
        str(len(fates)),
        share(right, flagged),
        share(sum(f for f, _, _ in fates), sum(n for _, _, n in fates)),
        share(sum(f / n for f, _, n in fates), len(fates)),
        share(sum(2 * f >= n for f, _, n in fates), len(fates)),
        share(sum(k for _, k, _ in fates), sum(n for _, _, n in fates)),
        mean("bcubed"),
        mean("pairwise"),
        str(sum(r["split"] for r in tested)),
        str(sum(r["merged"] for r in tested)),
        str(sum(sum(r["false"].values()) for r in results)),
        str(sum(bool(r["false"]) for r in results)),
    ]


def _by(results: Sequence[Result], name: str, of: Callable[[Result], Any]) -> str:
    """One line for each value of `of`; worlds for which it is None are left out."""
    sets: dict[Any, list[Result]] = defaultdict(list)
    for r in results:
        if (value := of(r)) is not None:
            sets[value].append(r)
    rows = [[value, *scores(sets[value])] for value in sorted(sets)]
    return grid((name, *HEAD), rows) if rows else "No such world."


def _innocents(results: Sequence[Result]) -> str:
    wrong, whole, worlds = Counter[str](), Counter[str](), Counter[str]()
    for r in results:
        wrong.update(r["false"])
        whole.update(r["population"])
        worlds.update(r["false"].keys())
    rows = [(k, whole[k], wrong[k], share(wrong[k], whole[k]), worlds[k]) for k in sorted(whole)]
    rows.sort(key=lambda row: -row[2])
    return grid(("innocent kind", "accounts", "flagged", "share", "worlds"), rows)


def _networks(results: Iterable[Result]) -> list[Result]:
    return [n for r in results for n in r["networks"]]


def _calibration(results: Sequence[Result]) -> str:
    found, rows = _networks(results), []
    for low, high in zip((float("-inf"), *BINS), (*BINS, float("inf")), strict=True):
        inside = [n for n in found if low <= n["lead"] < high]
        real = sum(n["campaign"] >= 0.5 for n in inside)
        called = sum(n["verdict"] == "extraction_network" for n in inside)
        rows.append((f"{low:g} to {high:g}", len(inside), real, share(real, len(inside)), called))
    return grid(("lead of the hidden operator, bits", "networks", "campaigns", "share", "called a harvest"), rows)


def survival(results: Sequence[Result]) -> list[tuple[str, int, int, int, int]]:
    """For each channel, what the report of the whole log says of its campaigns against what the log without it gives.

    Said to stand and stood, said to stand and fell, said to fall and stood, said to fall and fell; a campaign stands
    where at least half of its accounts are in some network. Only campaigns that stand in the whole log are counted.
    """
    whole = {r["world"]: r for r in results if r["missing"] == "whole"}
    counts: dict[str, Counter[tuple[bool, bool]]] = {channel: Counter() for channel in WITHOUT.values()}
    for r in results:
        if r["missing"] not in WITHOUT or r["world"] not in whole:
            continue
        channel = WITHOUT[r["missing"]]
        for n in whole[r["world"]]["networks"]:
            fate = r["groups"].get(n["group"])
            if n["campaign"] >= 0.5 and fate and 2 * n["accounts"] >= fate[2]:
                counts[channel][n["survives_without"].get(channel, False), 2 * fate[1] >= fate[2]] += 1
    order = ((True, True), (True, False), (False, True), (False, False))
    return [(channel, *(found[pair] for pair in order)) for channel, found in sorted(counts.items())]  # type: ignore[misc]


def leading(results: Sequence[Result]) -> list[tuple[str, int, int, str]]:
    """For each innocent kind whose networks have a right explanation: networks, right ones, what leads otherwise."""
    right, total, instead = Counter[str](), Counter[str](), defaultdict[str, Counter[str]](Counter)
    for n in _networks(results):
        expected = kinds.explained_by(n["of"])
        if n["campaign"] or n["share"] < 0.5 or not expected or n["group"] == "None":
            continue
        total[n["of"]] += 1
        if n["leading"] in expected:
            right[n["of"]] += 1
        else:
            instead[n["of"]][n["leading"]] += 1
    return [(k, total[k], right[k], ", ".join(f"{h} {n}" for h, n in instead[k].most_common(3))) for k in sorted(total)]


def _hypotheses(results: Sequence[Result]) -> str:
    rows = leading(results)
    lines = [
        (k, "/".join(sorted(kinds.explained_by(k))), n, r, share(r, n), instead or "–") for k, n, r, instead in rows
    ]
    total, right = sum(n for _, n, _, _ in rows), sum(r for _, _, r, _ in rows)
    lines.append(("all", "", total, right, share(right, total), ""))
    return grid(("innocent kind", "should lead", "networks", "right", "share", "led instead"), lines)


def _untested(results: Sequence[Result]) -> str:
    reasons = Counter((r["missing"], r["cannot_test"]) for r in results if r["cannot_test"])
    rows = [(f"{missing}: {why}", n) for (missing, why), n in sorted(reasons.items())]
    return grid(("cannot test", "worlds"), rows) if rows else "Every world could be tested."


def _time(results: Sequence[Result]) -> str:
    seconds = sorted(r["seconds"] for r in results)
    events = sum(r["events"] for r in results)
    return grid(
        ("", "median", "90 %", "largest", "events a second"),
        [
            ("seconds a world", f"{statistics.median(seconds):.1f}", f"{seconds[int(0.9 * (len(seconds) - 1))]:.1f}",
             f"{seconds[-1]:.1f}", f"{events / sum(seconds):,.0f}"),
            ("peak MB", f"{statistics.median(r['megabytes'] for r in results):.0f}", "",
             f"{max(r['megabytes'] for r in results)}", ""),
        ],
    )  # fmt: skip


def _rung(r: Result) -> str | None:
    if r["kind"] == NOBODY or r["axis"] != "evasion":
        return None
    return f"{r['evasion']}{' (shares nothing)' if r['nothing_shared'] else ''}"


def markdown(results: Sequence[Result], wanted: int) -> str:
    """Everything on one page; worlds on which the analysis broke are named and count nowhere."""
    broken = [r for r in results if "failed" in r]
    good = [r for r in results if "failed" not in r]
    if not good:
        return f"No world was judged; on {len(broken)} the analysis broke.\n"
    plain = [r for r in good if r["evasion"] == "-" and r["missing"] == "-" and r["scene"] == "-"]
    campaigns = [r for r in plain if r["kind"] != NOBODY]
    parts = [
        f"{len(good)} of {wanted} worlds, seeds {', '.join(map(str, sorted({r['seed'] for r in good})))}.",
        _by(good, "worlds", lambda r: "without campaign" if r["kind"] == NOBODY else "with campaigns"),
        "## Campaign kinds, nothing evaded\n\n" + _by(campaigns, "kind", lambda r: r["kind"]),
        "## Accounts in the campaign\n\n" + _by(campaigns, "size", lambda r: r["size"]),
        "## Harvest in the campaign's traffic\n\n" + _by(campaigns, "percent", lambda r: r["share"]),
        "## Size and share\n\n" + _by(campaigns, "size, percent", lambda r: (r["size"], r["share"])),
        "## Evasion\n\n" + _by(good, "rung", _rung),
        "## Missing fields\n\n" + _by(good, "export", lambda r: r["missing"] if r["missing"] != "-" else None),
        _untested(good),
        "## Scenes\n\n" + _by(good, "scene", lambda r: r["scene"] if r["scene"] != "-" else None),
        "## Innocents flagged\n\n" + _innocents(good),
        "## Calibration\n\n" + _calibration(good),
        "## One channel left out\n\n" + grid(STANDS, survival(good)),
        "## Leading hypothesis of innocent groups\n\n" + _hypotheses(good),
        "## Time\n\n" + _time(good),
    ]
    parts += ["## The analysis broke on\n\n" + "\n".join(f"- `{r['cell']}`" for r in broken)] if broken else []
    return "\n\n".join(parts) + "\n"
