"""H6: a public tool, benchmark, class or viral prompt, or an artefact of the log."""

from __future__ import annotations

from extractscan.hypotheses.asks import asking
from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import one_list
from extractscan.hypotheses.holdings import hard_ties, tie
from extractscan.hypotheses.weighing import Weighed, institution, percent, points, rented, software_only, strangers


def weigh(facts: Facts) -> Weighed:
    """Weigh what unrelated users of one public thing would look like."""
    card, client = facts.share("payment"), facts.share("user_agent")
    even = facts.load_ratio or 1.0
    tied = hard_ties(facts)
    worded = facts.channels.get("content", 0.0) >= 3
    code, domain = facts.share("referral"), facts.share("email_domain")
    programme = code.known >= 0.5 and code.top >= 0.8 and domain.known >= 0.5 and domain.top < 0.5 and tied < 0.1
    by_code = programme and client.top < 0.5 and not worded
    return Weighed(
        id="H6",
        name="popular_content",
        title="unrelated users of one public tool, list, class or prompt",
        points=points(
            (
                one_list(facts),
                8.0,
                f"{percent(facts.same_list)} of the items are on a list that many members sent",
            ),
            (facts.stream_known and facts.same_list < 0.1, -2.0, "members hardly ever send the same item"),
            (by_code, 6.0, "one referral code brought them; mail domains, clients and wording are their own"),
            (not worded and not by_code, -4.0, "no wording is common to them"),
            (
                card.known >= 0.5 and card.shared < 0.1 and facts.sold < 0.3,
                4.0,
                "everybody pays with a card of their own",
            ),
            (software_only(facts), 6.0, "only software and its habits are common to them"),
            (tied >= 0.3, -5.0, f"members share {tie(facts)}"),
            (
                worded and strangers(facts) and not asking(facts),
                4.0,
                "a wording is common to them; programs or cards, and places, are their own",
            ),
            (worded and institution(facts), 4.0, "people of one institution share a wording, as a class does"),
            (client.known > 0 and client.top < 0.5, 2.0, "clients differ"),
            (
                worded and rented(facts) and not institution(facts),
                -3.0,
                "addresses that hardly anybody else uses are common to them",
            ),
            (even < 1.3, 2.0, "loads differ as they do among strangers"),
            (even >= 1.6, -2.0, "loads are even"),
            (facts.channels.get("identity", 0.0) >= 5, -2.0, "sign-up details are alike"),
        ),
        would_decide=("whether the wording is published", "the same wording in other logs"),
    )
