"""H5: the members are victims whose keys somebody else uses."""

from __future__ import annotations

from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.holdings import hard_ties
from extractscan.hypotheses.weighing import Weighed, percent, points


def weigh(facts: Facts) -> Weighed:
    """Weigh what keys in other hands would look like."""
    hard = hard_ties(facts)
    old = facts.age_days is not None and facts.age_days >= 60
    return Weighed(
        id="H5",
        name="compromised_keys",
        title="accounts of others, whose keys somebody else uses",
        points=points(
            (
                facts.takeover >= 0.3,
                4 + 8 * facts.takeover,
                f"in {percent(facts.takeover)} of the accounts a second client and address appear beside the owner's",
            ),
            (facts.takeover < 0.1, -6.0, "no account shows a second user beside its owner"),
            (
                facts.sold >= 0.3,
                -4.0,
                f"in {percent(facts.sold)} of the accounts the owner fell silent when the other use began",
            ),
            (old, 2.0, "the accounts are old"),
            (facts.age_days is not None and not old, -3.0, "the accounts are young"),
            (hard >= 0.3, -4.0, "the accounts are paid for together"),
            (facts.share("payment").known >= 0.5 and hard < 0.1 and facts.sold < 0.3, 2.0, "everybody pays alone"),
        ),
        would_decide=("api_key_id of each request", "the owners: did they make these calls?"),
    )
