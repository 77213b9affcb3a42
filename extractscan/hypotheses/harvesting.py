"""The extraction axis: does the linked traffic look like a harvest of capabilities? Kept apart from who is linked."""

from __future__ import annotations

from math import log2

from extractscan.hypotheses.facts import Ask, Facts
from extractscan.hypotheses.weighing import percent

FLOOR = 0.002
"""Rates below one event in 500 are not told apart: a small log cannot measure them."""
LEAST_SHARE = 0.02
CARRIAGE = frozenset({"duty", "ramp", "output_settings"})
CARRIAGE_CAP = 2.0
SECOND_WEIGHT = 0.5


def extraction(facts: Facts) -> list[tuple[str, float, float, str]]:
    """List what speaks for and against a harvest.

    Returns:
        (signal, bits, rate outside, sentence); their sum is the network's extraction bits.
    """
    found = _asks(facts)
    even = facts.load_ratio
    if even is not None and even > 1.15 and facts.units >= 3:
        bits = min(4.0, 2.0 * log2(even))
        found.append(
            ("load", bits, 0.0, f"requests are spread over the members {even:.1f} times more evenly than over others")
        )
    if facts.duty_known:
        bits = log2((facts.round_the_clock + 0.05) / (facts.round_the_clock_outside + 0.05))
        if bits > 0:
            says = f"{percent(facts.round_the_clock)} of the members work round the clock"
            found.append(("duty", min(3.0, bits), facts.round_the_clock_outside, says))
        bits = log2((facts.ramp_share + 0.1) / (facts.ramp_outside + 0.1))
        if bits > 0.5:
            says = f"{percent(facts.ramp_share)} of the members run at full load from their first day"
            found.append(("ramp", min(1.5, bits), facts.ramp_outside, says))
    bits = log2((facts.greedy + 0.05) / (facts.greedy_outside + 0.05))
    if bits > 0.5:
        says = f"{percent(facts.greedy)} of the requests ask for all that one answer can give"
        found.append(("output_settings", min(2.0, bits), facts.greedy_outside, says))
    if facts.stream_known and facts.stream_events >= 30:
        if facts.same_list >= 0.5:
            says = (
                f"{percent(facts.same_list)} of the items were sent by three members or more: everybody runs one list"
            )
            found.append(("item_order", -10.0, 0.0, says))
        elif facts.same_list <= 0.3 and facts.channels.get("content", 0.0) >= 3.0:
            dealt = min(4.0, 0.5 * log2(facts.stream_events)) * (1 - 2 * facts.same_list)
            says = f"one wording, but hardly an item twice ({percent(facts.same_list)}): the work is dealt out"
            found.append(("dealt_deck", dealt, 0.0, says))
    if facts.exchangeable is not None and facts.same_list <= 0.3 and facts.exchangeable > 0.85:
        worded = facts.channels.get("content", 0.0) >= 3.0
        bits = min(4.0 if worded else 1.5, 40 * (facts.exchangeable - 0.85))
        says = f"items are as alike across accounts as within one ({facts.exchangeable:.2f}), as dealt from one queue"
        found.append(("item_mix", bits, 0.0, says))
    if facts.end_users >= 0.5 and facts.end_users_each >= 5:
        says = f"requests carry the ids of the members' own end users ({facts.end_users_each:.0f} an account)"
        found.append(("end_users", -4.0, facts.end_users_outside, says))
    return found if threaded(facts) else _carriage_capped(found)


def _carriage_capped(found: list[tuple[str, float, float, str]]) -> list[tuple[str, float, float, str]]:
    """Let hours, ramp and settings say little together where no wording or request runs through the traffic.

    They tell how traffic is carried, and a reseller's software carries other people's requests in the same way.
    """
    total = sum(bits for name, bits, _, _ in found if name in CARRIAGE)
    scale = min(1.0, CARRIAGE_CAP / total) if total > 0 else 1.0
    return [(name, bits * scale if name in CARRIAGE else bits, rate, says) for name, bits, rate, says in found]


def _asks(facts: Facts) -> list[tuple[str, float, float, str]]:
    scored = sorted(((ask_bits(ask), name, ask) for name, ask in facts.asks.items()), key=lambda row: (-row[0], row[1]))
    found = []
    for rank, (bits, name, ask) in enumerate(scored[:2]):
        weight = bits if rank == 0 else min(3.0, SECOND_WEIGHT * bits)
        if weight > 0.5:
            says = (
                f"{percent(ask.share)} of the stream asks for {ask.title}, {percent(ask.outside)} of other traffic does"
            )
            found.append((name, weight, ask.outside, says))
    return found


def ask_bits(ask: Ask) -> float:
    """Bits of one family: how many times more often the stream asks for it than everybody else, capped."""
    if ask.share < LEAST_SHARE:
        return 0.0
    return max(0.0, min(ask.cap, log2((ask.share + FLOOR) / (ask.outside + FLOOR))))


def threaded(facts: Facts) -> bool:
    """Tell whether the harvest has a thread of its own, a wording or a request, apart from how it is carried."""
    return facts.channels.get("content", 0.0) >= 3.0 or any(ask_bits(ask) >= 3.0 for ask in facts.asks.values())
