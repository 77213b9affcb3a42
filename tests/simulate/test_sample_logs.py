"""The sample logs hold what their README and their labels say."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from extractscan import schema

SAMPLES = Path(__file__).parents[2] / "sample_logs"
AGAIN = "; run `python benchmarks/make_sample_logs.py`"


def _canonical(name: str) -> list[str]:
    return pl.read_parquet(SAMPLES / f"{name}.parquet")["account_id"].to_list()


def _lines(path: str, account: Callable[[dict[str, object]], object]) -> list[str]:
    with gzip.open(SAMPLES / path, "rt", encoding="utf-8") as lines:
        return [str(account(json.loads(line))) for line in lines]


ACCOUNTS: dict[str, Callable[[], list[str]]] = {
    "campaign": lambda: _canonical("campaign"),
    "quiet": lambda: _canonical("quiet"),
    "litellm": lambda: _lines("litellm.ndjson.gz", lambda record: record["user"]),
    "bedrock": lambda: _lines("bedrock.jsonl.gz", lambda record: record["identity"]["arn"]),  # type: ignore[index]
}


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_labels_count_the_sample(name: str) -> None:
    """Each account has as many records as its label says."""
    labels = pl.read_parquet(SAMPLES / "labels" / f"{name}.parquet").filter(pl.col("events") > 0)
    assert Counter(ACCOUNTS[name]()) == dict(zip(labels["account_id"], labels["events"], strict=True)), AGAIN


@pytest.mark.parametrize(
    ("name", "kind"), [("campaign", "work_queue"), ("litellm", "succession"), ("bedrock", "trace_injection")]
)
def test_campaigns_are_large_enough_to_be_found(name: str, kind: str) -> None:
    """There is one campaign of twenty accounts or more among six hundred."""
    labels = pl.read_parquet(SAMPLES / "labels" / f"{name}.parquet")
    assert labels.height >= 600
    assert labels.filter("campaign")["kind"].unique().to_list() == [kind]
    assert labels.filter("campaign").height >= 20


def test_the_quiet_sample_is_quiet() -> None:
    """No account of the quiet sample is a campaign's."""
    labels = pl.read_parquet(SAMPLES / "labels" / "quiet.parquet")
    assert labels.height >= 600
    assert not labels["campaign"].any()


def test_the_readme_counts_right() -> None:
    """The numbers of accounts in the README are those of the labels, and every file is named."""
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for name, word in (
        ("campaign", "accounts"),
        ("quiet", "accounts"),
        ("litellm", "accounts"),
        ("bedrock", "principals"),
    ):
        labels = pl.read_parquet(SAMPLES / "labels" / f"{name}.parquet")
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}."))
        assert f"{labels.height} {word}" in row
        hidden = labels.filter("campaign").height
        assert not hidden or f" of {hidden} " in row
    for path in SAMPLES.glob("*.*"):
        assert path.name == "README.md" or f"`{path.name}`" in readme


def test_samples_are_canonical_and_small() -> None:
    """Canonical samples have the canonical columns; all samples together stay under 3 MB."""
    for name in ("campaign", "quiet"):
        assert pl.read_parquet_schema(SAMPLES / f"{name}.parquet") == dict(schema.EVENTS)
        assert pl.read_parquet_schema(SAMPLES / f"{name}_accounts.parquet") == dict(schema.ACCOUNTS)
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 3_000_000
