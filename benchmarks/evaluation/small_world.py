"""One small world for one cell of the grid: a background drawn anew, look-alikes, and one campaign or a few."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.evaluation import evasions, kinds, ordinary
from benchmarks.evaluation.cells import NOBODY, Cell
from benchmarks.evaluation.logs import tables
from benchmarks.evaluation.missing import VARIANTS
from benchmarks.evaluation.people import token
from benchmarks.evaluation.scene import Account, World
from benchmarks.evaluation.scenes import SCENES
from extractscan import schema

MOST_REQUESTS = 130_000
"""Requests of one campaign; larger ones are thinned account by account."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the tables of one world lie."""

    folder: Path

    @property
    def logs(self) -> Path:
        """The log to analyse."""
        return self.folder / "logs.parquet"

    @property
    def accounts(self) -> Path:
        """The side table; not there where the cell has none."""
        return self.folder / "accounts.parquet"

    @property
    def earlier(self) -> Path:
        """Logs of the week before; only there where the scene has a baseline."""
        return self.folder / "earlier.parquet"

    @property
    def labels(self) -> Path:
        """What the judge knows."""
        return self.folder / "labels.parquet"


def _background(world: World, cell: Cell, accounts: int | None) -> None:
    """Unrelated accounts, and groups of some kinds of look-alikes."""
    rng, scene = world.rng, SCENES[cell.scene]
    size = max(cell.size, kinds.LEAST.get(cell.kind, 3)) * scene.campaigns
    total = accounts or (int(rng.integers(1500, 3001)) if cell.size < 5000 else 9000)
    if scene.share:
        total = max(24, round(size * (1 - scene.share) / scene.share))
    alike = round(total * float(rng.uniform(*scene.alike)))
    ordinary.everybody(world, max(20, round((total - alike) * scene.ordinary)))
    names = sorted(kinds.INNOCENTS)
    for name in [names[int(i)] for i in rng.permutation(len(names))]:
        one = kinds.INNOCENTS[name]
        group = min(alike, int(np.exp(rng.uniform(np.log(one.least), np.log(one.most + 1)))))
        if group >= 3:
            one.make(world, name, world.group(name), group)
            alike -= group


def _campaign(world: World, cell: Cell) -> list[Account]:
    """One campaign of the cell's kind: what its function makes, with instruments and loads drawn again."""
    known = len(world.accounts)
    size = max(cell.size, kinds.LEAST.get(cell.kind, 3))
    kinds.CAMPAIGNS[cell.kind](world, cell.kind, world.group(cell.kind), size)
    accounts = [a for a in world.accounts[known:] if world.labels[a.id][2]]
    if world.rng.random() < 0.5:
        loosen(world, accounts)
    if world.rng.random() < 0.5:
        most = float(np.exp(world.rng.uniform(np.log(15), np.log(150))))
        spread = float(world.rng.uniform(0.05, 0.9))
        evasions.cut(world, accounts, (most * world.rng.lognormal(0, spread, len(accounts))).tolist())
    evasions.cut(world, accounts, [max(4.0, MOST_REQUESTS / len(accounts))] * len(accounts))
    return accounts


def loosen(world: World, accounts: list[Account]) -> None:
    """Deal shared cards, phones and sign-up devices anew: two accounts each up to all on one, and some on their own."""
    rng = world.rng
    for column in (schema.PAYMENT, schema.PHONE, schema.SIGNUP_DEVICE):
        values = {a.row[column] for a in accounts}
        if len(values) > 0.9 * len(accounts) or None in values:
            continue
        each = float(np.exp(rng.uniform(np.log(2), np.log(max(3, len(accounts))))))
        fresh = [f"{column[:2]}_{token(rng, 14)}" for _ in range(max(1, round(len(accounts) / each)))]
        weights = rng.dirichlet(np.full(len(fresh), float(rng.uniform(0.5, 20))))
        alone = float(rng.uniform(0, 0.4))
        for account in accounts:
            mine = f"{column[:2]}_{token(rng, 14)}" if rng.random() < alone else ""
            account.row[column] = mine or fresh[int(rng.choice(len(fresh), p=weights))]


def compose(cell: Cell, background: int | None = None) -> World:
    """Build the world of a cell; cells that differ only in what is missing give the same one.

    `background` sets how many accounts stand around the campaign, which is drawn otherwise.
    """
    world = World(cell.seed * 1_000_003 + zlib.crc32(cell.world.encode()) % 1_000_003, 1.0)
    world.blanks = float(world.rng.choice([0.0, 0.0, 0.01, 0.04, 0.1]))
    world.unlisted = float(world.rng.choice([0.0, 0.0, 0.02, 0.08, 0.2]))
    _background(world, cell, background)
    if cell.kind == NOBODY:
        return world
    scene = SCENES[cell.scene]
    groups = [_campaign(world, cell) for _ in range(scene.campaigns)]
    for accounts in groups:
        for name in evasions.names(cell.evasion):
            evasions.EVASIONS[name](world, accounts)
        if cell.share < 100:
            evasions.mixed(world, accounts, cell.share / 100)
    if scene.frame:
        scene.frame(world, groups[0])
    if scene.join:
        scene.join(world, groups)
    return world


def write(cell: Cell, folder: Path, background: int | None = None) -> Paths:
    """Write the tables of a cell into a folder."""
    paths, variant, world = Paths(folder), VARIANTS[cell.missing], compose(cell, background)
    folder.mkdir(parents=True, exist_ok=True)
    earlier: list[pl.DataFrame] = []
    rng = np.random.default_rng([cell.seed, zlib.crc32(cell.id.encode())])

    def thin(events: pl.DataFrame) -> pl.DataFrame:
        if SCENES[cell.scene].earlier:
            cut = pl.lit(world.begin + (world.end - world.begin) // 4).cast(pl.Datetime("us", "UTC"))
            earlier.append(events.filter(pl.col(schema.TIMESTAMP) < cut))
            events = events.filter(pl.col(schema.TIMESTAMP) >= cut)
        return variant.events(events, rng)

    events, side, labels = tables(world, thin)
    events, side = variant.tables((events, side), rng)
    events.write_parquet(paths.logs, compression_level=3, row_group_size=50_000)
    labels.write_parquet(paths.labels)
    if variant.side:
        side.write_parquet(paths.accounts)
    for before in earlier:
        before.select(events.columns).write_parquet(paths.earlier, compression_level=3)
    return paths
