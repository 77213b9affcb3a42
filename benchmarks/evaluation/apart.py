"""Run many judgements, each in a process of its own, a few at a time, for as long as there is time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import extractscan

Result = dict[str, Any]


def tool_state() -> str:
    """Name the state of the analysis, so that results of another one are not mixed in."""
    here = hashlib.sha256()
    root = Path(extractscan.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
        here.update(path.read_bytes())
    return here.hexdigest()[:12]


def one(module: str, options: Sequence[str]) -> Result:
    """Run a module that prints one JSON document; a crash is a result too, with the end of what it said."""
    threads = {"POLARS_MAX_THREADS": os.environ.get("POLARS_MAX_THREADS", "1")}
    command = [sys.executable, "-m", module, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | threads)
    if done.returncode:
        return {"failed": done.stderr[-2000:] or f"exit {done.returncode}"}
    result: Result = json.loads(done.stdout)
    return result


def run(module: str, wanted: Mapping[str, Sequence[str]], jobs: int, budget: float) -> Iterator[tuple[str, Result]]:
    """Yield name and result as they come; `wanted` gives the options by name, none is begun after `budget` seconds."""
    stop = time.monotonic() + budget
    left = list(wanted)[::-1]
    with ThreadPoolExecutor(jobs) as pool:
        waiting: dict[Future[Result], str] = {}
        while left or waiting:
            while left and len(waiting) < jobs and time.monotonic() < stop:
                name = left.pop()
                waiting[pool.submit(one, module, wanted[name])] = name
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()


def stored(path: Path, name: str, made_with: str) -> dict[str, Result]:
    """Results on disk that were made with this state of tool and worlds, by what `name` holds."""
    lines = path.read_text().splitlines() if path.exists() else []
    rows: list[Result] = [json.loads(line) for line in lines]
    return {str(r[name]): r for r in rows if r["state"] == made_with}
