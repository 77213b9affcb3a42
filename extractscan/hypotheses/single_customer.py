"""H2: one declared customer: a company, an app, a licensed distillation, a researcher."""

from __future__ import annotations

from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import HALF_WORDED, items_dealt, own_worded
from extractscan.hypotheses.weighing import Weighed, percent, points

OLD_DAYS = 45


def weigh(facts: Facts) -> Weighed:
    """Weigh what an open customer with many accounts would look like."""
    domain, card, prefix = facts.share("email_domain"), facts.share("payment"), facts.share("prefix")
    client = facts.share("user_agent")
    own_domain = domain.known >= 0.5 and domain.top >= 0.8 and domain.outside <= max(2, facts.units // 10)
    old = facts.age_days is not None and facts.age_days >= OLD_DAYS
    young = facts.age_days is not None and facts.age_days < OLD_DAYS / 3
    openly = card.known >= 0.5 and card.top >= 0.8
    office = prefix.known > 0 and prefix.top >= 0.8
    scattered = domain.known >= 0.5 and domain.top < 0.5
    many_cards = card.known >= 0.5 and card.top < 0.5
    return Weighed(
        id="H2",
        name="single_customer",
        title="one open customer with many accounts",
        points=points(
            (
                own_domain and old,
                6.0,
                f"{percent(domain.top)} of the members use one mail domain of their own, and the accounts are old",
            ),
            (own_domain and old and openly, 3.0, "nothing is hidden: one domain, one card, and accounts that grew old"),
            (own_domain and not old, 2.0, f"{percent(domain.top)} of the members use one mail domain of their own"),
            (openly, 4.0, "one card pays for all, openly"),
            (office, 2.0, "nearly all calls come from one network"),
            (
                openly and facts.own_traffic >= 0.5 and not (client.top >= 0.7 and client.bits >= 2),
                3.0,
                f"{percent(facts.own_traffic)} of what the members ask has nothing to do with what they share",
            ),
            (facts.end_users >= 0.5 and facts.end_users_each >= 5, 4.0, "members serve end users of their own"),
            (old and not own_domain, 1.0, "the accounts are old"),
            (young, -2.0, "the accounts were made for this"),
            (scattered, -4.0, "mail addresses are scattered over many domains"),
            (many_cards, -3.0, "several cards pay"),
            (openly and own_worded(facts), 3.0, "each member has a text of its own, on one card: a course or a team"),
            (
                _queue(facts) and not own_domain,
                -4.0,
                "one queue is dealt over accounts that nothing names as one customer's, who would need only one",
            ),
            (
                facts.share("address").shared >= 0.5 and facts.share("address").top < 0.3 and not office,
                -2.0,
                "addresses come from a scattered pool",
            ),
            (facts.round_the_clock > facts.round_the_clock_outside + 0.3, -1.0, "there are no office hours"),
        ),
        would_decide=("organization_id and organization_verified", "a contract that names all accounts"),
    )


def _queue(facts: Facts) -> bool:
    """Tell whether one queue of items, in one private wording, is most of what the members send."""
    worded = facts.channels.get("content", 0.0) >= HALF_WORDED and facts.own_traffic <= 0.5
    return worded and items_dealt(facts) and facts.same_list <= 0.3
