"""Measures an analysis against the script that one would write: DuckDB, MinHash of every prompt, a graph of shares.

python -m benchmarks.script_peer [--accounts 1500] [--seed 5] [--python PATH]

The script joins accounts that share a rare address or client and of which two prompts are alike by MinHash, and calls
the components of that graph networks. `--python` names the Python of an environment with what it needs
(script_requirements.txt).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from textwrap import dedent

import polars as pl

from benchmarks import measuring

DEFAULT = measuring.WORLDS / "script-venv" / "bin" / "python"
SCRIPT = dedent(
    """
    import itertools, json, sys
    import duckdb, networkx
    from datasketch import MinHash, MinHashLSH

    log, out = sys.argv[1:]
    rows = duckdb.sql(f"select account_id, prompt from '{log}' where prompt is not null").fetchall()
    shares = duckdb.sql(
        f'''
        with seen as (
            select distinct account_id, 'ip:' || client_ip as value from '{log}' where client_ip is not null
            union all
            select distinct account_id, 'client:' || user_agent || ja4 from '{log}' where user_agent is not null
        ), rare as (select value from seen group by value having count(*) between 2 and 50)
        select a.account_id, b.account_id, count(*) from seen a join seen b using (value) join rare using (value)
        where a.account_id < b.account_id group by all
        '''
    ).fetchall()
    index, sketches = MinHashLSH(threshold=0.5, num_perm=64), []
    for number, (account, prompt) in enumerate(rows):
        words = prompt.lower().split()
        sketch = MinHash(num_perm=64)
        sketch.update_batch([" ".join(words[at : at + 4]).encode() for at in range(max(len(words) - 3, 1))])
        index.insert(number, sketch)
        sketches.append(sketch)
    alike = set()
    for number, sketch in enumerate(sketches):
        for other in index.query(sketch)[:50]:
            one, two = rows[number][0], rows[other][0]
            if one < two:
                alike.add((one, two))
    graph = networkx.Graph()
    graph.add_edges_from((one, two) for one, two, _ in shares)
    both = networkx.Graph()
    both.add_edges_from(pair for pair in alike if graph.has_edge(*pair))
    found = [sorted(each) for each in networkx.connected_components(both) if len(each) >= 3]
    json.dump(found, open(out, "w"))
    """
)


def quality(networks: list[set[str]], labels: Path) -> str:
    """Return precision and recall of the accounts in networks, against the campaigns."""
    campaign = set(pl.read_parquet(labels).filter("campaign")["account_id"])
    accused = set[str]().union(*networks)
    hits = len(accused & campaign)
    return f"{hits / max(len(accused), 1):.3f} | {hits / max(len(campaign), 1):.3f}"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description="An analysis against the script that one would write.")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--python", default=str(DEFAULT))
    given = parser.parse_args()
    print(measuring.here())
    with measuring.world(given.seed, given.accounts) as folder:
        log, out, report = folder / "logs.parquet", folder / "script.json", folder / "report.json"
        print(f"{given.accounts:,} accounts, {len(pl.read_parquet(log, columns=['account_id'])):,} events\n")
        script = measuring.run(given.python, "-c", SCRIPT, str(log), str(out))
        own = measuring.analyze([log], folder / "accounts.parquet", report)
        networks = [n for n in json.loads(report.read_bytes())["networks"] if n["verdict"] == "extraction_network"]
        mine = [{one["account_id"] for one in network["accounts"]} for network in networks]
        theirs = [set(each) for each in json.loads(out.read_bytes())]
        print("| | CPU s | of the script | peak MB | precision | recall |\n|---|---:|---:|---:|---:|---:|")
        for name, cost, found in (("script", script, theirs), ("analyze", own, mine)):
            share = cost.cpu / script.cpu
            scores = quality(found, folder / "labels.parquet")
            print(f"| {name} | {cost.cpu:.1f} | {share:.3f} | {cost.megabytes:,} | {scores} |")


if __name__ == "__main__":
    sys.exit(main())
