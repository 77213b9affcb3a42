"""The extraction axis: does the linked traffic look like a harvest of capabilities? Kept apart from who is linked."""

from __future__ import annotations

from math import log2, sqrt

from extractscan.hypotheses.asks import UNTHREADED_MIX, WORDED_BITS, Sign, asking, filled_in, loud, mill, said
from extractscan.hypotheses.facts import END_PRODUCT, Facts
from extractscan.hypotheses.holdings import HIDDEN_UNITS, clients_of_one_hand, paid_piecewise
from extractscan.hypotheses.weighing import concealed, hidden, housed, own_machines, percent, rented

CARRIAGE = frozenset({"load", "duty", "ramp", "output_settings", "long_answers"})
LONG_ANSWERS = 1.5
CARRIAGE_CAP = 2.0
SPREAD, SPREAD_MOST = frozenset({"load", "dealt_deck", "item_mix", "item_shape", "own_wording"}), 2.5
"""What tells how work is spread over accounts, and the most that it says together where nobody conceals anything."""
CARRIED = 2.0
"""Bits of load and hours from which they are steady."""
DEALT = 0.85
"""Likeness of items across members against within one, over which they were dealt and under which they are topics."""
MIX_SLOPE, MIX_MOST, MIX_LEAST, MIX_PAIRS = 40.0, 4.0, -6.0, 400
"""Bits a unit of likeness, their bounds, and the pairs from which a likeness counts in full."""
BARE_DEALT = 0.97
OWN_TEXTS = 0.6
"""Share of members with a fixed text of their own from which this is how the group works."""
OWN_WORDED_UNITS = 20
HALF_WORDED = 6.0
"""Bare likeness of dealt items, and bits of the content channel from which one wording runs through most members."""
RELAYED_LEAST = -1.0
"""The least that topics say where a hidden operator has one wording or asks aloud: he may relay, or deal by topic."""
LISTED, LONG_LIST, SMALL_PART = 0.3, 50, 0.5
"""Share of the items that many members sent from which there is a list, the items from which it is a pool, and the
share of them that a member sends who draws from it."""
ONE_WAY, SERVED = 1.5, 3
"""Ways of setting requests up until which they are one, and end users of an account from which it serves others."""
DRAWN = 2.0
"""Bits of one wording around items that were drawn from a pool."""


def extraction(facts: Facts) -> list[Sign]:
    """List what speaks for and against a harvest.

    Returns:
        (signal, bits, rate outside, sentence); their sum is the network's extraction bits.
    """
    asks, carriage, items = said(facts), _carriage(facts), _items(facts)
    found = [*asks, *carriage, *items]
    openly = not concealed(facts)
    devices = filled_in(facts) and (openly or not (paid_piecewise(facts) or rented(facts)))
    if devices or (openly and housed(facts) and own_machines(facts)):
        found = _spread_capped(found, SPREAD | CARRIAGE)
    elif openly or mill(facts) or filled_in(facts):
        found = _spread_capped(found, SPREAD)
    if facts.end_users >= 0.5 and facts.end_users_each >= 5:
        says = f"requests carry the ids of the members' own end users ({facts.end_users_each:.0f} an account)"
        found.append(("end_users", -4.0, facts.end_users_outside, says))
    if mill(facts):
        says = f"{percent(facts.products)} of the stream asks for finished text to hand in or to publish"
        found.append((END_PRODUCT, -6.0, facts.products_outside, says))
    return found if threaded(facts) else _carriage_capped(found)


def _carriage(facts: Facts) -> list[Sign]:
    """List how the traffic is carried: by whom, when, at which load, and asking for how much."""
    found: list[Sign] = []
    even = facts.load_ratio
    if even is not None and even > 1.15 and facts.units >= 3:
        bits = min(4.0, 2.0 * log2(even))
        found.append(
            ("load", bits, 0.0, f"requests are spread over the members {even:.1f} times more evenly than over others")
        )
    if facts.duty_known:
        bits = log2((facts.round_the_clock + 0.05) / (facts.round_the_clock_outside + 0.05))
        if bits > 0:
            says = f"{percent(facts.round_the_clock)} of the members work round the clock"
            found.append(("duty", min(3.0, bits), facts.round_the_clock_outside, says))
        bits = log2((facts.ramp_share + 0.1) / (facts.ramp_outside + 0.1))
        if bits > 0.5:
            says = f"{percent(facts.ramp_share)} of the members run at full load from their first day"
            found.append(("ramp", min(1.5, bits), facts.ramp_outside, says))
    bits = log2((facts.greedy + 0.05) / (facts.greedy_outside + 0.05))
    if bits > 0.5:
        says = f"{percent(facts.greedy)} of the requests ask for all that one answer can give"
        found.append(("output_settings", min(2.0, bits), facts.greedy_outside, says))
    if facts.answers is not None and facts.answers >= LONG_ANSWERS:
        says = f"answers are {facts.answers:.1f} times as long as other people's"
        found.append(("long_answers", min(2.0, log2(facts.answers)), 0.0, says))
    return found


def _items(facts: Facts) -> list[Sign]:
    """List what the items say: all run one list, they are dealt from one queue, or they are topics of one's own."""
    found: list[Sign] = []
    worded = facts.channels.get("content", 0.0) >= WORDED_BITS
    topics = topics_of_their_own(facts)
    relayed = topics and hidden(facts) and worded
    if facts.stream_known and facts.stream_events >= 30:
        if one_list(facts):
            says = (
                f"{percent(facts.same_list)} of the items were sent by three members or more: everybody runs one list"
            )
            return [("item_order", -10.0, 0.0, says)]
        if from_a_pool(facts) and worded:
            says = f"one wording, and of a list of {facts.list_items} items each member sent a part: a pool"
            found.append(("dealt_deck", DRAWN, 0.0, says))
        elif facts.same_list <= LISTED and worded and (relayed or not topics):
            dealt = min(4.0, 0.5 * log2(facts.stream_events)) * (1 - 2 * facts.same_list)
            says = f"one wording, but hardly an item twice ({percent(facts.same_list)}): the work is dealt out"
            unsure = facts.exchangeable is None
            found.append(("dealt_deck", min(dealt, 2.0) if unsure else dealt, 0.0, says))
    if facts.exchangeable is not None and (facts.same_list <= LISTED or from_a_pool(facts)):
        most = MIX_MOST if threaded(facts) else UNTHREADED_MIX
        sure = min(1.0, facts.exchange_pairs / MIX_PAIRS)
        least = RELAYED_LEAST if relayed or (worded and loud(facts) and concealed(facts)) else MIX_LEAST
        bare = own_worded(facts) or phrased(facts)
        likeness = facts.bare if facts.bare is not None and bare else facts.exchangeable
        under = min(0.0, likeness - DEALT + max(0.0, open_to_chance(facts) - 1.0 / sqrt(MIX_PAIRS)))
        bits = sure * max(least, min(most, MIX_SLOPE * (likeness - DEALT if likeness > DEALT else under)))
        says = f"items are as alike across accounts as within one ({likeness:.2f}), as dealt from one queue"
        if bits < 0:
            says = f"what one account asks is alike, what two ask is not ({likeness:.2f}): topics of their own"
        if abs(bits) >= 0.05:
            found.append(("item_mix", bits, 0.0, says))
    if own_worded(facts):
        says = f"{percent(facts.own_worded or 0.0)} of the members each work from one fixed text of their own"
        found.append(("own_wording", 3.0, 0.0, says))
    if not worded and facts.shapes is not None and facts.exchangeable is not None and not topics:
        if facts.shapes <= ONE_WAY:
            bits = 2.5 if one_machine(facts) else 1.5
            found.append(("item_shape", bits, 0.0, "every request of a member is set up in one and the same way"))
        elif facts.shapes >= 4.0:
            says = f"a member sets its requests up in {facts.shapes:.0f} ways, as customers of many kinds do"
            found.append(("item_shape", -3.0, 0.0, says))
    return found


def one_machine(facts: Facts) -> bool:
    """Tell whether all requests of a member are set up in one way, and loads and hours are a machine's.

    Customers of a reseller set theirs up in ways of their own, and most of them sleep.
    """
    alike = facts.shapes is not None and facts.shapes <= ONE_WAY and facts.end_users_each < SERVED
    restless = facts.round_the_clock > facts.round_the_clock_outside + 0.3
    return alike and restless and (facts.load_ratio or 1.0) >= 2.0


def one_list(facts: Facts) -> bool:
    """Tell whether most items are on a list that many members sent, as of a class, a benchmark or a public script."""
    return facts.same_list >= 0.5 and not from_a_pool(facts)


def from_a_pool(facts: Facts) -> bool:
    """Tell whether concealed accounts, paid for together on several cards, each sent a small part of a long list.

    That is an operator's dispatcher that draws with replacement, or asks several accounts for answers to choose from;
    who runs a list for himself sends most of it, and pays for himself or for all openly, or a school pays for some.
    Many accounts on addresses that somebody rented in many networks are told by these.
    """
    if facts.same_list <= LISTED or facts.list_items < LONG_LIST or facts.list_covered > SMALL_PART:
        return False
    return concealed(facts) and (paid_piecewise(facts) or (rented(facts) and facts.units >= HIDDEN_UNITS))


def topics_of_their_own(facts: Facts) -> bool:
    """Tell whether the members ask of their own topics, each of his own: the mark of people, not of a queue.

    Where one wording runs through all that they send, the likeness has to lie under that of a queue by more than its
    pairs leave open; a few pairs are alike by chance.
    """
    if facts.exchangeable is None or facts.exchange_pairs < 60 or own_worded(facts) or phrased(facts):
        return False
    whole = facts.channels.get("content", 0.0) >= HALF_WORDED and facts.own_traffic <= 0.2
    return facts.exchangeable < DEALT - 0.05 - (open_to_chance(facts) if whole else 0.0)


def open_to_chance(facts: Facts) -> float:
    """Say by how much a likeness of items may be off, by the pairs of prompts that it rests on."""
    return 1.0 / sqrt(max(facts.exchange_pairs, 1))


def items_dealt(facts: Facts) -> bool:
    """Tell whether the members' items were dealt from one queue: as different within a member as between two."""
    return facts.exchangeable is not None and facts.exchangeable >= DEALT and facts.exchange_pairs >= 60


def fixed_texts(facts: Facts) -> bool:
    """Tell whether the members each work from a fixed text of their own, whatever they put into it.

    A wording that half of them share is a thread already, and says nothing about texts of their own.
    """
    return (facts.own_worded or 0.0) >= OWN_TEXTS and facts.channels.get("content", 0.0) < HALF_WORDED


def own_texts(facts: Facts) -> bool:
    """Tell whether the members each work from a fixed text of their own, over items that were dealt from one queue."""
    return _dealt_bare(facts) and fixed_texts(facts)


def phrased(facts: Facts) -> bool:
    """Tell whether phrases of the members' own hide a queue: each takes a few of an operator's wordings.

    What each sends again and again makes its requests alike; without it they are as alike across accounts as within.
    People have habits of speech as well, so that this counts where something is concealed or asked for aloud.
    """
    worded = facts.channels.get("content", 0.0) >= WORDED_BITS
    return worded and _dealt_bare(facts) and (concealed(facts) or loud(facts))


def _dealt_bare(facts: Facts) -> bool:
    """Tell whether the bare likeness is that of a dealt queue by what its pairs allow to tell."""
    least = BARE_DEALT + open_to_chance(facts)
    return facts.bare is not None and facts.bare >= least and facts.exchange_pairs >= 200


def own_worded(facts: Facts) -> bool:
    """Tell whether texts of their own are a disguise: of many accounts that are not all set up or paid in one place.

    Courses on one card and an agency that sets up its clients' accounts on one machine have texts of their own as well,
    and whoever rewords each account does not put them all on one card.
    """
    shares = [facts.share(name) for name in ("payment", "signup_device")]
    together = any(one.known >= 0.5 and one.top >= 0.8 for one in shares) or clients_of_one_hand(facts)
    return facts.units >= OWN_WORDED_UNITS and not together and own_texts(facts)


def outspoken(facts: Facts) -> bool:
    """Tell whether a threaded harvest shows in what is asked for or how it is carried, and not in mixed items alone.

    A reseller's customers, or one person who talks of everything, have a common phrase and mixed items as well.
    """
    asks = sum(bits for _, bits, _, _ in said(facts))
    steady = sum(bits for name, bits, _, _ in _carriage(facts) if name in {"load", "duty"})
    return threaded(facts) and (asks >= 1 or steady >= CARRIED)


def run_through(facts: Facts) -> bool:
    """Tell whether one private wording runs through nearly all that concealed accounts send, and no list does."""
    whole = facts.channels.get("content", 0.0) >= HALF_WORDED and facts.own_traffic <= 0.2
    return whole and facts.same_list <= 0.3 and concealed(facts)


def _carriage_capped(found: list[Sign]) -> list[Sign]:
    """Let load, hours, ramp and settings say little together where no wording or request runs through the traffic.

    They tell how traffic is carried, and a reseller's software carries other people's requests in the same way.
    """
    carriage = _capped([sign for sign in found if sign[0] in CARRIAGE], CARRIAGE_CAP)
    return [*carriage, *(sign for sign in found if sign[0] not in CARRIAGE)]


def _capped(signs: list[Sign], most: float) -> list[Sign]:
    """Scale what speaks for a harvest down to at most so many bits together."""
    total = sum(max(0.0, bits) for _, bits, _, _ in signs)
    scale = min(1.0, most / total) if total > 0 else 1.0
    return [(name, bits * scale if bits > 0 else bits, rate, says) for name, bits, rate, says in signs]


def _spread_capped(found: list[Sign], names: frozenset[str]) -> list[Sign]:
    """Let even loads and mixed items say little together where nobody conceals that the accounts are one hand's.

    They tell how work is spread and not what it is for: a school, a desk and the users of one app deal out their work
    as evenly, through one house text. Nor do hours and first days tell of devices that fill in forms, and of people
    with machines of their own in one house, as at a contest over a weekend.
    """
    spread = _capped([sign for sign in found if sign[0] in names], SPREAD_MOST)
    return [*(sign for sign in found if sign[0] not in names), *spread]


def threaded(facts: Facts) -> bool:
    """Tell whether the harvest has a thread of its own, a wording or a request, apart from how it is carried."""
    worded = facts.channels.get("content", 0.0) >= WORDED_BITS or own_worded(facts)
    return worded or asking(facts)
