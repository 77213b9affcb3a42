"""Labelled traffic: campaigns and their innocent twins, for tests, measurements and first steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from extractscan.errors import UsageError
from extractscan.simulate import campaigns, crowds, customers, neighbours, world
from extractscan.simulate.plot import Kind

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "work_queue": Kind(True, "one work list dealt evenly over many accounts", campaigns.work_queue, (3, 400)),
        "cross_platform": Kind(True, "several pathways, no billing in common", campaigns.cross_platform, (6, 400)),
        "release_pivot": Kind(True, "half the load moves to a new model in a day", campaigns.release_pivot, (4, 400)),
        "reseller_harvest": Kind(True, "30 % harvest in a reseller's traffic", campaigns.reseller_harvest, (6, 400)),
        "thin_reseller_harvest": Kind(True, "5 % harvest, likewise", campaigns.thin_reseller_harvest, (12, 400)),
        "low_and_slow": Kind(True, "two requests a day from many accounts", campaigns.low_and_slow, (20, 400)),
        "succession": Kind(True, "new accounts take over after bans", campaigns.succession, (6, 400)),
        "paraphrased": Kind(True, "ten to a hundred wordings", campaigns.paraphrased, (8, 400)),
        "trace_injection": Kind(True, "one demand for traces, many languages", campaigns.trace_injection, (6, 400)),
        "own_wording": Kind(True, "each account words alone, wide proxies", campaigns.own_wording, (8, 300)),
        "uneven_loads": Kind(True, "a few accounts carry most", campaigns.uneven_loads, (8, 300)),
        "chained_cells": Kind(True, "cells that share only with neighbours", campaigns.chained_cells, (9, 300)),
        "campus_nat": Kind(False, "students behind one address", neighbours.campus_nat, (20, 600)),
        "carrier_nat": Kind(False, "phones behind a carrier's gateways", neighbours.carrier_nat, (20, 800)),
        "vpn_exits": Kind(False, "strangers behind a VPN", neighbours.vpn_exits, (15, 500)),
        "class_assignment": Kind(False, "one starter text, one campus", neighbours.class_assignment, (12, 300)),
        "hackathon": Kind(False, "a sponsor's card, code and hall", neighbours.hackathon, (10, 150)),
        "family_cards": Kind(False, "households with one card", neighbours.family_cards, (4, 60)),
        "benchmark_harness": Kind(False, "unrelated labs, one public list", crowds.benchmark_harness, (3, 40)),
        "coding_agent": Kind(False, "users of one public agent", crowds.coding_agent, (20, 600)),
        "cron_on_the_hour": Kind(False, "unrelated timers", crowds.cron_on_the_hour, (10, 300)),
        "viral_prompt": Kind(False, "a prompt that went round", crowds.viral_prompt, (30, 800)),
        "release_rush": Kind(False, "everybody tries the new model", crowds.release_rush, (20, 500)),
        "outage_storm": Kind(False, "retries after an outage", crowds.outage_storm, (20, 500)),
        "generation_script": Kind(False, "students run a public script", crowds.generation_script, (8, 80)),
        "company": Kind(False, "one verified organization, many accounts", customers.company, (3, 150)),
        "undeclared_company": Kind(False, "one mail domain and card, old", customers.undeclared_company, (3, 80)),
        "licensed_distillation": Kind(False, "a declared harvest", customers.licensed_distillation, (3, 40)),
        "permitted_researcher": Kind(False, "one account, harvest-like", customers.permitted_researcher, (1, 1)),
        "app_backend": Kind(False, "an application with end users", customers.app_backend, (1, 12)),
        "plain_reseller": Kind(False, "other people's traffic, no harvest", customers.plain_reseller, (5, 120)),
        "annotation_vendor": Kind(False, "people with one guideline", customers.annotation_vendor, (10, 200)),
        "stolen_keys": Kind(False, "victims with a second user", customers.stolen_keys, (5, 80)),
        "startup_credits": Kind(False, "young firms with one code", customers.startup_credits, (8, 120)),
        "gift_cards": Kind(False, "strangers with prepaid cards", customers.gift_cards, (6, 120)),
    }
)
"""Every sort of group that a world can hold beside ordinary accounts."""


def write_world(
    directory: Path,
    *,
    accounts: int = 2000,
    seed: int = 0,
    kinds: Sequence[str] | None = None,
    campaigns: bool = True,
    days: int = 14,
    load: float = 36.0,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a labelled world: logs.parquet (events), accounts.parquet (side table) and labels.parquet.

    Without `kinds`, every kind has a group and more are drawn until 30 to 45 % of accounts are in one; with `kinds`,
    each of these has exactly one. `campaigns=False` leaves all harvests out. `load` is the mean number of events of
    an ordinary account over the whole window; kinds have loads of their own. `progress` is called with accounts done
    and accounts in all. Same arguments, same bytes (on one version of Python, NumPy, Polars and PyArrow).

    Raises:
        UsageError: for an unknown kind, or a world too small for the kinds.
    """
    if accounts < 1 or days < 2 or load < 1:
        raise UsageError(
            f"a world of {accounts} accounts, {days} days and {load:g} events an account is too small",
            hint="at least 1 account, 2 days and 1 event",
        )
    unknown = sorted(set(kinds or ()) - KINDS.keys())
    if unknown:
        raise UsageError(f"unknown kind: {', '.join(unknown)}", hint=f"there are: {', '.join(sorted(KINDS))}")
    names = KINDS.keys() if kinds is None else set(kinds)
    chosen = {name: KINDS[name] for name in sorted(names) if campaigns or not KINDS[name].campaign}
    groups = world.cast(chosen, accounts, np.random.default_rng([seed, 3]), fill=kinds is None)
    world.write(directory, world.parts_of(chosen, groups, accounts), world.scene_of(seed, days, load), progress)
