"""All peers on the same worlds in one table: `python -m benchmarks.peers.run --seeds 1,2 --recipe mixed,hard`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.evaluation import corpus
from benchmarks.evaluation import world as worlds
from benchmarks.evaluation.run import REPORTING
from benchmarks.measuring import here, seeds_of
from benchmarks.peers import table
from benchmarks.peers.peers import PEERS

QUIET = "innocents_only"
OWN = "extractscan"
PEERS_PYTHON = corpus.WORLDS / "peers-venv" / "bin" / "python"


def made(seed: int, scale: float, recipe: str) -> Path:
    """Return the folder of a world, made in a process of its own if it is not there or its recipe has changed."""
    place = corpus.WORLDS / f"{recipe.replace(':', '-')}-x{scale:g}-{seed}"
    note = place / "world.json"
    if not note.exists() or json.loads(note.read_text()).get("maker") != worlds.maker():
        asked = ("--seed", str(seed), "--scale", str(scale), "--recipe", recipe, "-o", str(place))
        subprocess.run([sys.executable, "-m", "benchmarks.evaluation.world", *asked], check=True)
    return place


def code_of(name: str) -> str:
    """Name the state of the code that decides a peer's result: its module and what it is given, or the package."""
    here = Path(__file__).parent
    if name == OWN:
        package = here.parents[1] / "extractscan"
        files = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".toml"})
    else:
        peer = PEERS[name]
        files = [here / f"{peer.prepare.__module__.rpartition('.')[2]}.py", here / "sightings.py", here / "one.py"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    told = "" if name == OWN else repr((PEERS[name].costly, PEERS[name].cheap))
    digest.update(told.encode())
    return digest.hexdigest()[:12]


def result(name: str, place: Path, python: Path, minutes: float) -> dict[str, Any] | None:
    """Return what a peer found on a world, from an earlier run with the same code or from a new one; None if it fails.

    Each run is a process of its own. A peer that takes longer than `minutes` is stopped and stands as failed.
    """
    maker = json.loads((place / "world.json").read_text())["maker"]
    kept = place / "peers" / f"{name}-{maker}-{code_of(name)}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        own = [sys.executable, "-m", "benchmarks.peers.own"]
        command = own if name == OWN else [str(python), "-m", "benchmarks.peers.one", name]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        try:
            subprocess.run([*command, str(place), str(kept)], check=True, env=environment, timeout=minutes * 60)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"{name} on {place.name}: {error}", file=sys.stderr, flush=True)
            return None
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def runs_of(found: dict[str, Any], customer: Mapping[str, str], sizes: Sequence[int]) -> dict[str, table.Run]:
    """Return the run of each setting and least size of a group, by name."""
    runs = {}
    for tried in found["tried"]:
        for least in sizes:
            told = [f"{key} {value}" for key, value in tried["setting"].items()]
            told += [f"groups of {least}"] if len(sizes) > 1 else []
            groups = table.assigned(tried["groups"], customer, least)
            runs[", ".join(told)] = table.Run(groups, tried["seconds"], found["megabytes"])
    return runs


def customers(place: Path) -> dict[str, str]:
    """Return the organization of every account that declares one, unless it is known to be unverified."""
    side = pl.read_parquet(place / "accounts.parquet")
    if "organization_id" not in side.columns:
        return {}
    named = side.filter(pl.col("organization_id").is_not_null())
    if "organization_verified" in named.columns:
        named = named.filter(pl.col("organization_verified").fill_null(value=True))
    return dict(named.select("account_id", "organization_id").iter_rows())


def line(name: str, places: dict[int, Path], quiet: dict[int, Path], given: argparse.Namespace) -> tuple[str, str]:
    """Run a peer on all worlds of a recipe and return its row and the package that did the work."""
    title = OWN if name == OWN else PEERS[name].title
    least = table.LEAST[:1] if name == OWN else table.LEAST
    scores: dict[str, list[table.Score]] = defaultdict(list)
    runs: dict[str, list[table.Run]] = defaultdict(list)
    calm: dict[str, list[table.Run]] = defaultdict(list)
    package = ""
    for place in places.values():
        found = result(name, place, given.python, given.minutes)
        if found is None:
            return (
                f"| {title} | failed or took over {given.minutes:g} min | {' | '.join('–' * len(table.COLUMNS))} |",
                "",
            )
        labels = pl.read_parquet(place / "labels.parquet").filter("campaign")
        truth = dict(labels.select("account_id", "group_id").iter_rows())
        package = found["package"]
        for setting, run in runs_of(found, customers(place), least).items():
            scores[setting].append(table.score(run.found, truth))
            runs[setting].append(run)
    for place in quiet.values():
        found = result(name, place, given.python, given.minutes)
        for setting, run in runs_of(found, customers(place), least).items() if found is not None else ():
            calm[setting].append(run)
    chosen = table.best(scores)
    return table.row(title, chosen, scores[chosen], runs[chosen], calm[chosen]), package


def notes(packages: dict[str, str]) -> list[str]:
    """Say what runs for each peer."""
    told = [f"- {OWN}: one run with the settings that everybody gets; nothing is chosen by labels"]
    ran = [name for name in PEERS if name in packages]
    return told + [f"- {PEERS[n].title}: {packages[n] + ', ' if packages[n] else ''}{PEERS[n].how}" for n in ran]


def page(given: argparse.Namespace) -> str:
    """Run everything and write the page; what was run before with the same code is taken from disk."""
    seeds = seeds_of(given.seeds)
    names = given.only.split(",") if given.only else [*PEERS, OWN]
    quiet = {seed: made(seed, given.scale, QUIET) for seed in seeds}
    command = f"python -m benchmarks.peers.run --seeds {given.seeds} --recipe {given.recipe} --scale {given.scale:g}"
    written = [f"`{command}`: {here()}", ""]
    packages: dict[str, str] = {}
    for recipe in given.recipe.split(","):
        places = {seed: made(seed, given.scale, recipe) for seed in seeds}
        sizes = [pl.read_parquet(place / "labels.parquet") for place in places.values()]
        accounts, events = sum(map(len, sizes)), sum(int(each["events"].sum()) for each in sizes)
        written += [f"**{recipe}**: {len(seeds)} worlds, {accounts:,} accounts, {events:,} requests", "", *table.head()]
        for name in names:
            told, packages[name] = line(name, places, quiet, given)
            written.append(told)
            print(told, file=sys.stderr, flush=True)
        written.append("")
    return "\n".join([*written, *notes(packages), ""])


def main() -> None:
    """Read the options, run, and write the page to stdout or a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1", help="numbers joined by commas, or A-B")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--recipe", default="mixed,hard", help="recipes joined by commas")
    parser.add_argument("--only", default="", help=f"peers joined by commas, of {', '.join([*PEERS, OWN])}")
    parser.add_argument("--minutes", type=float, default=60.0, help="the most that one peer may take on one world")
    parser.add_argument("--python", type=Path, default=PEERS_PYTHON, help="Python of the peers' environment")
    parser.add_argument("-o", "--output", type=Path, help="file to write the table to")
    given = parser.parse_args()
    if set(seeds_of(given.seeds)) & set(REPORTING):
        print("reporting seeds: for the figures of a release only", file=sys.stderr)
    if not given.python.exists():
        sys.exit(
            f"no {given.python}: make the environment that benchmarks/peers/requirements.txt describes, or --python"
        )
    text = page(given)
    if given.output is None:
        print(text)
    else:
        given.output.write_text(text)


if __name__ == "__main__":
    main()
