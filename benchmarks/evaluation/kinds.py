"""All kinds of campaigns and of look-alikes, with what a judge expects of each."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.evaluation import campaigns, firms, hard, institutions, world
from benchmarks.evaluation.adversaries import ADVERSARIES
from benchmarks.evaluation.operators import Kind

H1, H2, H3, H4, H5, H6 = "H1", "H2", "H3", "H4", "H5", "H6"

CAMPAIGNS: dict[str, Kind] = {
    **campaigns.CAMPAIGNS,
    **{name: kind for name, (kind, _) in hard.HARD.items()},
    **ADVERSARIES,
}
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
} | {
    "accelerator": LookAlike(institutions.accelerator, 6, 60, frozenset({H2, H3, H6})),
    "agency": LookAlike(firms.agency, 4, 40, frozenset({H2, H3, H4})),
    "balanced_reseller": LookAlike(firms.balanced_reseller, 6, 100, frozenset({H4})),
    "bootcamp": LookAlike(institutions.bootcamp, 8, 60, frozenset({H2, H6})),
    "build_matrix": LookAlike(firms.build_matrix, 4, 30, frozenset({H2, H6})),
    "consultancy_vpn": LookAlike(firms.consultancy_vpn, 8, 80, frozenset({H2, H3})),
    "franchise": LookAlike(firms.franchise, 5, 60, frozenset({H2, H6})),
    "hotel_wifi": LookAlike(institutions.hotel_wifi, 10, 100, frozenset({H3})),
    "labelling_firm": LookAlike(firms.labelling_firm, 5, 60, frozenset({H2, H6})),
    "mobile_cgnat": LookAlike(institutions.mobile_cgnat, 40, 200, frozenset({H3})),
    "npc_backend": LookAlike(firms.npc_backend, 3, 25, frozenset({H2})),
    "prompt_course": LookAlike(institutions.prompt_course, 15, 90, frozenset({H6})),
    "research_consortium": LookAlike(institutions.research_consortium, 5, 50, frozenset({H2, H6})),
    "sampled_eval": LookAlike(institutions.sampled_eval, 8, 60, frozenset({H6})),
    "school_district": LookAlike(institutions.school_district, 30, 180, frozenset({H2, H3, H6})),
    "tenants": LookAlike(firms.tenants, 5, 60, frozenset({H2, H4})),
    "viral_agent": LookAlike(institutions.viral_agent, 15, 120, frozenset({H6})),
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
