"""Cells of the grid: what decides one small world, and which cells a seed gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.evaluation import evasions
from benchmarks.evaluation.kinds import CAMPAIGNS
from benchmarks.evaluation.missing import VARIANTS, WITHOUT
from benchmarks.evaluation.scenes import SCENES

DEVELOPMENT = range(1, 1000)
REPORTING = range(5000, 6000)
"""Seeds of two uses that never meet; any other seed is refused."""

SIZES = (3, 5, 8, 12, 30, 100, 300, 1000, 5000)
SHARES = (100, 30, 5)
"""Accounts of a campaign, and percent of its accounts' requests that belong to it."""

MIDDLING = (8, 12, 20, 30, 60, 100, 200)
"""Sizes on rungs of the ladder and wherever size is not what is asked about."""

NOBODY = "nobody"
"""The kind of a world without campaign."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One world: kind of campaign, size, share in percent, evasions, missing fields, scene and seed."""

    kind: str
    size: int
    share: int
    evasion: str
    missing: str
    scene: str
    seed: int
    axis: str = ""
    """Which question of the grid it was drawn for; decides nothing."""

    @property
    def id(self) -> str:
        """All that decides it, as `--cell` reads it."""
        parts = (self.kind, self.size, self.share, self.evasion, self.missing, self.scene, self.seed)
        return "/".join(map(str, parts))

    @property
    def world(self) -> str:
        """All that decides what happened, whatever the export has lost of it."""
        return replace(self, missing="-").id


def parse(text: str) -> Cell:
    """Read what `Cell.id` writes.

    Raises:
        ValueError: naming the part that is wrong.
    """
    parts = text.split("/")
    if len(parts) != 7:
        raise ValueError(f"a cell is KIND/SIZE/SHARE/EVASION/MISSING/SCENE/SEED, not {text!r}")
    kind, size, share, evasion, missing, scene, seed = parts
    known = (("kind", kind, {*CAMPAIGNS, NOBODY}), ("missing", missing, VARIANTS), ("scene", scene, SCENES))
    for name, value, all_of_them in known:
        if value not in all_of_them:
            raise ValueError(f"no {name} {value!r}; there are {', '.join(sorted(all_of_them))}")
    evasions.names(evasion)
    cell = Cell(kind, int(size), int(share), evasion, missing, scene, int(seed))
    allowed([cell.seed])
    return cell


def allowed(seeds: Iterable[int]) -> None:
    """Refuse seeds that are neither for development nor for reporting.

    Raises:
        ValueError: naming them.
    """
    if wrong := [s for s in seeds if s not in DEVELOPMENT and s not in REPORTING]:
        raise ValueError(f"seeds are 1 to 999 for development, 5000 to 5999 for reporting, not {wrong}")


def of_seed(seed: int, axes: Iterable[str] = ()) -> list[Cell]:
    """The cells of one seed, shuffled so that any beginning of the list touches all questions.

    Every kind once, every size with every share once, every rung, every set of missing fields and every scene once,
    three worlds whole and without each channel, and worlds without campaign; what is not asked about is drawn.
    """
    rng = np.random.default_rng([seed, 11])

    def one(options: Iterable[object]) -> str:
        all_of_them = [str(o) for o in options]
        return all_of_them[int(rng.integers(len(all_of_them)))]

    def size() -> int:
        return int(one(MIDDLING))

    kinds = sorted(CAMPAIGNS)
    cells = [Cell(kind, size(), int(one((100, 100, 30))), "-", "-", "-", seed, "kind") for kind in kinds]
    cells += [Cell(one(kinds), n, share, "-", "-", "-", seed, "size") for n in SIZES for share in SHARES]
    cells += [Cell(one(kinds), size(), 100, rung, "-", "-", seed, "evasion") for rung in evasions.LADDER]
    exports = [name for name in VARIANTS if name not in {"-", "whole", *WITHOUT}]
    cells += [Cell(one(kinds), size(), 100, "-", name, "-", seed, "missing") for name in exports]
    for kind, n in [(one(kinds), size()) for _ in range(3)]:
        cells += [Cell(kind, n, 100, "-", name, "-", seed, "channel") for name in ("whole", *WITHOUT)]
    cells += [Cell(one(kinds), size(), 100, "-", "-", name, seed, "scene") for name in SCENES if name != "-"]
    cells += [Cell(NOBODY, i, 0, "-", one(("-", "-", *exports)), "-", seed, "nobody") for i in range(4)]
    cells += [Cell(NOBODY, i, 0, "-", "-", "crowded", seed, "nobody") for i in range(6)]
    wanted = set(axes)
    chosen = [c for c in cells if not wanted or c.axis in wanted]
    return [chosen[int(i)] for i in rng.permutation(len(chosen))]
