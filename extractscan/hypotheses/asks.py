"""What a group asks for aloud: what only a harvest asks for, what somebody hands in or publishes, or nothing known."""

from __future__ import annotations

from math import log2

from extractscan.hypotheses.facts import Ask, Facts
from extractscan.hypotheses.weighing import percent

FLOOR = 0.002
"""Rates below one event in 500 are not told apart: a small log cannot measure them."""
LEAST_SHARE = 0.02
ASKING, LOUD = 3.0, 5.0
"""Bits of a request from which it is one of a harvest, and from which shared addresses do not explain it."""
SECOND_WEIGHT = 0.5
PRODUCTS = 0.3
"""Share of the stream that asks for essays, search pages, reviews or comments from which these are what it is for."""
UNTHREADED_MIX = 2.9
"""The most that dealt items say where neither a wording nor a request runs through the traffic: a reseller that deals
his customers' requests over all accounts looks the same."""
WORDED_BITS = 3.0
"""Mean bits of the content channel, from which a group has a wording of its own."""
FORM, FORM_PROMPTS = 1.5, 100
"""Words that each request adds to those of the requests before, under which a form is filled in from short lists; and
the requests from which that is told."""
Sign = tuple[str, float, float, str]
"""Signal, bits, rate outside, sentence."""


def said(facts: Facts) -> list[Sign]:
    """List the two loudest requests, each family by its most telling rules.

    Where no wording runs through them and too few items tell whose they are, they may be one person's way of asking.
    """
    scored = sorted(((ask_bits(ask), name, ask) for name, ask in facts.asks.items()), key=lambda row: (-row[0], row[1]))
    best = {ask.title: (bits, name, ask) for bits, name, ask in reversed(scored)}
    alone = facts.exchangeable is None and facts.channels.get("content", 0.0) < WORDED_BITS
    found: list[Sign] = []
    ranked = sorted(best.values(), key=lambda row: (-row[0], row[1]))
    for rank, (bits, name, ask) in enumerate(ranked[:2]):
        weight = bits if rank == 0 else min(3.0, SECOND_WEIGHT * bits)
        weight = min(weight, UNTHREADED_MIX) if alone else weight
        if weight > 0.5:
            says = (
                f"{percent(ask.share)} of the stream asks for {ask.title}, {percent(ask.outside)} of other traffic does"
            )
            found.append((name.partition(".")[0], weight, ask.outside, says))
    return found


def asking(facts: Facts) -> bool:
    """Tell whether something that a harvest asks for is asked for at all, beyond what anybody may ask for."""
    return any(ask_bits(ask) >= ASKING for ask in facts.asks.values())


def mill(facts: Facts) -> bool:
    """Tell whether a group asks for what somebody hands in or publishes, and for nothing that a harvest asks for."""
    return facts.products >= PRODUCTS and not asking(facts)


def filled_in(facts: Facts) -> bool:
    """Tell whether requests are a form filled in from short lists, of places or keywords, and no tasks.

    Each task brings words of its own, however many went before: in campaigns that were made of public tasks five and
    more, of 1,200 requests. One that many members sent counts once. Who asks for what a harvest asks for may draw it
    from short lists all the same.
    """
    if facts.new_words is None or facts.worded_prompts < FORM_PROMPTS or asking(facts):
        return False
    alone = 1.0 - facts.same_list if facts.list_items else 1.0
    items = facts.list_items + alone * facts.worded_prompts
    return facts.new_words * facts.worded_prompts < FORM * items


def loud(facts: Facts) -> bool:
    """Tell whether something is asked for aloud that only a harvest asks for."""
    return any(ask_bits(ask) >= LOUD for ask in facts.asks.values())


def ask_bits(ask: Ask) -> float:
    """Bits of one family: how many times more often the stream asks for it than everybody else, capped."""
    if ask.share < LEAST_SHARE:
        return 0.0
    return max(0.0, min(ask.cap, log2((ask.share + FLOOR) / (ask.outside + FLOOR))))
