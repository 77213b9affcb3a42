"""Prints what every stage of an analysis costs: CPU seconds and how high memory has risen by its end.

python -m benchmarks.stages LOG... [--accounts TABLE] [--shuffles 1] [--texts 250000] [--json]

With `--texts` only so many prompts are read for their wording, as of a log of millions, so that what a large log costs
by then can be seen on a smaller one.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from extractscan.cli.allocators import give_memory_back

STAGES: Final = {
    "reading": ("reading", "read"),
    "tables": ("groundwork", "lay"),
    "search": ("networks", "find"),
    "judgement": ("trial", "hear"),
    "shuffles": ("null_test", "run"),
    "smallest": ("pipeline", "smallest_detectable"),
    "hashes": ("pipeline", "_sealed"),
}
"""Stage, and the function that does it."""


def cpu() -> float:
    """Seconds of CPU that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """Peak of resident memory so far, in units of 2**20 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@contextmanager
def measured(costs: dict[str, list[float]]) -> Iterator[None]:
    """Add up what the stages of analyses in this block cost: CPU seconds, and the peak after the last of each."""
    import extractscan.pipeline

    del extractscan.pipeline
    kept = []
    for stage, (module, name) in STAGES.items():
        holder = sys.modules[f"extractscan.{module}"]
        real = getattr(holder, name)
        kept.append((holder, name, real))
        setattr(holder, name, _timed(stage, real, costs))
    try:
        yield
    finally:
        for holder, name, real in kept:
            setattr(holder, name, real)


def _timed(stage: str, real: Callable[..., Any], costs: dict[str, list[float]]) -> Callable[..., Any]:
    running: list[str] = costs.setdefault("", [])  # type: ignore[assignment]

    def run(*given: Any, **named: Any) -> Any:
        if running:  # a stage within a stage: the search within the smallest network
            return real(*given, **named)
        running.append(stage)
        before = cpu()
        try:
            return real(*given, **named)
        finally:
            running.pop()
            spent, _ = costs.get(stage, [0.0, 0.0])
            costs[stage] = [spent + cpu() - before, peak()]

    return run


def main() -> None:
    """Analyse once and print a line a stage."""
    parser = argparse.ArgumentParser(description="Cost of each stage of an analysis.")
    parser.add_argument("logs", nargs="+")
    parser.add_argument("--accounts")
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--texts", type=int, help="prompts up to which a log is read whole")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    give_memory_back()
    from extractscan import pipeline, sampling
    from extractscan.settings import Settings

    if given.texts is not None:
        sampling.ALL_TEXTS = given.texts  # type: ignore[misc]
    started, base = cpu(), peak()
    costs: dict[str, list[float]] = {}
    with measured(costs):
        report = pipeline.analyze(given.logs, accounts=given.accounts, settings=Settings(shuffles=given.shuffles))
    costs.pop("")
    stages = {"start": [started, base], **costs, "all": [cpu(), peak()]}
    held = sum(len(network.accounts) for network in report.networks)
    sent = sum(network.events for network in report.networks)
    size = {"events": report.coverage.events, "accounts": report.coverage.accounts, "linked": held, "theirs": sent}
    if given.json:
        print(json.dumps({"size": size, "stages": stages}))
        return
    print(", ".join(f"{value:,} {name}" for name, value in size.items()))
    print("\n| stage | CPU s | peak MB |\n|---|---:|---:|")
    for stage, (seconds, megabytes) in stages.items():
        print(f"| {stage} | {seconds:.2f} | {megabytes:,.0f} |")


if __name__ == "__main__":
    main()
