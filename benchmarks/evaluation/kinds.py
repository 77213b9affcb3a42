"""All kinds of campaigns and of look-alikes, with what a judge expects of each."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.evaluation import campaigns, hard, world
from benchmarks.evaluation.operators import Kind

H1, H2, H3, H4, H5, H6 = "H1", "H2", "H3", "H4", "H5", "H6"

CAMPAIGNS: dict[str, Kind] = {**campaigns.CAMPAIGNS, **{name: kind for name, (kind, _) in hard.HARD.items()}}
"""Every kind of campaign."""

LEAST = {"one_pool": 9, "ban_rotation": 6, "split_billing": 4}
"""Accounts under which a kind makes no sense; 3 for all others."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An innocent kind: how it is made, how large a group is, and which explanation should lead."""

    make: Kind
    least: int
    most: int
    explained_by: frozenset[str] = frozenset()
    """Hypotheses that are right for it; empty where several are."""


_EXPLAINED: dict[str, frozenset[str]] = {
    "annotation_vendor": frozenset({H2}),
    "app_backend": frozenset({H2}),
    "benchmark_harness": frozenset({H6}),
    "campus_nat": frozenset({H3}),
    "carrier_nat": frozenset({H3}),
    "ci_runners": frozenset({H3}),
    "class_assignment": frozenset({H6}),
    "coding_agent": frozenset({H6}),
    "coworking": frozenset({H3}),
    "declared_company": frozenset({H2}),
    "hackathon": frozenset({H2, H3, H6}),
    "honest_reseller": frozenset({H4}),
    "licensed_distillation": frozenset({H2}),
    "on_the_hour": frozenset({H6}),
    "open_judges": frozenset({H6}),
    "outage_retry": frozenset({H6}),
    "permitted_researchers": frozenset({H2}),
    "prompt_library": frozenset({H6}),
    "public_script": frozenset({H6}),
    "release_rush": frozenset({H6}),
    "stolen_keys": frozenset({H5}),
    "synthetic_vendor": frozenset({H2}),
    "undeclared_company": frozenset({H2}),
    "viral_prompt": frozenset({H6}),
    "vpn_exits": frozenset({H3}),
}

INNOCENTS: dict[str, LookAlike] = {
    name: LookAlike(make, least, most, _EXPLAINED.get(name, frozenset()))
    for name, (make, _, least, most) in world.INNOCENTS.items()
}
"""Every kind of look-alike."""

VICTIMS: dict[str, frozenset[str]] = {
    "framed_by_address": frozenset({H2, H3}),
    "framed_by_referral": frozenset({H2}),
    "framed_by_template": frozenset({H2}),
    "framed_campus": frozenset({H3}),
    "framed_victim": frozenset({H2, H3}),
}
"""Kinds of accounts that only framing makes, and what explains them."""


def explained_by(kind: str) -> frozenset[str]:
    """The hypotheses that are right for an innocent kind; empty where it is not said."""
    if kind in INNOCENTS:
        return INNOCENTS[kind].explained_by
    return VICTIMS.get(kind, frozenset())
