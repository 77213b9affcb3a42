"""Run one peer on one world: `python -m benchmarks.peers.one PEER WORLD OUT`, in the peers' own environment."""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers.peers import PEERS, settings
from benchmarks.peers.sightings import read


def peak() -> int:
    """Return the most memory that this process or the largest of its children has held, in MB; Linux only."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(found[1]) if found else 0, children) // 1024


def main() -> None:
    """Write a JSON object: package and version, peak memory, and for each setting its seconds and groups.

    Seconds are of one run with that setting: reading the world, the costly step, the cheap step.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("world", type=Path)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    peer = PEERS[given.peer]
    begun = time.perf_counter()
    world = read(given.world)
    reading = time.perf_counter() - begun
    tried = []
    for costly in settings(peer.costly):
        begun = time.perf_counter()
        prepared = peer.prepare(world, **costly)
        preparing = time.perf_counter() - begun
        for cheap in settings(peer.cheap):
            begun = time.perf_counter()
            groups = peer.cluster(world, prepared, **cheap)
            seconds = reading + preparing + time.perf_counter() - begun
            tried.append({"setting": {**costly, **cheap}, "seconds": round(seconds, 2), "groups": groups})
        print(f"{given.peer} {costly}: {preparing:.1f} s", file=sys.stderr, flush=True)
    package = f"{peer.package} {version(peer.package)}" if peer.package else ""
    part = given.output.with_suffix(".part")
    part.write_text(json.dumps({"package": package, "megabytes": peak(), "tried": tried}))
    part.replace(given.output)


if __name__ == "__main__":
    main()
