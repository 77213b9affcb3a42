"""Prints what every stage of an analysis costs: CPU seconds, seconds by the clock, and its own peak of memory.

python -m benchmarks.stages LOG... [--accounts TABLE] [--memory-limit SIZE] [--shuffles 20] [--texts 250000]
    [--report FILE] [--json]

With `--texts` only so many prompts are read for their wording, as of a log of millions, so that what a large log costs
by then can be seen on a smaller one. Each stage is told on stderr as soon as it is over: large logs take an hour.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

from extractscan.cli.allocators import give_memory_back

STAGES: Final = {
    "reading": ("reading", "read"),
    "known": ("told", "told"),
    "tables": ("groundwork", "lay"),
    "search": ("networks", "find"),
    "judgement": ("trial", "hear"),
    "second reading": ("rehearing", "read_again"),
    "shuffles": ("null_test", "run"),
    "cases": ("dossier", "network"),
    "smallest": ("pipeline", "smallest_detectable"),
    "hashes": ("pipeline", "_sealed"),
}
"""Stage, and the function that does it."""
WITHIN: Final = {"second reading": "judgement"}
"""Stages that are a part of another. What else is called within one counts for that one alone."""


def cpu() -> float:
    """Seconds of CPU that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """Peak of resident memory, in units of 2**20 bytes, since it was last forgotten."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def forget() -> None:
    """Let the peak begin anew; where the system has no such thing (Linux has) peaks are those by the end of a stage."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


@dataclass
class Cost:
    """What one stage took: seconds of CPU and by the clock, and the most memory in units of 2**20 bytes."""

    cpu: float = 0.0
    wall: float = 0.0
    peak: int = 0


@dataclass
class Meter:
    """What the stages of an analysis took so far, in the order in which they began."""

    costs: dict[str, Cost] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    peak: int = 0

    def look(self) -> None:
        """Give the peak since the last look to the whole and to all that is running, and begin anew."""
        high = peak()
        self.peak = max(self.peak, high)
        for stage in self.running:
            self.costs[stage].peak = max(self.costs[stage].peak, high)
        forget()

    def timed(self, stage: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and adds to what the stage took."""

        def run(*given: Any, **named: Any) -> Any:
            if self.running and self.running != [WITHIN.get(stage)]:
                return real(*given, **named)
            self.look()
            self.running.append(stage)
            spent = self.costs.setdefault(stage, Cost())
            before, since = cpu(), monotonic()
            try:
                return real(*given, **named)
            finally:
                self.look()
                self.running.pop()
                spent.cpu, spent.wall = spent.cpu + cpu() - before, spent.wall + monotonic() - since
                print(f"{stage}: {spent.cpu:.1f} CPU s, {spent.wall:.1f} s, {spent.peak:,} MB", file=sys.stderr)

        return run


@contextmanager
def measured(meter: Meter) -> Iterator[None]:
    """Meter the stages of analyses in this block."""
    import extractscan.pipeline

    del extractscan.pipeline
    kept = []
    for stage, (module, name) in STAGES.items():
        holder = sys.modules[f"extractscan.{module}"]
        real = getattr(holder, name)
        kept.append((holder, name, real))
        setattr(holder, name, meter.timed(stage, real))
    try:
        yield
    finally:
        for holder, name, real in kept:
            setattr(holder, name, real)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Cost of each stage of an analysis.")
    parser.add_argument("logs", nargs="+")
    parser.add_argument("--accounts")
    parser.add_argument("--memory-limit", metavar="SIZE", help="such as 2GB; none by default")
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--texts", type=int, help="prompts up to which a log is read whole")
    parser.add_argument("--report", type=Path, help="write the report as JSON as well")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Analyse once and print a line a stage."""
    given = arguments()
    give_memory_back()
    import msgspec

    from extractscan import pipeline, sampling
    from extractscan.cli.amounts import memory
    from extractscan.settings import Settings

    if given.texts is not None:
        sampling.ALL_TEXTS = given.texts  # type: ignore[misc]
    meter = Meter()
    started, since = cpu(), monotonic()
    meter.look()
    start = Cost(started, 0.0, meter.peak)
    with measured(meter):
        report = pipeline.analyze(
            given.logs,
            accounts=given.accounts,
            settings=Settings(shuffles=given.shuffles),
            reproducible=True,
            memory=memory(given.memory_limit) if given.memory_limit else None,
        )
    if given.report is not None:
        given.report.write_bytes(msgspec.json.encode(report))
    meter.look()
    stages = {"start": start, **meter.costs, "all": Cost(cpu(), monotonic() - since, meter.peak)}
    held = sum(len(network.accounts) for network in report.networks)
    sent = sum(network.events for network in report.networks)
    size = {"events": report.coverage.events, "accounts": report.coverage.accounts, "linked": held, "theirs": sent}
    if given.json:
        print(json.dumps({"size": size, "stages": {name: [one.cpu, one.peak] for name, one in stages.items()}}))
        return
    print(", ".join(f"{value:,} {name}" for name, value in size.items()))
    print(f"{report.coverage.shuffles} shuffles\n\n| stage | CPU s | wall s | peak MB |\n|---|---:|---:|---:|")
    for stage, one in stages.items():
        print(f"| {stage} | {one.cpu:.2f} | {one.wall:.1f} | {one.peak:,.0f} |")


if __name__ == "__main__":
    main()
