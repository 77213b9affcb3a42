"""The six explanations of a network, one file each, and the verdict that their weights lead to."""

from __future__ import annotations

from collections.abc import Callable

from extractscan.hypotheses import (
    compromised_keys,
    extraction_operator,
    popular_content,
    reseller,
    shared_infrastructure,
    single_customer,
)
from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.weighing import Weighed
from extractscan.model import Verdict
from extractscan.settings import Settings

HYPOTHESES: tuple[Callable[[Facts], Weighed], ...] = (
    extraction_operator.weigh,
    single_customer.weigh,
    shared_infrastructure.weigh,
    reseller.weigh,
    compromised_keys.weigh,
    popular_content.weigh,
)
"""H1 to H6, in their order."""
RUN_THROUGH_BITS = 1.0
"""Bits that a harvest may lack where one wording runs through it and no innocent explanation comes near."""


def weigh(facts: Facts) -> list[Weighed]:
    """Weigh all six, best first; ties keep their order."""
    return sorted((hypothesis(facts) for hypothesis in HYPOTHESES), key=lambda w: -round(w.bits, 3))


def verdict(
    weighed: list[Weighed], extraction_bits: float, settings: Settings, *, thread: bool, run_through: bool = False
) -> Verdict:
    """Say what the report says of a network whose coordination stands.

    A clear harvest threaded through a reseller stays an extraction network: the reseller is named as an explanation of
    the rest of its traffic. `thread` says that the harvest has a wording or a request of its own, and more than mixed
    items to show for it. Any other innocent
    explanation that comes within the margin takes the accusation away, and explains the group only where it leads the
    hidden operator by the margin as well: between the two, coordination stands and nothing more is said. Where no
    innocent explanation stands, the operator still has to lead over none, which weighs nothing. `run_through` says that
    one private wording runs through nearly all that they send: where he leads by twice the margin as well, a
    harvest that is one bit short is enough.
    """
    bits = {one.name: one.bits for one in weighed}
    guilty = bits["extraction_operator"]
    rivals = {name: b for name, b in bits.items() if name != "extraction_operator"}
    alone = run_through and guilty - max(0.0, *rivals.values()) >= 2 * settings.hypothesis_margin_bits
    harvest = extraction_bits >= settings.extraction_bits - (RUN_THROUGH_BITS if alone else 0.0)
    clear = thread and extraction_bits >= settings.extraction_bits + settings.hypothesis_margin_bits / 2
    strongest = max(0.0, *(b for name, b in rivals.items() if not (clear and name == "reseller")))
    if harvest and guilty - strongest >= settings.hypothesis_margin_bits:
        return "extraction_network"
    leader = weighed[0].name
    if leader == "reseller" and not harvest:
        return "reseller"
    if leader in {"extraction_operator", "reseller"} or weighed[0].bits - guilty < settings.hypothesis_margin_bits:
        return "coordinated"
    return "explained"
