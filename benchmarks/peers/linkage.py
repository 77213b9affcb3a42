"""Splink: probabilistic record linkage (Fellegi and Sunter) of the accounts by their attributes."""

from __future__ import annotations

from typing import Any

import polars as pl

from benchmarks.peers.sightings import EVENT, OPENING, SIDE, World, named

ATTRIBUTES = (*SIDE, "email_domain", *EVENT, OPENING)
BLOCKED = 300
"""Holders, over which a value proposes no pairs: a block of thousands is millions of pairs."""


def trained(world: World) -> tuple[Any, Any]:
    """Train the linkage without labels, and predict: the linker and its pairs."""
    return _train(records(world))


def at_probability(_world: World, linked: tuple[Any, Any], *, probability: float) -> list[list[str]]:
    """Clusters of pairs over a match probability."""
    linker, predicted = linked
    table = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=probability
    )
    frame = pl.from_arrow(table.as_duckdbpyrelation().to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return named(frame.group_by("cluster_id").agg("unique_id")["unique_id"].to_list())


def records(world: World) -> pl.DataFrame:
    """Return unique_id and the attributes of each account: of what varies by request, the commonest value.

    A value that few hold blocks pairs under `block_NAME`; common ones are null there.
    """
    frame = pl.DataFrame({"unique_id": world.accounts})
    common = world.held.sort("account_id", "kind", "count", "value", descending=[False, False, True, False])
    for kind in (*SIDE, *EVENT, OPENING):
        mine = common.filter(pl.col("kind") == kind).unique("account_id", keep="first", maintain_order=True)
        frame = frame.join(mine.select(unique_id="account_id", **{kind: "value"}), on="unique_id", how="left")
    if "email_domain" in world.side.columns:
        frame = frame.join(
            world.side.select(unique_id="account_id", email_domain="email_domain"), on="unique_id", how="left"
        )
    known = [name for name in ATTRIBUTES if name in frame.columns and frame[name].n_unique() > 2]
    rare = [
        pl.when(pl.len().over(name) <= BLOCKED).then(pl.col(name).cast(pl.String)).alias(f"block_{name}")
        for name in known
    ]
    return frame.select("unique_id", *(pl.col(name).cast(pl.String) for name in known), *rare)


def _train(frame: pl.DataFrame) -> Any:
    import splink.comparison_library as library
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    names = [name for name in frame.columns if name.startswith("block_")]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            library.ExactMatch(name.removeprefix("block_")).configure(term_frequency_adjustments=True) for name in names
        ],
        blocking_rules_to_generate_predictions=[block_on(name) for name in names],
        additional_columns_to_retain=[],
    )
    table = DuckDBAPI().register(frame.to_arrow())
    linker = Linker(table, settings, log_level=50)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for name in names:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(name), estimate_without_term_frequencies=True
            )
        except Exception as error:  # noqa: BLE001 a rule with too few pairs trains nothing; others do
            print(f"splink: no training on {name}: {type(error).__name__}")
    return linker, linker.inference.predict(threshold_match_probability=0.01)
