"""H2: one declared customer: a company, an app, a licensed distillation, a researcher."""

from __future__ import annotations

from extractscan.hypotheses.asks import asking
from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.harvesting import HALF_WORDED, fixed_texts, items_dealt
from extractscan.hypotheses.holdings import (
    apart,
    brand,
    clients_of_one_hand,
    own_domain,
    private_domain,
    several_domains,
)
from extractscan.hypotheses.weighing import (
    Candidate,
    Weighed,
    concealed,
    desk,
    named_house,
    own_machines,
    percent,
    points,
    unnamed,
)

OLD_DAYS = 45
GROWN_DAYS = 90


def weigh(facts: Facts) -> Weighed:
    """Weigh what an open customer with many accounts would look like."""
    return Weighed(
        id="H2",
        name="single_customer",
        title="one open customer with many accounts",
        points=points(*_mail(facts), *_pays(facts), *_calls(facts), *_work(facts)),
        would_decide=("organization_id and organization_verified", "a contract that names all accounts"),
    )


def _mail(facts: Facts) -> tuple[Candidate, ...]:
    """Say what mail domains and the age of the accounts tell."""
    domain, own = facts.share("email_domain"), own_domain(facts)
    old, grown = (facts.age_days or 0.0) >= OLD_DAYS, (facts.age_days or 0.0) >= GROWN_DAYS
    named = _firm(facts)
    most = f"{percent(domain.top)} of the members use one mail domain of their own"
    return (
        (own and old, 6.0, f"{most}, and the accounts are old"),
        (own and old and _openly(facts), 3.0, "nothing is hidden: one domain, one card, and accounts that grew old"),
        ((own or named) and not old, 2.0, most),
        (
            named and own_machines(facts),
            4.0,
            "people with machines and programs of their own, at one mail domain, in one place or on one card",
        ),
        (brand(facts) and not own and grown, 3.0, f"{most}, and the accounts grew old"),
        (old and not own, 1.0, "the accounts are old"),
        (
            domain.known >= 0.5 and domain.top < 0.5 and not desk(facts),
            -4.0,
            "mail addresses are scattered over many domains",
        ),
    )


def _pays(facts: Facts) -> tuple[Candidate, ...]:
    """Say what cards tell."""
    card, client = facts.share("payment"), facts.share("user_agent")
    # who has no name may hide one program behind other traffic; a domain of their own is one
    varied = facts.own_traffic >= 0.5 and (own_domain(facts) or not (client.top >= 0.7 and client.bits >= 2))
    return (
        (_openly(facts), 4.0, "one card pays for all, openly"),
        (
            _openly(facts) and varied,
            3.0,
            f"{percent(facts.own_traffic)} of what the members ask has nothing to do with what they share",
        ),
        (
            _open_house(facts) and not own_domain(facts),
            2.0,
            "nothing is hidden: one card, one network, and accounts that grew old",
        ),
        (card.known >= 0.5 and card.top < 0.5, -3.0, "several cards pay"),
    )


def _calls(facts: Facts) -> tuple[Candidate, ...]:
    """Say what the places and hours of the calls tell."""
    address = facts.share("address")
    young = facts.age_days is not None and facts.age_days < OLD_DAYS / 3
    pool = address.shared >= 0.5 and address.top < 0.3 and not _office(facts)
    return (
        (_office(facts), 2.0, "nearly all calls come from one network"),
        (
            unnamed(facts) and _office(facts) and address.top >= 0.8 and not asking(facts),
            5.0,
            "who pays and who signed up is not in the log, and nothing hides where the calls come from",
        ),
        (facts.end_users >= 0.5 and facts.end_users_each >= 5, 4.0, "members serve end users of their own"),
        (young, -2.0, "the accounts were made for this"),
        (pool, -2.0, "addresses come from a scattered pool"),
        (facts.round_the_clock > facts.round_the_clock_outside + 0.3, -1.0, "there are no office hours"),
    )


def _work(facts: Facts) -> tuple[Candidate, ...]:
    """Say what the work itself tells of a customer: texts of the members' own, or one queue over all of them."""
    named = own_domain(facts) or _firm(facts) or unnamed(facts) or _open_house(facts) or desk(facts)
    queued = _queue(facts) and not named
    texts = "each member has a text of its own, on one card: a course or a team"
    clients = "one machine set up accounts with cards and mail domains of their own, as an agency does"
    houses = "one address carries" if facts.share("address").top >= 0.8 else "a few addresses carry"
    whose = "one card or domain names it" if named_house(facts) else "no set of cards or phones cuts across"
    queue = "one queue is dealt over accounts that nothing names as one customer's, who would need only one"
    nameless = "a harvest is asked for in one wording through accounts that give no common name"
    return (
        (_openly(facts) and fixed_texts(facts), 5.0, texts),
        (clients_of_one_hand(facts), 5.0, clients),
        (queued, -4.0, queue),
        (_nameless(facts) and not queued, -4.0, nameless),
        (
            desk(facts) and not asking(facts),
            4.0,
            f"{houses} all in human hours, and {whose}",
        ),
        (
            own_domain(facts) and apart(facts, "payment") and not asking(facts),
            3.0,
            "one domain of their own, and each pays for itself, as branches of one brand do",
        ),
    )


def _openly(facts: Facts) -> bool:
    card = facts.share("payment")
    return card.known >= 0.5 and card.top >= 0.8


def _office(facts: Facts) -> bool:
    prefix = facts.share("prefix")
    return prefix.known > 0 and prefix.top >= 0.8


def _firm(facts: Facts) -> bool:
    """Tell whether half of the mail is at one domain of those who call from one network or pay with one card."""
    return brand(facts) and (_office(facts) or _openly(facts))


def _open_house(facts: Facts) -> bool:
    """Tell whether one card pays and one network calls for accounts that are older than what was made for a harvest."""
    return _openly(facts) and _office(facts) and (facts.age_days or 0.0) >= GROWN_DAYS


def _queue(facts: Facts) -> bool:
    """Tell whether one queue of items, in one private wording, is most of what the members send."""
    worded = facts.channels.get("content", 0.0) >= HALF_WORDED and facts.own_traffic <= 0.5
    return worded and items_dealt(facts) and facts.same_list <= 0.3


def _nameless(facts: Facts) -> bool:
    """Tell whether accounts at public or throwaway mailboxes ask for a harvest in one wording.

    A customer who may harvest does so under one name: an organization, a mail domain, or one account that grew old. A
    card that pays for several accounts of people without a name in common shows who is served, and not that he says so.
    """
    domain = facts.share("email_domain")
    house = domain.top >= 0.3 and private_domain(facts) and not several_domains(facts)
    public = domain.known >= 0.5 and not house and facts.share("organization").top < 0.8
    worded = facts.channels.get("content", 0.0) >= HALF_WORDED and (facts.own_traffic <= 0.5 or concealed(facts))
    return public and worded and asking(facts) and facts.same_list <= 0.3 and not _open_house(facts)
