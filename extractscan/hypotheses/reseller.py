"""H4: a proxy whose accounts carry other people's traffic."""

from __future__ import annotations

from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import SERVED, extraction, fixed_texts, one_machine, threaded
from extractscan.hypotheses.holdings import apart, hard_ties
from extractscan.hypotheses.weighing import Candidate, Weighed, one_room, percent, points

MIXED, LOOSE = 0.4, 4.0
"""Share of the traffic without a common wording from which customers may have sent it, and what twice that says in
bits: of a reseller's customers one does not send the most of all."""


def weigh(facts: Facts) -> Weighed:
    """Weigh what a gateway that resells access would look like."""
    domain, even = facts.share("email_domain"), facts.load_ratio or 1.0
    many_ways = facts.shapes is not None and facts.shapes >= 4
    return Weighed(
        id="H4",
        name="reseller",
        title="a reseller whose accounts carry other people's traffic",
        points=points(
            (hard_ties(facts) >= 0.5 and not one_room(facts), 3.0, "the accounts are paid for together"),
            (_pay_apart(facts), -4.0, "everybody pays with a card of their own; a reseller pays for his accounts"),
            *_traffic(facts),
            (facts.end_users >= 0.3 and _serves(facts), 3.0, "requests name many end users"),
            (many_ways, 3.0, "requests are set up in as many ways as customers would"),
            (
                one_machine(facts),
                -3.0,
                "requests come in one form, evenly and at all hours; customers differ, and sleep",
            ),
            (even < 1.3, 1.0, "loads differ"),
            (even >= 2.0, -1.0, "loads are even"),
            (domain.known >= 0.5 and domain.top >= 0.8, -1.0, "all accounts sit at one mail domain"),
        ),
        would_decide=("end_user_id", "whether a reseller's agreement names the accounts"),
    )


def _traffic(facts: Facts) -> tuple[Candidate, ...]:
    """Say whose the traffic seems to be: of many customers through one program, of each member, or of one hand."""
    client = facts.share("user_agent")
    fixed = fixed_texts(facts) and not _serves(facts)
    mixed = facts.own_traffic >= MIXED
    constant = client.known > 0 and client.top >= 0.7
    loosely = LOOSE * min(1.0, (facts.own_traffic - MIXED) / MIXED)
    people = "clients differ as people's do; a reseller's own software would carry all"
    own = "each member works from a text of its own; a reseller's accounts carry many people's"
    loose = f"{percent(facts.own_traffic)} of the traffic carries no common wording"
    one = f"{percent(1 - facts.own_traffic)} of the traffic carries one wording"
    alone = "mail domains and programs are the members' own and nothing is paid together: each serves its own users"
    nothing = "neither a wording nor a request of a harvest runs through the traffic"
    return (
        (constant and client.bits >= 2 and not one_room(facts), 3.0, "one client that is rare outside carries all"),
        (mixed and not fixed and (constant or _serves(facts)), loosely, loose),
        (mixed and _threadless(facts), 2.0, nothing),
        (not mixed and facts.stream_known, -5.0, one),
        (client.known > 0 and client.top < 0.5 and not _serves(facts), -4.0, people),
        (fixed, -4.0, own),
        (_each_for_itself(facts) and _serves(facts), -6.0, alone),
    )


def _serves(facts: Facts) -> bool:
    return facts.end_users_each >= SERVED


def _pay_apart(facts: Facts) -> bool:
    return apart(facts, "payment") and hard_ties(facts) < 0.1


def _each_for_itself(facts: Facts) -> bool:
    """Tell whether the members have mail domains and programs of their own and share no card, phone or device."""
    domain, client = facts.share("email_domain"), facts.share("user_agent")
    return domain.known >= 0.5 and domain.top < 0.5 and client.known > 0 and client.top < 0.5 and hard_ties(facts) < 0.1


def _threadless(facts: Facts) -> bool:
    """Tell whether the traffic has no thread of a harvest; on one card for all it is one customer's own."""
    harvest = sum(bits for _, bits, _, _ in extraction(facts))
    return facts.stream_known and not threaded(facts) and harvest < 5 and facts.share("payment").top < 0.8
