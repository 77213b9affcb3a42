"""Write a labelled world: `python -m benchmarks.evaluation.world --seed S --recipe mixed -o DIR`."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.evaluation import crowds, customers, ordinary
from benchmarks.evaluation.campaigns import CAMPAIGNS
from benchmarks.evaluation.corpus import REQUIREMENTS
from benchmarks.evaluation.hard import HARD
from benchmarks.evaluation.logs import tables
from benchmarks.evaluation.operators import Kind
from benchmarks.evaluation.scene import World
from extractscan import schema

INNOCENTS: dict[str, tuple[Kind, float, int, int]] = {
    "annotation_vendor": (customers.annotation_vendor, 0.03, 10, 50),
    "app_backend": (customers.app_backend, 0.03, 3, 20),
    "benchmark_harness": (crowds.benchmark_harness, 0.05, 10, 60),
    "campus_nat": (crowds.campus_nat, 0.07, 60, 200),
    "carrier_nat": (crowds.carrier_nat, 0.06, 60, 200),
    "ci_runners": (crowds.ci_runners, 0.03, 20, 80),
    "class_assignment": (crowds.class_assignment, 0.06, 20, 80),
    "coding_agent": (crowds.coding_agent, 0.1, 80, 300),
    "coworking": (crowds.coworking, 0.02, 10, 30),
    "declared_company": (customers.declared_company, 0.06, 10, 80),
    "family_cards": (crowds.family_cards, 0.05, 40, 150),
    "hackathon": (crowds.hackathon, 0.03, 20, 90),
    "honest_reseller": (customers.honest_reseller, 0.05, 15, 120),
    "licensed_distillation": (customers.licensed_distillation, 0.025, 5, 40),
    "on_the_hour": (crowds.on_the_hour, 0.03, 30, 90),
    "open_harvester": (customers.open_harvester, 0.01, 5, 30),
    "open_judges": (crowds.open_judges, 0.025, 15, 60),
    "outage_retry": (crowds.outage_retry, 0.04, 40, 120),
    "permitted_researchers": (customers.permitted_researchers, 0.01, 3, 12),
    "prompt_library": (crowds.prompt_library, 0.04, 30, 120),
    "public_script": (crowds.public_script, 0.025, 15, 60),
    "release_rush": (crowds.release_rush, 0.04, 40, 120),
    "stolen_keys": (customers.stolen_keys, 0.025, 12, 60),
    "synthetic_vendor": (customers.synthetic_vendor, 0.01, 4, 25),
    "undeclared_company": (customers.undeclared_company, 0.04, 6, 50),
    "viral_prompt": (crowds.viral_prompt, 0.03, 30, 120),
    "vpn_exits": (crowds.vpn_exits, 0.03, 40, 120),
}
"""Kind: its function, its share of the accounts in look-alike groups, and the sizes of one group."""

OFTEN_MISSING = (
    schema.JA4,
    schema.DEVICE,
    schema.EMAIL,
    schema.EMAIL_DOMAIN,
    schema.COMPLETION,
    schema.ORGANIZATION,
    schema.VERIFIED,
    schema.SESSION,
    schema.ASN,
    schema.PHONE,
    schema.SIGNUP_IP,
    schema.SIGNUP_DEVICE,
    schema.REFERRAL,
    schema.TOOL_NAMES,
    schema.USER_AGENT,
)
"""What `--drop random` chooses from: a third of these, by seed."""

JUDGES = {"run", "metrics", "apart", "cells", "grid", "judging", "null_worlds", "table"}
"""Modules of this folder that no world depends on."""

CAMPAIGN_ACCOUNTS, INNOCENT_ACCOUNTS, OTHER_ACCOUNTS, HARD_ACCOUNTS = 1190, 3050, 6000, 3000
SIZES = {"low_slow": 3.0, "reasoning_tags": 1.5, "split_billing": 1.3, "best_of_many": 0.5, "rubric_reward": 0.6}


def _campaigns(world: World, names: list[str], total: int) -> None:
    weights = np.array([SIZES.get(n, 1.0) for n in names]) * world.rng.gamma(1.5, 1, len(names)) + 0.08
    for name, share in zip(names, weights / weights.sum(), strict=True):
        CAMPAIGNS[name](world, name, world.group(name), max(8, round(share * total)))


def _innocents(world: World) -> None:
    for name, (make, share, least, most) in INNOCENTS.items():
        left = round(share * INNOCENT_ACCOUNTS * world.scale)
        while left >= 3:
            size = min(left, int(world.rng.integers(least, most + 1)))
            size = left if left - size < 3 else size
            left -= size
            make(world, name, world.group(name), size)


def _hard(world: World) -> None:
    for name, (make, share) in HARD.items():
        size = round(share * HARD_ACCOUNTS * world.scale * world.rng.uniform(0.7, 1.3))
        make(world, name, world.group(name), max(9, size))
    customers.open_harvester(world, "open_harvester", world.group("open_harvester"), max(3, round(40 * world.scale)))


def compose(seed: int, scale: float, recipe: str) -> World:
    """Build a world by a recipe: mixed, hard, innocents_only, or campaigns_only:KIND."""
    world = World(seed, scale)
    ordinary.everybody(world, round(OTHER_ACCOUNTS * scale))
    name, _, kind = recipe.partition(":")
    if name == "mixed":
        _campaigns(world, sorted(CAMPAIGNS), round(CAMPAIGN_ACCOUNTS * scale))
    elif name == "hard":
        _hard(world)
    elif name == "campaigns_only":
        _alone(world, kind)
    elif name != "innocents_only":
        raise ValueError(f"unknown recipe {recipe}; there are mixed, hard, innocents_only, campaigns_only:KIND")
    if name in {"mixed", "hard", "innocents_only"}:
        _innocents(world)
    return world


def _alone(world: World, kind: str) -> None:
    kinds: dict[str, Kind] = {**CAMPAIGNS, **{n: make for n, (make, _) in HARD.items()}}
    if kind not in kinds:
        sys.exit(f"unknown campaign {kind!r}; there are {', '.join(sorted(kinds))}")
    kinds[kind](world, kind, world.group(kind), max(8, round(world.rng.uniform(60, 250) * world.scale)))


def dropped(drop: str, seed: int) -> list[str]:
    """Columns to leave out: names joined by commas, or `random`, which draws a third of those often missing."""
    if drop == "random":
        rng = np.random.default_rng([seed, 7])
        return sorted(str(c) for c in rng.choice(OFTEN_MISSING, len(OFTEN_MISSING) // 3, replace=False))
    names = sorted({n.strip() for n in drop.split(",") if n.strip()})
    wrong = [n for n in names if (n not in schema.EVENTS and n not in schema.ACCOUNTS) or n in schema.REQUIRED]
    if wrong:
        sys.exit(f"cannot drop {', '.join(wrong)}: no such column, or one that every log has")
    return names


def maker() -> str:
    """Name the state of this generator and its texts, so that a stale world is not taken for a current one."""
    here = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in JUDGES and not path.stem.startswith("test_"):
            here.update(path.read_bytes())
    here.update(REQUIREMENTS.read_bytes())
    return here.hexdigest()[:16]


def write(seed: int, scale: float, recipe: str, folder: Path, drop: str = "") -> None:
    """Write logs, accounts, labels and a note of how they were made into a folder."""
    columns = dropped(drop, seed)
    events, side, labels = tables(compose(seed, scale, recipe))
    folder.mkdir(parents=True, exist_ok=True)
    events.drop(columns, strict=False).write_parquet(
        folder / "logs.parquet", compression_level=7, row_group_size=50_000
    )
    side.drop(columns, strict=False).write_parquet(folder / "accounts.parquet")
    labels.write_parquet(folder / "labels.parquet")
    note = {"seed": seed, "scale": scale, "recipe": recipe, "dropped": columns, "maker": maker()}
    (folder / "world.json").write_text(json.dumps(note, indent=2) + "\n")


def main() -> None:
    """Read the options, write the world, say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--recipe", default="mixed")
    parser.add_argument("--drop", default="", help="columns to leave out, joined by commas, or `random`")
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    begun = time.perf_counter()
    write(given.seed, given.scale, given.recipe, given.output, given.drop)
    size = (given.output / "logs.parquet").stat().st_size / 1e6
    print(f"{given.output}: {size:.0f} MB of logs in {time.perf_counter() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
