"""H4: a proxy whose accounts carry other people's traffic."""

from __future__ import annotations

from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import fixed_texts
from extractscan.hypotheses.weighing import Weighed, hard_ties, percent, points


def weigh(facts: Facts) -> Weighed:
    """Weigh what a gateway that resells access would look like."""
    client, domain = facts.share("user_agent"), facts.share("email_domain")
    hard = hard_ties(facts)
    even = facts.load_ratio or 1.0
    mixed = facts.own_traffic >= 0.4
    constant = client.known > 0 and client.top >= 0.7
    serves = facts.end_users_each >= 3
    return Weighed(
        id="H4",
        name="reseller",
        title="a reseller whose accounts carry other people's traffic",
        points=points(
            (hard >= 0.5, 3.0, "the accounts are paid for together"),
            (
                client.known > 0 and client.top >= 0.7 and client.bits >= 2,
                3.0,
                "one client that is rare outside carries all",
            ),
            (
                mixed and (constant or serves),
                4.0,
                f"{percent(facts.own_traffic)} of the traffic carries no common wording",
            ),
            (
                not mixed and facts.stream_known,
                -5.0,
                f"{percent(1 - facts.own_traffic)} of the traffic carries one wording",
            ),
            (facts.end_users >= 0.3 and facts.end_users_each >= 3, 3.0, "requests name many end users"),
            (
                client.known > 0 and client.top < 0.5 and not serves,
                -4.0,
                "clients differ as people's do; a reseller's own software would carry all",
            ),
            (
                facts.shapes is not None and facts.shapes >= 4,
                3.0,
                "requests are set up in as many ways as customers would",
            ),
            (
                fixed_texts(facts) and not serves,
                -4.0,
                "each member works from a text of its own; a reseller's accounts carry many people's",
            ),
            (even < 1.3, 1.0, "loads differ"),
            (even >= 2.0, -1.0, "loads are even"),
            (domain.known >= 0.5 and domain.top >= 0.8, -1.0, "all accounts sit at one mail domain"),
        ),
        would_decide=("end_user_id", "whether a reseller's agreement names the accounts"),
    )
