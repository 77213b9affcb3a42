"""H3: many users behind one campus, carrier, office or VPN."""

from __future__ import annotations

from extractscan.hypotheses.asks import loud
from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import HALF_WORDED, MIX_PAIRS
from extractscan.hypotheses.holdings import HIDDEN_UNITS, hard_ties, tie
from extractscan.hypotheses.weighing import Weighed, one_room, points, rented


def weigh(facts: Facts) -> Weighed:
    """Weigh what independent people behind shared addresses would look like."""
    prefix, card, client = facts.share("prefix"), facts.share("payment"), facts.share("user_agent")
    gate = prefix.known > 0 and (
        prefix.top >= 0.5 or (prefix.shared >= 0.9 and prefix.distinct <= 0.5 and not rented(facts))
    )
    tied = hard_ties(facts)
    even = facts.load_ratio or 1.0
    worded = facts.channels.get("content", 0.0) >= HALF_WORDED and facts.same_list <= 0.3
    dealt = worded and (facts.exchangeable or 0.0) >= 0.9
    many = facts.exchange_pairs >= MIX_PAIRS and facts.units >= HIDDEN_UNITS
    asks = max((ask.share for ask in facts.asks.values()), default=0.0)
    return Weighed(
        id="H3",
        name="shared_infrastructure",
        title="many users behind one gateway",
        points=points(
            (gate, 4.0, "most calls pass one network"),
            (not gate, -4.0, "no network carries most of the calls"),
            (
                card.known >= 0.5 and card.shared < 0.1 and tied < 0.3 and facts.sold < 0.3,
                4.0,
                "everybody pays with a card of their own",
            ),
            (tied >= 0.3 and not one_room(facts), -5.0, f"members share {tie(facts)}"),
            (one_room(facts), 3.0, "machines of one place are all that they share"),
            (client.known > 0 and client.top < 0.5, 2.0, "clients differ"),
            (
                client.known > 0 and client.top >= 0.9 and client.bits >= 3,
                -2.0,
                "all use one client that is rare outside",
            ),
            (even < 1.3, 2.0, "loads differ as they do among strangers"),
            (even >= 1.6, -3.0, "loads are even"),
            (facts.channels.get("content", 0.0) < 3, 2.0, "no wording is common to them"),
            (
                dealt,
                -7.0 if many else -4.0,
                "one private wording runs through what they send, around items dealt from one queue",
            ),
            (facts.stream_known and asks >= 0.3, -3.0, "a third of the stream asks for what a harvest asks for"),
            (
                worded and loud(facts),
                -4.0,
                "one private wording asks for what a harvest asks for",
            ),
            (facts.round_the_clock <= facts.round_the_clock_outside + 0.15, 1.0, "hours are human"),
        ),
        would_decide=("payment_fingerprint and phone_hash", "who runs the network that carries the calls"),
    )
