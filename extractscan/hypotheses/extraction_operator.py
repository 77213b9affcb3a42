"""H1: one hidden operator harvests through many accounts."""

from __future__ import annotations

from extractscan.hypotheses.asks import WORDED_BITS, ask_bits, asking
from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import HALF_WORDED, extraction, one_list
from extractscan.hypotheses.holdings import (
    HARD,
    HIDDEN_UNITS,
    apart,
    clients_of_one_hand,
    hard_ties,
    several_domains,
    tie,
)
from extractscan.hypotheses.weighing import (
    Candidate,
    Weighed,
    bought,
    desk,
    institution,
    percent,
    points,
    pooled,
    software_only,
    unnamed,
)

YOUNG_DAYS = 60
"""Median age from which accounts speak against having been made for a harvest; 40 days more are one bit, three at most:
aged accounts can be bought."""
FEW = 6
"""Members under which what is registered or written alike does not do."""
MACHINES = ("signup_device", "device")
SOFT = ("email_pattern", "email_domain", "signup_address", "signup_batch", "organization")
"""What else is registered alike; a referral code is anybody's who was told of it."""
HOUSES = 0.2
"""Mail domains for each member from which they are schools or firms that each have a few."""


def weigh(facts: Facts) -> Weighed:
    """Weigh what only a hidden operator explains."""
    alone = software_only(facts)
    worded = facts.channels.get("content", 0.0) >= WORDED_BITS
    harvest = sum(bits for _, bits, _, _ in extraction(facts))
    even, age = facts.load_ratio or 1.0, facts.age_days or 0.0
    inherited = facts.succession >= 0.15 and facts.succession >= 2 * facts.succession_outside
    return Weighed(
        id="H1",
        name="extraction_operator",
        title="one hidden operator harvests through many accounts",
        points=points(
            *_ties(facts),
            (even > 1.3, min(3.0, 2 * (even - 1)), "the load is spread evenly, as by a dispatcher"),
            (worded, 2.0, "a wording that is rare outside runs through the members' prompts"),
            (harvest > 0, min(6.0, harvest / 2), "the traffic looks like a harvest"),
            (
                facts.stream_known and harvest < (3 if worded else 5),
                -4.0 if worded else -6.0,
                "little in the traffic looks like a harvest",
            ),
            (
                (facts.banned or 0.0) >= 0.1 and inherited,
                2.0,
                f"members were banned, and {percent(facts.succession)} start just after another fell silent",
            ),
            (not alone, _unshared(facts), "nobody shares a card, a phone or a device, as far as they are known"),
            (
                age > YOUNG_DAYS and facts.sold < 0.3,
                -min(3.0, (age - YOUNG_DAYS) / 40),
                f"the accounts are old ({age:.0f} days, median)",
            ),
            (alone, -8.0, "only software and its habits are common; nobody shares a payment, a sign-up or an address"),
            (
                institution(facts),
                -5.0,
                "one mail domain, and cards and programs of their own: people of one institution",
            ),
            (one_list(facts), -5.0, "most items are on a list that many members sent"),
            (facts.end_users >= 0.5 and facts.end_users_each >= 5, -4.0, "members serve end users of their own"),
            ((facts.verified_distinct or 0.0) >= 0.5, -4.0, "members belong to different verified organizations"),
            (facts.sold >= 0.3, 3.0, f"{percent(facts.sold)} of the accounts changed hands, as bought ones do"),
            (facts.takeover >= 0.5, -3.0, "the stream comes from clients and addresses foreign to the accounts"),
        ),
        would_decide=("payment and sign-up records of the members", "whether the members answer to one contract"),
    )


def _ties(facts: Facts) -> tuple[Candidate, ...]:
    """Say how far what is bought, rented or registered ties the members to one hand."""
    hard, card = hard_ties(facts), facts.share("payment")
    domain = facts.share("email_domain")
    houses = domain.top >= 0.8 or domain.distinct > HOUSES  # of one customer, or of many small ones
    soft = max(facts.share(s).bits for s in SOFT if not (houses and s.startswith("email")))
    one_card = card.known >= 0.5 and card.top >= 0.6
    openly = one_card or desk(facts) or clients_of_one_hand(facts) or _one_machine(facts)
    few = facts.units < HIDDEN_UNITS
    own = hard >= 0.1 and few and all(apart(facts, name) for name in ("payment", "phone"))
    own = own and not _bought_domains(facts)
    shared = f"{percent(hard)} of the members share {tie(facts)} with another member"
    return (
        (hard >= 0.3, (1.5 if openly else 5.0) * hard, shared),
        (soft >= 2 and not openly, min(3.0, soft / 2), "sign-up details follow one scheme"),
        (pooled(facts), 2.0, "addresses come from a pool that several members draw from"),
        (unnamed(facts) and few, -3.0, "who pays and who signed up is not in the log"),
        (own, -3.0 if facts.units >= FEW else -6.0, "every member has a card and a phone of its own"),
    )


def _one_machine(facts: Facts) -> bool:
    """Tell whether one machine is under nearly all members, most of whose traffic has no thread at all.

    It hides nothing, as one card does not: somebody who takes one free trial after another works like that, and has
    habits of speech.
    """
    one = any(facts.share(name).known >= 0.5 and facts.share(name).top >= 0.8 for name in MACHINES)
    return one and facts.own_traffic > 0.5 and all(ask_bits(ask) < 1 for ask in facts.asks.values())


def _unshared(facts: Facts) -> float:
    """Bits against H1 where no card, phone or device ties the members; the most against few, who may be strangers."""
    known, hard = max(facts.share(name).known for name in HARD), hard_ties(facts)
    if _bought_domains(facts):
        return 0.0
    if known >= 0.5 and hard < 0.1 and not bought(facts):
        return -12.0
    if facts.units < FEW and hard < 0.3:
        return -8.0
    if known < 0.5 or hard >= 0.1:
        return 0.0
    if facts.units >= HIDDEN_UNITS:
        return -3.0
    return -8.0 if sum(apart(facts, name) for name in HARD) >= 2 else -5.0


def _bought_domains(facts: Facts) -> bool:
    """Tell whether a harvest is asked for in one wording through accounts at several domains that nobody else has."""
    worded = facts.channels.get("content", 0.0) >= HALF_WORDED
    return several_domains(facts) and worded and asking(facts)
