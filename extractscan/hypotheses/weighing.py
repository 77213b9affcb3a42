"""How a hypothesis is weighed: points for and against, each with the sentence that the report prints."""

from __future__ import annotations

from dataclasses import dataclass

from extractscan.hypotheses.facts import Facts
from extractscan.hypotheses.holdings import (
    HALF,
    HIDDEN_UNITS,
    TIED_BITS,
    apart,
    brand,
    hard_ties,
    own_domain,
    private_domain,
    several_domains,
    tied,
    two,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One reason: bits (positive speaks for the hypothesis) and the sentence that says why."""

    bits: float
    says: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """One explanation of a network.

    Attributes:
        id: H1 to H6.
        name: What it is called.
        title: What it claims.
        points: All reasons, in the order in which they were weighed.
        would_decide: Fields or questions that would settle it.
    """

    id: str
    name: str
    title: str
    points: tuple[Point, ...]
    would_decide: tuple[str, ...]

    @property
    def bits(self) -> float:
        """Sum of all points."""
        return sum(point.bits for point in self.points)


Candidate = tuple[bool, float, str]
"""Whether a reason holds, its bits, and the sentence that says it."""


def points(*candidates: Candidate) -> tuple[Point, ...]:
    """Keep the reasons whose test holds and whose bits are not nil."""
    return tuple(Point(round(bits, 3), says) for test, bits, says in candidates if test and abs(bits) >= 0.05)


def percent(share: float) -> str:
    """Write a share as a percentage, without pretending that nearly none is none."""
    return f"{100 * share:.0f} %" if share >= 0.095 or share == 0 else f"{100 * share:.1f} %"


SITE, ONE_HOUSE = 1 / 12, 1.2
"""Common addresses for each member, and of those that it calls from, up to which they are houses and no pool."""
FEW_FIRMS = 1 / 8
"""Mail domains for each member up to which these are firms with many accounts."""
GROWN = 90.0
"""Days from which accounts are not made for what they do together now."""
EVEN = 1.6
"""Times by which loads are more even than other people's from which a dispatcher spreads them."""
OPERATORS_TIME = ("signup_batch", "onset", "offset", "pivot", "age")


def software_only(facts: Facts) -> bool:
    """Tell whether a group has in common only what users of one program have: its client, its wording, its load.

    What the log does not know cannot clear anybody: identity or network must be known and hold nothing.
    """
    together = any(_at_once(facts, name) for name in OPERATORS_TIME)
    known = facts.share("payment").known >= 0.5 or facts.share("address").known >= 0.5
    return known and not bought(facts) and not together


def bought(facts: Facts) -> bool:
    """Tell whether what is bought, rented or registered ties the members, and not programs, words and hours alone."""
    if facts.channels.get("network", 0.0) >= TIED_BITS:
        return True
    own_cards = apart(facts, "payment") and facts.share("referral").bits >= TIED_BITS
    told = max(facts.share(name).bits for name in REGISTERED) if own_cards else TIED_BITS
    return facts.channels.get("identity", 0.0) >= TIED_BITS and told >= TIED_BITS


def _at_once(facts: Facts, name: str) -> bool:
    """Tell whether many members share one moment; in a small group a few pairs that meet by chance weigh bits too."""
    shared = facts.share(name)
    return shared.bits >= TIED_BITS and shared.top * facts.units >= max(4.0, 0.3 * facts.units)


REGISTERED = ("phone", "signup_device", "signup_address", "email_pattern", "email_domain", "organization")
"""What else ties identities where cards are their own and they share a referral code, which may be an advert's."""


def unnamed(facts: Facts) -> bool:
    """Tell whether the log knows nothing that could name a customer; its silence is no evidence for or against one."""
    return all(facts.share(name).known < 0.2 for name in ("payment", "email_domain", "phone", "signup_device"))


def one_room(facts: Facts) -> bool:
    """Tell whether only machines tie the members, in one network, and no wording: a café, a lab, a library."""
    paid = max(facts.share(name).shared * facts.share(name).known for name in ("payment", "phone"))
    machines = max(facts.share(name).shared * facts.share(name).known for name in ("device", "signup_device"))
    prefix = facts.share("prefix")
    human = facts.round_the_clock <= facts.round_the_clock_outside + 0.15 and facts.end_users_each < 3
    plain = human and facts.channels.get("content", 0.0) < TIED_BITS
    return machines >= 0.3 and paid < 0.1 and plain and prefix.known > 0 and prefix.top >= 0.5


def rented(facts: Facts) -> bool:
    """Tell whether members draw from addresses that are theirs, in several networks: no office, and no public VPN.

    Where each member has addresses of its own the blocks that they lie in tell, of several networks; a carrier's lie in
    one. Members who stay at one address each that they share with colleagues draw on nothing: institutes, and shops.
    """
    address, block, network = facts.share("address"), facts.share("prefix"), facts.share("autonomous_system")
    scattered = block.shared >= 0.5 and block.top < 0.5 and network.top < 0.8 and not sites(facts)
    blocks = scattered and block.bits >= TIED_BITS
    draws = not 0 < address.each <= ONE_HOUSE
    several = draws or address.distinct >= 2 * block.distinct
    return (blocks and several) or (pooled(facts) and draws and address.bits >= TIED_BITS)


def pooled(facts: Facts) -> bool:
    """Tell whether several members draw from common addresses, of which none carries most and which lie apart."""
    address = facts.share("address")
    return address.shared >= 0.5 and address.top < 0.5 and facts.share("prefix").top < 0.8 and not sites(facts)


def sites(facts: Facts) -> float:
    """Count the houses for each member: addresses, or blocks of them, with a dozen who call from no other.

    Returns 0 where there are none.
    """
    for name in ("address", "prefix"):
        place = facts.share(name)
        if 0 < place.common <= SITE and place.shared >= 0.9 and place.each <= ONE_HOUSE:
            return place.common * place.known
    return 0.0


def concealed(facts: Facts) -> bool:
    """Tell whether somebody shares cards, phones, devices or rented addresses among accounts that seem to be apart.

    Nothing is concealed where all calls come from one block of addresses and one card pays for all, or one mail domain
    names half of them and no two cards are shared, or most in human hours, or machines of the house are all that is
    shared; nor by people with accounts that grew old on the cards of a team; nor by the one card that pays for all,
    where half of them sit at one mail domain of their own, or nothing is known of whence they call.
    """
    if grown(facts) or _firms(facts) or (housed(facts) and (one_room(facts) or not split(facts))):
        return False
    card = facts.share("payment")
    whose = (card.known >= 0.5 and card.top >= 0.8) or (brand(facts) and not two(facts, card))
    if whose and facts.share("prefix").top >= 0.8:
        return False
    named = brand(facts) or facts.share("address").known < 0.2
    paid = card.top >= 0.8 or (own_domain(facts) and card.top >= HALF and not two(facts, card))
    openly = card.known >= 0.2 and paid and named
    return (tied(facts) and not openly) or _batch_of_domains(facts) or (rented(facts) and not one_cloud(facts))


def _firms(facts: Facts) -> bool:
    """Tell whether accounts sit at mail domains that nobody else has, with no more cards than domains, as firms' do.

    Each firm has a name and pays for its own, whatever text two of them have in common. Its accounts grew old, or it
    has a program of its own as well, for many accounts: an operator's cells run his.
    """
    domain, card, client = (facts.share(name) for name in ("email_domain", "payment", "user_agent"))
    named = domain.known >= 0.5 and domain.shared >= 0.9 and domain.owning >= 0.9
    paid = card.known >= 0.5 and card.shared >= 0.9 and card.distinct * card.known <= domain.distinct * domain.known
    own = client.known >= 0.5 and client.shared >= 0.9 and client.owning >= 0.9 and domain.distinct <= FEW_FIRMS
    theirs = own and client.distinct * client.known >= domain.distinct * domain.known
    return named and paid and (theirs or (facts.age_days or 0.0) >= GROWN)


def _batch_of_domains(facts: Facts) -> bool:
    """Tell whether accounts at several domains that nobody else has were made at one time for one private wording.

    Brands of one house have several domains as well, and accounts that came one after another.
    """
    worded = facts.channels.get("content", 0.0) >= TIED_BITS
    return several_domains(facts) and worded and _at_once(facts, "signup_batch")


def strangers(facts: Facts) -> bool:
    """Tell whether each member has a place of its own, and a program of its own or a card."""
    client = facts.share("user_agent")
    own = apart(facts, "payment") or (client.known > 0 and client.top < 0.5)
    return own and facts.share("address").shared < 0.3 and hard_ties(facts) < 0.1 and not rented(facts)


def one_cloud(facts: Facts) -> bool:
    """Tell whether people with programs and cards of their own call from one provider's addresses, as of notebooks."""
    client, network = facts.share("user_agent"), facts.share("autonomous_system")
    own = apart(facts, "payment") and client.known > 0 and client.top < 0.5
    return own and network.top >= 0.8


def split(facts: Facts) -> bool:
    """Tell whether several cards or phones each serve several members, where one would do for each house.

    One that serves half of them, beside members who have their own, is an agency's or a firm's.
    """
    houses = sites(facts)
    shares = [facts.share(name) for name in ("payment", "phone")]
    several = [one for one in shares if one.known >= 0.5 and one.shared >= 0.5 and one.top < 0.6]
    return any(one.common * one.known > 1.5 * houses for one in several if two(facts, one))


def housed(facts: Facts) -> bool:
    """Tell whether nearly all calls come from one address, or one for each house, as people make them.

    They do in the hours of people, or through a night where each has a machine and a program of his own.
    """
    human = facts.round_the_clock <= facts.round_the_clock_outside + 0.15
    gate = max(facts.share(name).top for name in ("address", "prefix"))
    return (gate >= 0.8 or sites(facts) > 0) and (human or own_machines(facts))


def own_machines(facts: Facts) -> bool:
    """Tell whether the members each have a device of their own, and programs that differ as people's do.

    Where nothing is known of devices, hardly two may have one program.
    """
    device, stack = facts.share("device"), facts.share("client_stack")
    program = stack if stack.known >= 0.5 else facts.share("user_agent")
    if device.known < 0.2:
        return program.known >= 0.5 and program.distinct >= 0.8
    return device.known >= 0.5 and device.shared == 0 and program.known >= 0.5 and program.distinct >= 0.5


def grown(facts: Facts) -> bool:
    """Tell whether the accounts are old, have programs and places of their own, and do much else than what they share.

    So do people who work together on a few cards of a team.
    """
    client, address = facts.share("user_agent"), facts.share("address")
    own = client.known > 0 and client.top < 0.5 and address.known > 0 and address.shared < 0.3
    return own and (facts.age_days or 0.0) >= GROWN and facts.own_traffic >= 0.4


def desk(facts: Facts) -> bool:
    """Tell whether all calls come from one address in human hours, and all cards that are known or a domain name it.

    Of several houses each may have a card.
    """
    return housed(facts) and (named_house(facts) or (sites(facts) > 0 and not split(facts)))


def named_house(facts: Facts) -> bool:
    """Tell whether one card or one mail domain names whose the calls are."""
    card, domain = facts.share("payment"), facts.share("email_domain")
    return (card.known >= 0.2 and card.top >= 0.8) or (domain.top >= 0.3 and private_domain(facts))


def institution(facts: Facts) -> bool:
    """Tell whether the members sit at one mail domain, and each has a card and programs of his own.

    So do the people of a campus or a firm, whose loads differ as people's do.
    """
    client, loose = facts.share("user_agent"), (facts.load_ratio or 1.0) < EVEN
    return own_domain(facts) and loose and apart(facts, "payment") and client.known > 0 and client.top < 0.5


def hidden(facts: Facts) -> bool:
    """Tell whether many accounts share what is bought piece by piece, and no card, domain or gate tells whose."""
    card, domain = facts.share("payment"), facts.share("email_domain")
    one_domain = domain.top >= 0.5 and domain.outside * 10 <= facts.units
    openly = card.top >= 0.5 or one_domain or facts.share("address").top >= 0.3 or facts.end_users >= 0.5
    return facts.units >= HIDDEN_UNITS and hard_ties(facts) >= 0.3 and not openly
