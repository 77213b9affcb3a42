"""What members hold in common that is bought, rented or registered: cards, phones, devices, mail domains."""

from __future__ import annotations

from extractscan.hypotheses.facts import Facts, Sharing, hardly

HARD = ("payment", "phone", "signup_device", "device")
"""Signals of what nobody shares by chance."""
TIED_BITS = 3.0
TIED, HALF = 0.3, 0.5
"""Share of the members on common cards from which these tie a group, and on one card from which that one does."""
HIDDEN_UNITS = 30
"""Members from which cards of their own are a sign of care and not of strangers."""


def hard_ties(facts: Facts) -> float:
    """Share of the members that share a card, a phone, a device or an operator's mail domain with another one."""
    kinds = (*HARD, *(["email_domain"] if throwaway_domains(facts) else []))
    return max(facts.share(s).shared * facts.share(s).known for s in kinds)


def apart(facts: Facts, name: str) -> bool:
    """Tell whether a kind is known of most members and common to hardly any."""
    return facts.share(name).known >= 0.5 and facts.share(name).shared < 0.1


def tied(facts: Facts) -> bool:
    """Tell whether what `hard_ties` counts ties the group, and not one part of it: one card, of a third, is a firm's.

    Several cards that each serve several members do, or one that serves half of them.
    """
    shares = [facts.share(name) for name in (*HARD, *(["email_domain"] if throwaway_domains(facts) else []))]
    return any(one.shared * one.known >= TIED and (two(facts, one) or one.top >= HALF) for one in shares)


def tie(facts: Facts) -> str:
    """Say what `hard_ties` counts."""
    return "mail domains that nobody else has" if throwaway_domains(facts) else "a card, a phone or a device"


def throwaway_domains(facts: Facts) -> bool:
    """Tell whether many accounts sit at a few mail domains that nobody else has, around one private program.

    A company or a campus has one domain; firms in one house have several, and each its own software.
    """
    domain, client = facts.share("email_domain"), facts.share("user_agent")
    few = domain.shared >= 0.9 and domain.top < 0.5 and domain.distinct < 0.1
    private = domain.outside * 50 <= facts.units and client.top >= 0.7 and client.bits >= TIED_BITS
    return facts.units >= HIDDEN_UNITS and few and private


def several_domains(facts: Facts) -> bool:
    """Tell whether members sit at several mail domains that nobody else has, and most not alone at theirs.

    Domains are bought as cards are; who buys several for a few accounts does not use them as a firm does its own.
    """
    domain = facts.share("email_domain")
    held = domain.known >= 0.5 and domain.shared >= 0.5 and domain.top < 0.8
    return held and domain.owned >= 2 and domain.owning >= 0.8


def clients_of_one_hand(facts: Facts) -> bool:
    """Tell whether one machine or phone set up most accounts, each with a card and a mail domain of its own.

    So does an agency for its clients, whatever is known of their cards; whoever buys so many domains and cards does not
    sign up with one machine or phone.
    """
    one = any(facts.share(name).known >= 0.5 and facts.share(name).top >= 0.5 for name in ("signup_device", "phone"))
    return one and apart(facts, "email_domain") and facts.share("payment").shared < 0.1


def own_domain(facts: Facts) -> bool:
    """Tell whether most members sit at one mail domain that hardly anybody outside uses."""
    domain = facts.share("email_domain")
    return domain.known >= 0.5 and domain.top >= 0.8 and private_domain(facts)


def brand(facts: Facts) -> bool:
    """Tell whether half of the members sit at one mail domain that hardly anybody outside uses."""
    domain = facts.share("email_domain")
    return domain.known >= 0.5 and domain.top >= 0.5 and private_domain(facts)


def private_domain(facts: Facts) -> bool:
    """Tell whether hardly anybody outside uses the members' commonest mail domain."""
    return facts.share("email_domain").outside <= hardly(facts.units)


def paid_piecewise(facts: Facts) -> bool:
    """Tell whether members share cards, phones or devices, of which none serves most and two or more serve several."""
    shares = [facts.share(name) for name in HARD]
    return hard_ties(facts) >= 0.3 and facts.share("payment").top < 0.6 and any(two(facts, one) for one in shares)


def two(facts: Facts, held: Sharing) -> bool:
    """Tell whether at least two values of a kind each serve several members."""
    return round(held.common * held.known * facts.units) >= 2
