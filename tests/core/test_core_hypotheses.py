"""The six explanations: none forgotten, each leads on facts of its own, and verdicts follow from their weights."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path

import polars as pl
import pytest

from extractscan import hypotheses
from extractscan.groundwork import families_of, products
from extractscan.hypotheses import HYPOTHESES
from extractscan.hypotheses.asks import ask_bits
from extractscan.hypotheses.facts import Ask, Facts, Sharing
from extractscan.hypotheses.gathering import Background
from extractscan.hypotheses.gathering import _products as asked_products
from extractscan.hypotheses.harvesting import extraction, from_a_pool, outspoken, run_through, threaded
from extractscan.hypotheses.holdings import clients_of_one_hand, hard_ties
from extractscan.hypotheses.weighing import Weighed, concealed, percent, points, rented, software_only
from extractscan.incidence import Incidence
from extractscan.rules import load, match
from extractscan.settings import Settings

FILES = {
    "extraction_operator",
    "single_customer",
    "shared_infrastructure",
    "reseller",
    "compromised_keys",
    "popular_content",
}
SUPPORT = {"asks", "holdings", "rhythm", "__init__", "facts", "gathering", "harvesting", "weighing"}
PLAIN = Facts(
    units=20,
    accounts=20,
    population=1000,
    channels={"identity": 8.0, "network": 8.0, "client": 8.0, "content": 8.0, "time": 4.0},
    sharing={},
    events=1000,
    stream_events=1000,
    stream_known=True,
    same_list=0.0,
)
OWN_CARDS = Sharing(known=1.0, shared=0.0, distinct=1.0, top=0.05)
FEW_CARDS = Sharing(known=1.0, shared=1.0, distinct=0.2, top=0.3, bits=8.0, common=0.2)
ONE_CARD = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, bits=8.0)
POOL = Sharing(known=1.0, shared=0.9, distinct=2.0, top=0.2, bits=8.0)
MANY_CLIENTS = Sharing(known=1.0, shared=0.5, distinct=0.8, top=0.2)
ONE_CLIENT = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, bits=6.0)
REASONING = {"verbatim_reasoning": Ask(share=0.9, outside=0.002, cap=9.0, title="verbatim reasoning")}

ARCHETYPES = {
    "extraction_operator": replace(
        PLAIN,
        sharing={"payment": FEW_CARDS, "address": POOL, "email_pattern": FEW_CARDS, "user_agent": ONE_CLIENT},
        asks=REASONING,
        load_ratio=2.5,
        age_days=3.0,
    ),
    "single_customer": replace(
        PLAIN,
        sharing={
            "payment": ONE_CARD,
            "email_domain": Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0),
            "prefix": Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.95, bits=6.0),
        },
        age_days=300.0,
        own_traffic=0.2,
    ),
    "shared_infrastructure": replace(
        PLAIN,
        channels={"network": 9.0},
        sharing={
            "payment": OWN_CARDS,
            "prefix": Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.9, bits=8.0),
            "user_agent": MANY_CLIENTS,
        },
        load_ratio=1.0,
        age_days=200.0,
    ),
    "reseller": replace(
        PLAIN,
        channels={"identity": 9.0, "client": 9.0, "network": 9.0},
        sharing={"payment": FEW_CARDS, "user_agent": ONE_CLIENT, "address": POOL},
        own_traffic=0.9,
        end_users=0.8,
        end_users_each=12.0,
        load_ratio=1.1,
        same_list=0.2,
    ),
    "compromised_keys": replace(
        PLAIN,
        channels={"network": 9.0, "client": 8.0},
        sharing={"payment": OWN_CARDS, "address": POOL, "user_agent": MANY_CLIENTS},
        takeover=0.9,
        age_days=400.0,
        own_traffic=0.4,
        same_list=0.2,
    ),
    "popular_content": replace(
        PLAIN,
        channels={"content": 9.0, "client": 6.0},
        sharing={"payment": OWN_CARDS, "user_agent": MANY_CLIENTS, "address": replace(OWN_CARDS, top=0.02)},
        same_list=0.9,
        load_ratio=1.0,
    ),
}


def test_every_hypothesis_file_is_in_the_table() -> None:
    """A file in hypotheses/ that is no support is an explanation, and the table holds them all, H1 to H6."""
    folder = {path.stem for path in Path(hypotheses.__file__).parent.glob("*.py")}
    assert folder - SUPPORT == FILES
    weighed = [hypothesis(PLAIN) for hypothesis in HYPOTHESES]
    assert [one.id for one in weighed] == [f"H{number}" for number in range(1, 7)]
    assert {one.name for one in weighed} == FILES == set(ARCHETYPES)


@pytest.mark.parametrize("name", sorted(ARCHETYPES))
def test_each_explanation_leads_where_its_own_facts_stand(name: str) -> None:
    """The facts that only one explanation would leave make it lead, and its reasons say why."""
    best, second, *_ = hypotheses.weigh(ARCHETYPES[name])
    assert best.name == name
    assert best.bits > second.bits
    assert best.bits == pytest.approx(sum(point.bits for point in best.points))
    assert all(point.says for point in best.points)
    assert best.would_decide


@pytest.mark.parametrize("name", sorted(ARCHETYPES))
def test_only_the_operator_is_accused(name: str) -> None:
    """Of all archetypes just one ends in the verdict that accuses."""
    facts = ARCHETYPES[name]
    bits = sum(value for _, value, _, _ in extraction(facts))
    said = hypotheses.verdict(hypotheses.weigh(facts), bits, Settings(), thread=threaded(facts))
    assert (said == "extraction_network") is (name == "extraction_operator")


def weights(**bits: float) -> list[Weighed]:
    made = [
        Weighed(f"H{n}", name, name, points((True, bits.get(name, -20.0), "so")), ()) for n, name in enumerate(FILES)
    ]
    return sorted(made, key=lambda one: -one.bits)


@pytest.mark.parametrize(
    ("bits", "harvest", "thread", "said"),
    [
        ({"extraction_operator": 10, "single_customer": 6.9}, 5.0, True, "extraction_network"),
        ({"extraction_operator": 10, "single_customer": 7.1}, 5.0, True, "coordinated"),
        ({"extraction_operator": 10}, 4.9, True, "coordinated"),
        ({"extraction_operator": 6, "single_customer": 10}, 9.0, True, "explained"),
        ({"extraction_operator": 6, "reseller": 10}, 9.0, True, "extraction_network"),
        ({"extraction_operator": 6, "reseller": 10}, 6.4, True, "coordinated"),
        ({"extraction_operator": 6, "reseller": 10}, 9.0, False, "coordinated"),
        ({"extraction_operator": 6, "reseller": 10, "popular_content": 5}, 9.0, True, "coordinated"),
        ({"extraction_operator": 6, "reseller": 10}, 0.0, True, "reseller"),
        ({"compromised_keys": 10}, 0.0, False, "explained"),
    ],
)
def test_verdicts(bits: dict[str, float], harvest: float, thread: bool, said: str) -> None:  # noqa: FBT001
    """A verdict needs a harvest and a lead; a reseller excuses only what has no thread of its own."""
    assert hypotheses.verdict(weights(**bits), harvest, Settings(), thread=thread) == said


def test_ties_keep_the_order_of_the_table() -> None:
    """Explanations of equal weight stand in their order, whatever float noise says."""
    names = [one.name for one in hypotheses.weigh(PLAIN)]
    bits = {one.name: round(one.bits, 3) for one in hypotheses.weigh(PLAIN)}
    order = [hypothesis(PLAIN).name for hypothesis in HYPOTHESES]
    assert names == sorted(order, key=lambda name: (-bits[name], order.index(name)))


def signals(facts: Facts) -> dict[str, float]:
    return {name: round(bits, 3) for name, bits, _, _ in extraction(facts)}


def test_what_a_harvest_asks_for_counts_against_everybody_else() -> None:
    """A request family says log2 of how many times more often it is asked for, up to its cap, and nothing when rare."""
    assert ask_bits(Ask(0.5, 0.01, 9.0, "x")) == pytest.approx(5.387, abs=1e-3)
    assert ask_bits(Ask(0.5, 0.0, 6.0, "x")) == 6.0
    assert ask_bits(Ask(0.019, 0.0, 6.0, "x")) == 0.0
    assert ask_bits(Ask(0.1, 0.5, 6.0, "x")) == 0.0


def test_a_second_request_family_counts_half() -> None:
    """The loudest family counts whole, the next one half and at most three bits, further ones not at all."""
    asks = {name: Ask(0.9, 0.002, cap, name) for name, cap in (("a", 9.0), ("b", 7.0), ("c", 5.0))}
    found = signals(replace(PLAIN, asks=asks, stream_known=False))
    assert found == {"a": pytest.approx(7.817, abs=1e-3), "b": 3.0}
    quiet = replace(PLAIN, asks={"a": Ask(0.03, 0.025, 9.0, "a")}, stream_known=False)
    assert signals(quiet) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"load_ratio": 2.0}, {"load": 2.0}),
        ({"load_ratio": 1.1}, {}),
        ({"load_ratio": 9.0, "units": 2}, {}),
        ({"duty_known": True, "round_the_clock": 0.95, "round_the_clock_outside": 0.2}, {"duty": 2.0}),
        ({"duty_known": False, "round_the_clock": 0.95}, {}),
        ({"duty_known": True, "round_the_clock_outside": 0.5}, {}),
        ({"duty_known": True, "ramp_share": 0.7, "ramp_outside": 0.3}, {"ramp": 1.0}),
        ({"answers": 3.0}, {"long_answers": 1.585}),
        ({"answers": 40.0}, {"long_answers": 2.0}),
        ({"answers": 1.4}, {}),
        ({"stream_known": True, "same_list": 0.6}, {"item_order": -10.0}),
        ({"stream_known": True, "same_list": 0.1, "stream_events": 64}, {"dealt_deck": 2.0}),
        ({"stream_known": True, "same_list": 0.4}, {}),
        ({"stream_known": True, "same_list": 0.6, "stream_events": 29}, {}),
        ({"exchangeable": 0.9, "exchange_pairs": 400}, {"item_mix": 2.0}),
        ({"exchangeable": 0.9, "exchange_pairs": 100}, {"item_mix": 0.5}),
        ({"exchangeable": 0.9}, {}),
        ({"exchangeable": 1.0, "exchange_pairs": 400, "channels": {}}, {"item_mix": 2.9}),
        (
            {"exchangeable": 0.7, "bare": 1.1, "exchange_pairs": 400, "channels": {}, "own_worded": 0.9},
            {"item_mix": 4.0, "own_wording": 3.0},
        ),
        ({"exchangeable": 0.7, "bare": 0.9, "exchange_pairs": 400, "own_worded": 0.9}, {"item_mix": -6.0}),
        (
            {"exchangeable": 0.7, "bare": 1.1, "exchange_pairs": 400, "own_worded": 0.2, "channels": {}},
            {"item_mix": -6.0},
        ),
        (
            {"exchangeable": 1.0, "exchange_pairs": 400, "channels": {}, "shapes": 1.2, "load_ratio": 4.0},
            {"item_mix": 2.9, "item_shape": 1.5, "load": 2.0},
        ),
        ({"exchangeable": 1.0, "exchange_pairs": 400, "channels": {}, "shapes": 2.0}, {"item_mix": 2.9}),
        (
            {"exchangeable": 1.0, "exchange_pairs": 400, "channels": {}, "shapes": 9.0},
            {"item_mix": 2.9, "item_shape": -3.0},
        ),
        ({"channels": {}, "asks": REASONING}, {"verbatim_reasoning": 2.9}),
        ({"channels": {}, "asks": REASONING, "exchangeable": 0.85}, {"verbatim_reasoning": 7.817}),
        ({"exchangeable": 0.8, "exchange_pairs": 400}, {"item_mix": -2.0}),
        ({"exchangeable": 0.3, "exchange_pairs": 400}, {"item_mix": -6.0}),
        ({"exchangeable": 1.0, "same_list": 0.9}, {}),
        ({"end_users": 0.9, "end_users_each": 8.0}, {"end_users": -4.0}),
        ({"end_users": 0.9, "end_users_each": 2.0}, {}),
    ],
)
def test_the_extraction_axis(change: dict[str, object], expected: dict[str, float]) -> None:
    """Each sign of a harvest counts as its formula says, and only where the log can show it."""
    tied = replace(PLAIN, sharing={"payment": FEW_CARDS})
    assert signals(replace(tied, **{"stream_known": False, **change})) == pytest.approx(expected, abs=1e-3)  # type: ignore[arg-type]


def test_a_harvest_is_threaded_by_a_wording_or_a_request() -> None:
    """Either a private wording or a loud request family gives it a thread of its own; carriage alone does not."""
    assert threaded(PLAIN)
    assert threaded(replace(PLAIN, channels={}, asks=REASONING))
    assert not threaded(replace(PLAIN, channels={}))


def test_what_the_log_does_not_know_clears_nobody() -> None:
    """Software alone is in common only where identity or network is known and holds nothing."""
    strangers = replace(PLAIN, channels={"client": 9.0, "content": 9.0})
    assert not software_only(strangers)
    assert software_only(replace(strangers, sharing={"payment": OWN_CARDS}))
    together = Sharing(known=1.0, shared=1.0, top=0.9, bits=5.0)
    assert not software_only(replace(strangers, sharing={"payment": OWN_CARDS, "signup_batch": together}))
    assert not software_only(replace(strangers, channels={"identity": 3.0}, sharing={"payment": OWN_CARDS}))


def test_hard_ties_are_the_best_known_of_card_phone_and_device() -> None:
    """A tie counts as far as it is known: half of the members known and all of these tied is a half."""
    half = Sharing(known=0.5, shared=1.0)
    assert hard_ties(replace(PLAIN, sharing={"phone": half, "payment": OWN_CARDS})) == 0.5
    assert hard_ties(PLAIN) == 0.0
    domains = Sharing(known=1.0, shared=1.0, distinct=0.05, top=0.4, bits=9.0)
    many = replace(PLAIN, units=60, sharing={"email_domain": domains, "user_agent": ONE_CLIENT})
    assert hard_ties(many) == 1.0
    assert hard_ties(replace(many, units=20)) == 0.0
    assert hard_ties(replace(many, sharing={"email_domain": domains, "user_agent": MANY_CLIENTS})) == 0.0


@pytest.mark.parametrize(
    ("units", "cards", "channels", "against"),
    [
        (20, OWN_CARDS, {}, -12.0),
        (20, OWN_CARDS, {"network": 8.0}, -5.0),
        (60, OWN_CARDS, {"network": 8.0}, -3.0),
        (4, Sharing(), {"network": 8.0}, -8.0),
        (20, Sharing(), {"network": 8.0}, 0.0),
        (4, FEW_CARDS, {"network": 8.0}, 0.0),
    ],
)
def test_cards_of_their_own_speak_most_against_few(
    units: int, cards: Sharing, channels: dict[str, float], against: float
) -> None:
    """A handful without a common card may be strangers; many with own cards may be an operator who takes care."""
    facts = replace(PLAIN, units=units, channels=channels, sharing={"payment": cards, "signup_batch": FEW_CARDS})
    bits = [
        point.bits
        for one in hypotheses.weigh(facts)
        if one.id == "H1"
        for point in one.points
        if point.says.startswith("nobody shares a card")
    ]
    assert sum(bits) == against


def test_an_operator_has_to_lead_over_nothing_too() -> None:
    """Where every explanation is unlikely, the least unlikely is no accusation."""
    bits = dict.fromkeys(FILES, -9.0) | {"extraction_operator": 2.0}
    assert hypotheses.verdict(weights(**bits), 9.0, Settings(), thread=True) == "coordinated"


@pytest.mark.parametrize(
    ("harvest", "rival", "through", "said"),
    [
        (4.0, 4.0, True, "extraction_network"),
        (4.0, 4.1, True, "coordinated"),
        (3.9, 4.0, True, "coordinated"),
        (4.0, 4.0, False, "coordinated"),
    ],
)
def test_one_wording_through_all_may_lack_one_bit(harvest: float, rival: float, through: bool, said: str) -> None:  # noqa: FBT001
    """A harvest that is a bit short does where a wording runs through it and nothing else comes near."""
    bits = weights(extraction_operator=10, single_customer=rival)
    assert hypotheses.verdict(bits, harvest, Settings(), thread=True, run_through=through) == said


def test_a_wording_runs_through_nearly_all_that_they_send() -> None:
    """A weaker wording, other traffic or one list for all are not it."""
    whole = replace(PLAIN, own_traffic=0.1, sharing={"payment": FEW_CARDS})
    assert run_through(whole)
    for change in ({"own_traffic": 0.3}, {"same_list": 0.5}, {"channels": {"content": 5.0}}, {"sharing": {}}):
        assert not run_through(replace(whole, **change))  # type: ignore[arg-type]


def test_accounts_that_changed_hands_are_bought_and_their_owners_vouch_for_nobody() -> None:
    """Where owners left, their cards and the age of the accounts clear nobody; beside a thief they do."""
    cards = {"payment": OWN_CARDS, "address": POOL, "user_agent": MANY_CLIENTS}
    stolen = replace(PLAIN, sharing=cards, takeover=0.9, age_days=200.0)
    sold = replace(stolen, takeover=0.0, sold=0.9)
    for name, reason in (("H3", "card of their own"), ("H5", "pays alone"), ("H6", "card of their own")):
        assert said(name, stolen, f"everybody pays {'alone' if name == 'H5' else 'with a card of their own'}") > 0
        assert said(name, sold, "everybody pays") == 0.0, reason
    assert said("H1", stolen, "the accounts are old") < 0
    assert said("H1", sold, "the accounts are old") == 0.0
    assert said("H1", sold, "90 % of the accounts changed hands") == 3.0
    assert said("H5", sold, "in 90 % of the accounts the owner fell silent") == -4.0


def test_notebooks_of_one_cloud_conceal_nobody() -> None:
    """People with cards and programs of their own on one provider's addresses; one program on them is a pool."""
    cloud = {"payment": OWN_CARDS, "address": POOL, "user_agent": MANY_CLIENTS, "autonomous_system": ONE_CARD}
    assert not concealed(replace(PLAIN, sharing=cloud))
    assert concealed(replace(PLAIN, sharing=cloud | {"user_agent": ONE_CLIENT}))
    assert concealed(replace(PLAIN, sharing=cloud | {"autonomous_system": POOL}))


def said(hypothesis: str, facts: Facts, beginning: str) -> float:
    """Bits of one reason of an explanation; nothing where it does not stand."""
    (one,) = (weighed for weighed in hypotheses.weigh(facts) if weighed.id == hypothesis)
    return sum(point.bits for point in one.points if beginning in point.says)


def test_one_machine_for_accounts_with_cards_and_domains_of_their_own_is_an_agency() -> None:
    """It speaks for a customer, and the common machine less against one; with common cards it is a tie like any."""
    machine = {"signup_device": ONE_CARD, "email_domain": OWN_CARDS, "payment": OWN_CARDS}
    agency = replace(PLAIN, sharing=machine)
    assert clients_of_one_hand(agency)
    assert said("H2", agency, "as an agency does") == 5.0
    assert said("H1", agency, "share a card") == 1.5
    most = replace(ONE_CARD, top=0.6)
    assert clients_of_one_hand(replace(agency, sharing=machine | {"signup_device": most}))
    assert not clients_of_one_hand(replace(agency, sharing=machine | {"signup_device": FEW_CARDS}))
    assert clients_of_one_hand(replace(agency, sharing=machine | {"signup_device": OWN_CARDS, "phone": ONE_CARD}))
    ring = replace(PLAIN, sharing=machine | {"payment": FEW_CARDS})
    assert not clients_of_one_hand(ring)
    assert said("H2", ring, "as an agency does") == 0.0
    assert said("H1", ring, "share a card") == 5.0


@pytest.mark.parametrize(("days", "bits"), [(20.0, 0.0), (60.0, 0.0), (100.0, -1.0), (180.0, -3.0), (700.0, -3.0)])
def test_accounts_that_grew_old_were_not_made_for_a_harvest(days: float, bits: float) -> None:
    """Up to sixty days age says nothing, then a bit for forty days, three at most."""
    assert said("H1", replace(PLAIN, age_days=days), "accounts are old") == bits


def test_a_card_and_a_phone_of_its_own_for_each_of_few_speak_against_one_operator() -> None:
    """Where another thing ties a small group, both being their own counts; in a large one it is care."""
    ties = {"payment": OWN_CARDS, "phone": OWN_CARDS, "device": FEW_CARDS}
    assert said("H1", replace(PLAIN, sharing=ties), "a card and a phone of its own") == -3.0
    assert said("H1", replace(PLAIN, sharing=ties, units=60), "a card and a phone of its own") == 0.0
    assert said("H1", replace(PLAIN, sharing=ties | {"phone": FEW_CARDS}), "a card and a phone of its own") == 0.0


def test_texts_of_their_own_are_a_course_on_one_card_and_no_reseller() -> None:
    """They speak for a customer where one card pays, and against a reseller unless it serves end users."""
    own = replace(PLAIN, channels={"identity": 8.0, "content": 4.0}, own_worded=1.0, sharing={"payment": ONE_CARD})
    assert said("H2", own, "a course or a team") == 5.0
    assert said("H4", own, "text of its own") == -4.0
    assert said("H2", replace(own, sharing={"payment": FEW_CARDS}), "a course or a team") == 0.0
    assert said("H4", replace(own, end_users_each=9.0), "text of its own") == 0.0
    shared = replace(own, channels={"content": 8.0})
    assert said("H2", shared, "a course or a team") == said("H4", shared, "text of its own") == 0.0


def test_texts_of_their_own_are_a_disguise_only_of_many_who_are_not_set_up_in_one_place() -> None:
    """On one card, from one machine, or of a handful they are no thread of a harvest."""
    dealt = {"exchangeable": 0.7, "bare": 1.1, "exchange_pairs": 400, "own_worded": 0.9, "channels": {}}
    hidden = replace(PLAIN, **dealt)  # type: ignore[arg-type]
    assert threaded(hidden)
    assert not threaded(replace(hidden, units=19))
    assert not threaded(replace(hidden, sharing={"payment": ONE_CARD}))
    assert not threaded(replace(hidden, sharing={"signup_device": ONE_CARD}))


def test_one_card_one_network_and_old_accounts_name_a_customer() -> None:
    """A queue dealt at all hours is then its own; young accounts, or several networks, are not named by that."""
    office = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.95, bits=6.0)
    queue = {"exchangeable": 1.0, "exchange_pairs": 400, "own_traffic": 0.1, "age_days": 300.0, "round_the_clock": 0.9}
    vendor = replace(PLAIN, sharing={"payment": ONE_CARD, "prefix": office}, **queue)  # type: ignore[arg-type]
    assert said("H2", vendor, "one card, one network") == 2.0
    assert said("H2", vendor, "one queue is dealt") == 0.0
    for other in (replace(vendor, age_days=20.0), replace(vendor, sharing={"payment": ONE_CARD})):
        assert said("H2", other, "one card, one network") == 0.0
        assert said("H2", other, "one queue is dealt") == -4.0


def test_where_nothing_names_anybody_one_open_address_speaks_for_a_customer() -> None:
    """The silence of a log is no evidence; a pool of addresses, or a known card, takes the excuse away."""
    office = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.95, bits=6.0)
    silent = replace(PLAIN, sharing={"prefix": office, "address": office})
    assert said("H2", silent, "is not in the log") == 5.0
    assert said("H2", replace(silent, sharing={"prefix": office, "address": POOL}), "is not in the log") == 0.0
    known = replace(silent, sharing={**silent.sharing, "payment": FEW_CARDS})
    assert said("H2", known, "is not in the log") == 0.0


def test_half_of_the_members_at_a_domain_of_their_own_are_a_brand_once_old() -> None:
    """Branches of a brand sign up with its domain or with private mail."""
    half = Sharing(known=1.0, shared=0.9, distinct=0.3, top=0.6, outside=0, bits=8.0)
    assert said("H2", replace(PLAIN, sharing={"email_domain": half}, age_days=200.0), "grew old") == 3.0
    assert said("H2", replace(PLAIN, sharing={"email_domain": half}, age_days=60.0), "grew old") == 0.0
    common = replace(half, outside=900)
    assert said("H2", replace(PLAIN, sharing={"email_domain": common}, age_days=200.0), "grew old") == 0.0


def test_one_referral_code_alone_is_a_programme_of_strangers() -> None:
    """Start-ups that came by one code have domains, clients and words of their own; a common card ends that."""
    ties = {"referral": ONE_CARD, "email_domain": OWN_CARDS, "user_agent": MANY_CLIENTS}
    batch = replace(PLAIN, channels={"identity": 8.0}, sharing=ties)
    assert said("H6", batch, "one referral code") == 6.0
    assert said("H6", batch, "no wording is common") == 0.0
    tied = replace(batch, sharing=ties | {"payment": FEW_CARDS})
    assert said("H6", tied, "one referral code") == 0.0
    assert said("H6", tied, "no wording is common") == -4.0


def test_shares_are_written_without_pretending() -> None:
    """Nearly none is not none."""
    assert [percent(share) for share in (0, 0.001, 0.034, 0.5, 1)] == ["0 %", "0.1 %", "3.4 %", "50 %", "100 %"]


def test_nothing_known_of_anybody_speaks_against_accusing_few() -> None:
    """Where the log names nobody, a small group is not accused as readily; a large one is."""
    silent = replace(PLAIN, sharing={"address": POOL})
    assert said("H1", silent, "is not in the log") == -3.0
    assert said("H1", replace(silent, units=60), "is not in the log") == 0.0
    assert said("H1", replace(silent, sharing={"address": POOL, "payment": FEW_CARDS}), "is not in the log") == 0.0


def test_cards_and_machines_of_their_own_speak_more_against_few_than_one_of_them() -> None:
    """Two things that each of a small group has of its own are what freelancers have."""
    own = {"payment": OWN_CARDS, "signup_device": OWN_CARDS, "signup_batch": FEW_CARDS}
    assert said("H1", replace(PLAIN, sharing=own), "nobody shares a card") == -8.0
    assert said("H1", replace(PLAIN, sharing=own, units=60), "nobody shares a card") == -3.0


@pytest.mark.parametrize("name", ["phone", "signup_device", "device"])
def test_phones_or_machines_of_their_own_count_where_cards_are_not_known(name: str) -> None:
    """Any of what is bought shows strangers, as far as it is known."""
    facts = replace(PLAIN, sharing={name: OWN_CARDS, "signup_batch": FEW_CARDS})
    assert said("H1", facts, "nobody shares a card") == -5.0


def test_traffic_without_a_thread_of_a_harvest_speaks_for_a_reseller() -> None:
    """Neither a wording nor a request: the accounts carry what customers ask; with either the reason falls away."""
    pool = {"user_agent": ONE_CLIENT, "address": POOL}
    plain = replace(PLAIN, channels={"identity": 8.0}, own_traffic=0.9, sharing=pool)
    assert said("H4", plain, "neither a wording nor a request") == 2.0
    assert said("H1", plain, "little in the traffic") == -6.0
    asking = replace(plain, asks=REASONING)
    assert said("H4", asking, "neither a wording nor a request") == 0.0
    dealt = replace(plain, exchangeable=1.0, exchange_pairs=400, shapes=1.0, load_ratio=4.0)
    assert said("H4", dealt, "neither a wording nor a request") == 0.0
    assert said("H1", dealt, "little in the traffic") == 0.0
    family = replace(plain, sharing={"user_agent": ONE_CLIENT, "payment": ONE_CARD})
    assert said("H4", family, "neither a wording nor a request") == 0.0


def test_who_pays_for_each_account_tells_a_reseller_from_a_gateway() -> None:
    """A reseller pays for his accounts; cards of their own for all speak against one, a common phone silences that."""
    gateway = replace(PLAIN, sharing={"payment": OWN_CARDS, "user_agent": ONE_CLIENT}, own_traffic=0.9)
    assert said("H4", gateway, "a reseller pays for his accounts") == -4.0
    tied = replace(gateway, sharing=dict(gateway.sharing) | {"phone": ONE_CARD})
    assert said("H4", tied, "a reseller pays for his accounts") == 0.0


def test_members_with_domains_programs_and_users_of_their_own_are_no_reseller() -> None:
    """Start-ups with one credit code each serve users; one program for all, or a common card, is another matter."""
    own = {"email_domain": OWN_CARDS, "user_agent": MANY_CLIENTS}
    firms = replace(PLAIN, sharing=own, own_traffic=1.0, end_users_each=18.0, end_users=1.0)
    assert said("H4", firms, "each serves its own users") == -6.0
    assert said("H4", replace(firms, end_users_each=1.0), "each serves its own users") == 0.0
    for change in ({"user_agent": ONE_CLIENT}, {"payment": FEW_CARDS}, {"email_domain": ONE_CARD}):
        assert said("H4", replace(firms, sharing=own | change), "each serves its own users") == 0.0


def test_traffic_that_texts_of_their_own_explain_is_not_customers_as_well() -> None:
    """What carries no common wording speaks for a reseller only while it is not each member's own text."""
    loose = replace(PLAIN, channels={"content": 4.0}, own_traffic=0.7, sharing={"user_agent": ONE_CLIENT})
    assert said("H4", loose, "70 % of the traffic carries no common wording") == pytest.approx(3.0)
    assert said("H4", replace(loose, own_traffic=0.85), "85 % of the traffic carries no common wording") == 4.0
    assert said("H4", replace(loose, own_worded=1.0), "70 % of the traffic carries no common wording") == 0.0


def test_accounts_that_pay_together_and_draw_from_one_list_are_no_class() -> None:
    """On several cards, a small part of a long list each; on one card, or over a short list, it is everybody's."""
    pool = replace(
        PLAIN, same_list=0.9, list_items=400, list_covered=0.2, sharing={"payment": FEW_CARDS}, own_traffic=0.1
    )
    assert from_a_pool(pool)
    assert "item_order" not in signals(pool)
    assert signals(pool)["dealt_deck"] == 2.0
    assert "dealt_deck" not in signals(replace(pool, channels={}))
    assert from_a_pool(replace(pool, same_list=0.4))
    assert said("H1", pool, "on a list") == said("H6", pool, "on a list") == 0.0
    one_card = {"payment": ONE_CARD}
    for change in (
        {"list_items": 40},
        {"list_covered": 0.9},
        {"sharing": {}},
        {"sharing": one_card},
        {"sharing": {"payment": replace(FEW_CARDS, common=1 / 20)}},
        {"same_list": 0.3},
    ):
        assert not from_a_pool(replace(pool, **change))  # type: ignore[arg-type]
    everybody = replace(pool, list_covered=0.9)
    assert signals(everybody)["item_order"] == -10.0
    assert (said("H1", everybody, "on a list"), said("H6", everybody, "on a list")) == (-5.0, 8.0)


def test_how_work_is_spread_says_little_where_nothing_is_concealed() -> None:
    """Even loads and mixed items are any desk's; cards, phones or rented addresses behind separate accounts are not."""
    spread = {"dealt_deck", "item_mix", "load"}
    app = replace(PLAIN, exchangeable=1.0, exchange_pairs=400, load_ratio=2.0, sharing={"payment": OWN_CARDS})
    home = Sharing(known=1.0, shared=1.0, distinct=0.05, top=0.95, bits=9.0)
    blocks = {"prefix": replace(POOL, top=0.2), "autonomous_system": replace(POOL, top=0.4)}
    carrier = blocks | {"autonomous_system": replace(POOL, top=1.0)}
    desk = {"payment": ONE_CARD, "address": home}
    machines = {"device": FEW_CARDS, "address": home, "prefix": home}
    for quiet in ({}, {"payment": OWN_CARDS}, carrier, desk, machines):
        said_little = {name: bits for name, bits in signals(replace(app, sharing=quiet)).items() if name in spread}
        assert sum(said_little.values()) == pytest.approx(2.5, abs=0.01)
    for tie in ({"payment": FEW_CARDS}, {"payment": FEW_CARDS, "address": home}, {"address": POOL}, blocks):
        assert signals(replace(app, sharing=tie)) == {"dealt_deck": 4.0, "item_mix": 4.0, "load": 2.0}
    night = replace(app, sharing=desk, round_the_clock=1.0, duty_known=True)
    assert signals(night)["dealt_deck"] == 4.0
    asks = replace(app, asks=REASONING)
    assert signals(asks)["verbatim_reasoning"] > 7


def test_a_harvest_is_outspoken_by_what_it_asks_for_or_by_its_even_load() -> None:
    """A common phrase around mixed items is a habit; accounts at full load from their first day are anybody's."""
    quiet = replace(PLAIN, exchangeable=1.0, exchange_pairs=400)
    assert threaded(quiet)
    assert not outspoken(quiet)
    assert not outspoken(replace(quiet, ramp_share=1.0, greedy=1.0))
    assert outspoken(replace(quiet, asks=REASONING))
    assert outspoken(replace(quiet, load_ratio=2.5))
    assert not outspoken(replace(quiet, load_ratio=2.5, channels={}))


def test_people_of_one_institution_have_cards_and_programs_of_their_own() -> None:
    """One mail domain: a class shares a wording, and no operator; one program, or common cards, are an operator's."""
    one_domain = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0)
    people = {"email_domain": one_domain, "payment": OWN_CARDS, "user_agent": MANY_CLIENTS}
    campus = replace(PLAIN, sharing=people)
    assert said("H1", campus, "people of one institution") == -5.0
    assert said("H6", campus, "people of one institution") == 4.0
    assert said("H6", replace(campus, channels={}), "people of one institution") == 0.0
    assert said("H1", replace(campus, load_ratio=2.0), "people of one institution") == 0.0
    public = replace(one_domain, outside=900)
    for change in ({"user_agent": ONE_CLIENT}, {"payment": FEW_CARDS}, {"email_domain": public}):
        assert said("H1", replace(campus, sharing=people | change), "people of one institution") == 0.0


def test_a_referral_code_alone_registers_nobody() -> None:
    """Where cards are the members' own, an advert's code is no purchase; a common phone or sign-up address is."""
    code = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, bits=6.0)
    readers = replace(
        PLAIN,
        channels={"identity": 6.0, "client": 6.0, "content": 8.0},
        sharing={"payment": OWN_CARDS, "referral": code},
    )
    assert software_only(readers)
    phones = dict(readers.sharing) | {"phone": FEW_CARDS}
    assert not software_only(replace(readers, sharing=phones))
    assert not software_only(replace(readers, sharing={"payment": FEW_CARDS, "referral": code}))
    assert not software_only(replace(readers, channels=dict(readers.channels) | {"network": 6.0}))


def test_one_machine_hides_nothing_where_most_of_the_traffic_has_no_thread() -> None:
    """Who takes one free trial after another has habits of speech; a request of a harvest is another matter."""
    machine = {"device": ONE_CARD}
    trials = replace(PLAIN, sharing=machine, own_traffic=0.7)
    assert said("H1", trials, "share a card") == 1.5
    assert said("H1", replace(trials, own_traffic=0.3), "share a card") == 5.0
    assert said("H1", replace(trials, asks=REASONING), "share a card") == 5.0
    assert said("H1", replace(trials, sharing={"device": FEW_CARDS}), "share a card") == 5.0


def test_addresses_of_their_own_pool_are_no_public_things() -> None:
    """Unrelated users of one wording share no rented addresses; one office, or a VPN that others use, is not theirs."""
    rare = Sharing(known=1.0, shared=1.0, distinct=0.3, top=0.1, bits=6.0)
    drawn = replace(PLAIN, sharing={"address": rare})
    assert said("H6", drawn, "addresses that hardly anybody") == -3.0
    assert said("H6", replace(drawn, channels={}), "addresses that hardly anybody") == 0.0
    for other in (replace(rare, top=0.6), replace(rare, bits=1.0), replace(rare, shared=0.3)):
        assert said("H6", replace(drawn, sharing={"address": other}), "addresses that hardly anybody") == 0.0
    campus = {"address": rare, "payment": OWN_CARDS, "user_agent": MANY_CLIENTS, "email_domain": ONE_CARD}
    assert said("H6", replace(drawn, sharing=campus), "addresses that hardly anybody") == 0.0
    office = {"address": rare, "prefix": ONE_CARD}
    assert said("H6", replace(drawn, sharing=office), "addresses that hardly anybody") == 0.0


def test_machines_of_one_room_are_no_purchase() -> None:
    """A café's guests share its machines, network and browser; common cards, a wording, or the clock round, are not."""
    gate = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.9, bits=6.0)
    ties = {"device": FEW_CARDS, "prefix": gate, "user_agent": ONE_CLIENT}
    room = replace(PLAIN, channels={"network": 8.0}, sharing=ties, own_traffic=1.0)
    assert said("H3", room, "machines of one place") == 3.0
    assert said("H3", room, "members share") == said("H4", room, "the accounts are paid") == 0.0
    assert said("H4", room, "one client") == 0.0
    changes: tuple[dict[str, object], ...] = (
        {"sharing": ties | {"payment": FEW_CARDS}},
        {"channels": {"content": 8.0}},
        {"round_the_clock": 0.9},
        {"end_users_each": 9.0},
        {"sharing": ties | {"prefix": POOL}},
    )
    for change in changes:
        assert said("H3", replace(room, **change), "machines of one place") == 0.0  # type: ignore[arg-type]
        assert said("H4", replace(room, **change), "the accounts are paid") == 3.0  # type: ignore[arg-type]


def test_a_pool_of_rented_addresses_is_no_gateway() -> None:
    """Many networks that each carry some of the members are a carrier's, unless hardly anybody else calls from them."""
    many = Sharing(known=1.0, shared=1.0, distinct=0.3, top=0.1)
    carrier = {"prefix": many, "address": many}
    assert said("H3", replace(PLAIN, sharing=carrier), "most calls pass one network") == 4.0
    rented = carrier | {"address": replace(many, bits=6.0)}
    assert said("H3", replace(PLAIN, sharing=rented), "most calls pass one network") == 0.0


HOUSE = Sharing(known=1.0, shared=1.0, distinct=0.05, top=0.95, bits=9.0)
OWN_DOMAIN = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0)


def test_a_desk_is_named_by_its_address_and_one_card_or_domain() -> None:
    """One address and all cards that are known are one: a customer, in human hours or with people's own programs."""
    card = replace(ONE_CARD, known=0.4)
    towns = replace(OWN_DOMAIN, top=0.4, distinct=0.3)
    school = replace(
        PLAIN, sharing={"address": HOUSE, "payment": card, "email_domain": towns, "user_agent": MANY_CLIENTS}
    )
    assert said("H2", school, "one address carries all") == 4.0
    assert said("H2", school, "mail addresses are scattered") == 0.0
    assert said("H1", school, "sign-up details follow one scheme") == 0.0
    queue = replace(school, exchangeable=1.0, exchange_pairs=400)
    assert said("H2", queue, "one queue is dealt") == 0.0
    assert said("H2", replace(school, asks=REASONING), "one address carries all") == 0.0
    assert said("H2", replace(queue, round_the_clock=0.9), "one queue is dealt") == 0.0
    night = replace(queue, round_the_clock=0.9, sharing=dict(school.sharing) | {"user_agent": ONE_CLIENT})
    assert said("H2", night, "one address carries all") == 0.0
    assert said("H2", night, "one queue is dealt") == -4.0
    public = dict(school.sharing) | {"payment": FEW_CARDS, "email_domain": replace(towns, outside=900)}
    assert said("H2", replace(school, sharing=public), "one address carries all") == 0.0


def test_one_card_is_no_name_where_a_harvest_is_asked_for() -> None:
    """Accounts at public mailboxes ask for it in one wording; a domain, an organization or age names a customer."""
    public = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.9, outside=900, bits=1.0)
    ring = replace(
        PLAIN,
        units=4,
        sharing={"address": HOUSE, "prefix": HOUSE, "payment": ONE_CARD, "email_domain": public},
        asks=REASONING,
        age_days=50.0,
    )
    words = "no common name"
    assert said("H2", ring, words) == -4.0
    assert said("H2", replace(ring, asks={}), words) == 0.0
    assert said("H2", replace(ring, age_days=300.0), words) == 0.0
    assert said("H2", replace(ring, own_traffic=0.9), words) == 0.0
    for name, held in (("email_domain", OWN_DOMAIN), ("organization", ONE_CARD)):
        assert said("H2", replace(ring, sharing={**ring.sharing, name: held}), words) == 0.0
    assert said("H2", replace(ring, sharing={"payment": ONE_CARD}), words) == 0.0


def test_topics_of_their_own_do_not_clear_concealed_accounts_that_ask_aloud() -> None:
    """An operator may give each account a topic; without a loud request, or a wording, topics are people's."""
    hidden = {"payment": FEW_CARDS, "address": POOL}
    ring = replace(PLAIN, sharing=hidden, asks=REASONING, exchangeable=0.5, exchange_pairs=2000)

    def topics(facts: Facts) -> float:
        return sum(bits for name, bits, _, _ in extraction(facts) if name == "item_mix")

    assert topics(ring) == -1.0
    assert topics(replace(ring, asks={})) < -1.0
    assert topics(replace(ring, sharing={"payment": OWN_CARDS})) < -1.0
    assert topics(replace(ring, channels={"content": 1.0})) < -1.0


def test_finished_texts_to_hand_in_or_to_publish_are_no_harvest() -> None:
    """A mill deals its orders out like a queue; where a harvest is asked for as well, its orders clear nobody."""
    hidden = {"payment": FEW_CARDS, "address": POOL}
    mill = replace(PLAIN, sharing=hidden, exchangeable=1.0, exchange_pairs=2000, products=0.8)

    def bits(facts: Facts) -> float:
        return sum(one for _, one, _, _ in extraction(facts))

    assert bits(mill) < 0 < bits(replace(mill, products=0.2))
    told = extraction(replace(mill, products_outside=0.01))
    assert ("end_product", -6.0, 0.01) in [sign[:3] for sign in told]
    assert bits(replace(mill, asks=REASONING)) == bits(replace(mill, asks=REASONING, products=0.0))


def test_what_rules_tell_of_finished_texts_reaches_the_facts_and_no_family_of_a_harvest() -> None:
    """The shipped rules for them make one mask, apart from all families, and worded events are counted by it."""
    rules = load()
    mask, families = products(rules), families_of(rules)
    assert mask
    assert all(not family.mask & mask for family in families.values())
    assert mask | reduce(or_, (family.mask for family in families.values())) == (1 << len(rules)) - 1
    asked = pl.Series(["Write a 900-word essay on rivers with APA references.", "How deep is this river?"])
    events = pl.DataFrame({"mask": match(asked, rules), "in_template": [True, True]})
    empty = pl.DataFrame()
    back = Background(Incidence(1, ()), empty, empty, empty, empty, empty, families, mask)
    assert asked_products(back, events) == 0.5
    assert asked_products(replace(back, products=0), events) == 0.0


def test_several_domains_of_a_few_accounts_are_bought_for_a_harvest() -> None:
    """They tie members with cards of their own, and name no customer; alone at theirs, or without a request, nobody."""
    bought = Sharing(known=1.0, shared=0.8, distinct=0.4, top=0.4, outside=0, bits=9.0, owned=3, owning=1.0)
    ring = replace(
        PLAIN,
        units=6,
        sharing={"address": HOUSE, "prefix": HOUSE, "payment": OWN_CARDS, "phone": OWN_CARDS, "email_domain": bought},
        channels={"identity": 8.0, "content": 8.0},
        asks=REASONING,
    )
    assert said("H1", ring, "nobody shares a card") == 0.0
    assert said("H1", replace(ring, asks={}), "nobody shares a card") < 0.0
    assert said("H1", replace(ring, channels={"identity": 8.0, "content": 2.0}), "nobody shares a card") < 0.0
    for held in (replace(bought, shared=0.2), replace(bought, owned=1), replace(bought, owning=0.5)):
        assert said("H1", replace(ring, sharing={**ring.sharing, "email_domain": held}), "nobody shares a card") < 0.0
    carded = {**ring.sharing, "payment": ONE_CARD}
    assert said("H2", replace(ring, sharing=carded), "no common name") == -4.0
    mixed = {**carded, "address": POOL, "prefix": POOL}
    assert said("H2", replace(ring, sharing=mixed, own_traffic=0.9), "no common name") == -4.0
    assert said("H2", replace(ring, sharing=carded, own_traffic=0.9), "no common name") == 0.0
    one_house = replace(bought, owned=1)
    assert said("H2", replace(ring, sharing={**carded, "email_domain": one_house}), "no common name") == 0.0


def test_branches_of_one_brand_pay_for_themselves() -> None:
    """One domain that nobody else has, and a card for each; with a harvest's request it is an operator's domain."""
    shops = replace(PLAIN, sharing={"payment": OWN_CARDS, "email_domain": OWN_DOMAIN})
    assert said("H2", shops, "one domain of their own, and each pays") == 3.0
    assert said("H2", replace(shops, asks=REASONING), "one domain of their own, and each pays") == 0.0


def test_strangers_have_a_wording_in_common_and_all_else_of_their_own() -> None:
    """Volunteers with one text, in places and with programs or cards of their own; a pool is no such thing."""
    homes = {"address": OWN_CARDS, "user_agent": MANY_CLIENTS}
    assert said("H6", replace(PLAIN, sharing=homes), "a wording is common to them;") == 4.0
    app = {"address": OWN_CARDS, "user_agent": ONE_CLIENT}
    assert said("H6", replace(PLAIN, sharing=app), "a wording is common to them;") == 0.0
    assert said("H6", replace(PLAIN, sharing=app | {"payment": OWN_CARDS}), "a wording is common to them;") == 4.0
    for change in ({"sharing": homes | {"address": POOL}}, {"sharing": homes, "asks": REASONING}):
        assert said("H6", replace(PLAIN, **change), "a wording is common to them;") == 0.0  # type: ignore[arg-type]


def test_mail_domains_of_a_few_accounts_each_are_no_scheme() -> None:
    """Teachers of many schools have their schools' domains; an operator's few domains are a scheme."""
    schools = Sharing(known=1.0, shared=0.9, distinct=0.45, top=0.1, bits=7.0)
    assert said("H1", replace(PLAIN, sharing={"email_domain": schools}), "sign-up details") == 0.0
    few = replace(schools, distinct=0.05)
    assert said("H1", replace(PLAIN, sharing={"email_domain": few}), "sign-up details") == 3.0
    assert said("H1", replace(PLAIN, sharing={"referral": replace(ONE_CARD, bits=9.0)}), "sign-up details") == 0.0


def test_a_private_wording_that_asks_for_a_harvest_is_no_gateways() -> None:
    """Addresses in common explain neither that all send one private text nor what it asks for."""
    behind = replace(PLAIN, sharing={"prefix": HOUSE}, asks=REASONING)
    assert said("H3", behind, "one private wording asks for") == -4.0
    quiet = {"verbatim_reasoning": Ask(share=0.5, outside=0.02, cap=9.0, title="verbatim reasoning")}
    assert said("H3", replace(behind, asks=quiet), "one private wording asks for") == 0.0
    assert said("H3", replace(behind, channels={}), "one private wording asks for") == 0.0


def test_several_houses_with_a_card_each_conceal_nothing() -> None:
    """Three sites of one firm; cards that cut across the sites, or members who call from several, are an operator's."""
    three = Sharing(known=1.0, shared=1.0, distinct=0.3, top=0.34, bits=9.0, common=3 / 60, each=1.0)
    cards = Sharing(known=0.8, shared=1.0, distinct=3 / 48, top=0.34, bits=8.0, common=3 / 48)
    firm = replace(PLAIN, units=60, sharing={"address": three, "payment": cards, "user_agent": ONE_CLIENT})
    assert not concealed(firm)
    assert not rented(firm)
    assert said("H2", firm, "a few addresses carry all in human hours, and no set of cards") == 4.0
    lone = dict(firm.sharing) | {"address": replace(three, top=0.95, common=1 / 60), "payment": OWN_CARDS}
    assert said("H2", replace(firm, sharing=lone), "one address carries all in human hours, and no set of cards") == 4.0
    assert said("H2", firm, "one address carries all") == 0.0
    many = replace(cards, distinct=9 / 48, common=9 / 48)
    assert concealed(replace(firm, sharing=dict(firm.sharing) | {"payment": many}))
    assert not concealed(replace(firm, sharing=dict(firm.sharing) | {"payment": replace(many, common=1 / 48)}))
    assert concealed(replace(firm, sharing=dict(firm.sharing) | {"address": replace(three, each=1.8)}))
    assert concealed(replace(firm, round_the_clock=0.9))


def test_houses_with_several_exits_each_are_houses_still() -> None:
    """Members who call from a few addresses of one block stay in one place; who calls from two blocks does not."""
    exits = Sharing(known=1.0, shared=1.0, distinct=0.4, top=0.2, bits=9.0, common=0.3, each=2.2)
    blocks = Sharing(known=1.0, shared=1.0, distinct=0.05, top=0.34, bits=9.0, common=3 / 60, each=1.0)
    cards = Sharing(known=0.8, shared=1.0, distinct=3 / 48, top=0.34, bits=8.0, common=3 / 48)
    held = {"address": exits, "prefix": blocks, "payment": cards}
    firm = replace(PLAIN, units=60, sharing=held)
    assert not concealed(firm)
    assert concealed(replace(firm, sharing=held | {"prefix": replace(blocks, each=2.0)}))
    assert concealed(replace(firm, sharing=held | {"prefix": replace(blocks, common=0.2)}))


def test_one_card_and_one_place_conceal_nothing_at_any_hour() -> None:
    """Machines of one customer never sleep; a second card or a second place is needed to hide whose they are."""
    place = Sharing(known=1.0, shared=1.0, distinct=0.1, top=1.0, bits=9.0, common=0.1, each=1.0)
    held = {"payment": ONE_CARD, "address": POOL, "prefix": place}
    farm = replace(PLAIN, sharing=held, round_the_clock=0.9)
    assert not concealed(farm)
    for change in ({"payment": FEW_CARDS}, {"payment": replace(ONE_CARD, known=0.3)}, {"prefix": POOL}):
        assert concealed(replace(farm, sharing=held | change))


def test_one_domain_of_half_and_one_place_conceal_nothing_where_no_two_cards_are_shared() -> None:
    """A laboratory with a card for some of it; a second common card, or a public mail service, hides whose they are."""
    place = Sharing(known=1.0, shared=1.0, distinct=0.1, top=1.0, bits=9.0, common=0.1, each=1.0)
    domain = Sharing(known=1.0, shared=0.7, distinct=0.3, top=0.7, outside=0, bits=7.0)
    card = Sharing(known=0.7, shared=0.6, distinct=0.6, top=0.6, bits=4.0, common=1 / 14)
    held = {"payment": card, "email_domain": domain, "address": POOL, "prefix": place}
    lab = replace(PLAIN, sharing=held, round_the_clock=0.9)
    assert not concealed(lab)
    for change in ({"payment": FEW_CARDS}, {"email_domain": replace(domain, outside=300)}, {"prefix": POOL}):
        assert concealed(replace(lab, sharing=held | change))


def test_one_card_and_one_domain_of_their_own_conceal_nothing_wherever_they_call_from() -> None:
    """A firm whose people work at home has a name; one card of accounts at public mailboxes has none."""
    domain = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0)
    firm = replace(PLAIN, sharing={"payment": ONE_CARD, "email_domain": domain, "address": OWN_CARDS})
    assert not concealed(firm)
    assert not concealed(replace(firm, sharing=dict(firm.sharing) | {"email_domain": replace(domain, top=0.7)}))
    for change in ({"email_domain": replace(domain, outside=300)}, {"email_domain": replace(domain, top=0.4)}):
        assert concealed(replace(firm, sharing=dict(firm.sharing) | change))
    assert concealed(replace(firm, sharing=dict(firm.sharing) | {"payment": FEW_CARDS}))


def test_a_domain_of_their_own_names_those_who_ask_for_much_else_with_one_program() -> None:
    """A firm's people do more than the one task; without a name that may be cover for one private program."""
    domain = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0)
    held = {"payment": ONE_CARD, "email_domain": domain, "user_agent": ONE_CLIENT}
    else_ = "% of what the members ask has nothing to do with what they share"
    firm = replace(PLAIN, sharing=held, own_traffic=0.78)
    assert said("H2", firm, f"78 {else_}") == 3.0
    assert said("H2", replace(firm, own_traffic=0.3), f"30 {else_}") == 0.0
    assert said("H2", replace(firm, sharing=held | {"email_domain": OWN_CARDS}), f"78 {else_}") == 0.0


def test_one_card_of_most_at_one_domain_of_their_own_conceals_nothing_beside_single_ones() -> None:
    """Two on the firm's card and one on his own; a second card of several is an operator's."""
    domain = Sharing(known=1.0, shared=1.0, distinct=0.33, top=1.0, outside=0, bits=9.0)
    card = Sharing(known=1.0, shared=0.67, distinct=0.67, top=0.67, bits=7.0, common=0.33)
    held = {"payment": card, "email_domain": domain, "address": OWN_CARDS}
    few = replace(PLAIN, units=3, sharing=held)
    assert not concealed(few)
    assert concealed(replace(few, sharing=held | {"email_domain": replace(domain, top=0.67)}))
    assert concealed(replace(few, sharing=held | {"payment": replace(card, common=0.67)}))


def test_one_card_of_a_third_of_a_group_ties_a_firm_in_it_and_not_the_group() -> None:
    """Ten of one firm among strangers on one network; several such cards, or one for half of all, are an operator's."""
    third = Sharing(known=1.0, shared=0.33, distinct=0.7, top=0.33, bits=3.0, common=1 / 30)
    mixed = replace(PLAIN, units=30, sharing={"payment": third, "address": OWN_CARDS})
    assert hard_ties(mixed) >= 0.3
    assert not concealed(mixed)
    for change in ({"common": 3 / 30}, {"shared": 0.6, "top": 0.6}):
        assert concealed(replace(mixed, sharing={"payment": replace(third, **change), "address": OWN_CARDS}))  # type: ignore[arg-type]


def test_firms_that_each_pay_for_accounts_at_their_own_domain_conceal_nothing() -> None:
    """Two vendors with one public rubric; new accounts, more cards than domains, or common mailboxes differ."""
    two = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.6, bits=9.0, owned=2, owning=1.0, common=0.1)
    firms = replace(PLAIN, sharing={"payment": two, "email_domain": two, "address": OWN_CARDS}, age_days=400.0)
    assert not concealed(firms)
    assert concealed(replace(firms, age_days=20.0))
    for change in ({"payment": replace(two, distinct=0.15)}, {"email_domain": replace(two, owning=0.0)}):
        assert concealed(replace(firms, sharing=dict(firms.sharing) | change))


def test_firms_with_many_accounts_and_a_program_each_conceal_nothing_however_new() -> None:
    """Two makers of devices with one text in them; one program for both, or domains of a few accounts, are cells."""
    two = Sharing(known=1.0, shared=1.0, distinct=0.03, top=0.53, bits=9.0, owned=2, owning=1.0, common=0.03)
    makers = replace(PLAIN, sharing={"payment": two, "email_domain": two, "user_agent": two, "address": OWN_CARDS})
    assert not concealed(replace(makers, age_days=14.0))
    for change in (
        {"user_agent": ONE_CLIENT},
        {"user_agent": replace(two, owning=0.5)},
        {"payment": replace(two, distinct=0.2), "email_domain": replace(two, distinct=0.2)},
    ):
        assert concealed(replace(makers, sharing=dict(makers.sharing) | change))


def test_devices_that_fill_in_forms_never_sleep_and_accuse_nobody_for_it() -> None:
    """Where nothing is concealed, hours say no more of them than how the forms are spread."""
    forms = replace(PLAIN, new_words=0.1, worded_prompts=400, exchangeable=1.0, exchange_pairs=2000, load_ratio=3.0)
    fleet = replace(forms, sharing={"payment": OWN_CARDS}, round_the_clock=0.9, duty_known=True)
    assert sum(bits for _, bits, _, _ in extraction(fleet)) == pytest.approx(2.5)
    assert sum(bits for _, bits, _, _ in extraction(replace(fleet, new_words=9.0))) > 2.5


def test_hours_tell_nothing_of_forms_on_one_card_and_something_of_those_from_a_rented_pool() -> None:
    """Devices at their owners' homes, on the maker's card; who rents addresses for forms hides more than a maker."""
    forms = replace(PLAIN, new_words=0.1, worded_prompts=400, exchangeable=1.0, exchange_pairs=2000, load_ratio=3.0)
    held = {"payment": ONE_CARD, "address": OWN_CARDS}
    fleet = replace(forms, sharing=held, round_the_clock=0.9, duty_known=True)
    assert concealed(fleet)
    assert sum(bits for _, bits, _, _ in extraction(fleet)) == pytest.approx(2.5)
    for change in ({"payment": FEW_CARDS}, {"address": POOL}):
        assert sum(bits for _, bits, _, _ in extraction(replace(fleet, sharing=held | change))) > 2.5


def test_people_in_one_office_at_one_domain_are_a_firm_whatever_they_ask() -> None:
    """Each has a machine and a program of his own; one program for all, or calls from many places, name no office."""
    many = Sharing(known=1.0, shared=0.1, distinct=0.9, top=0.1)
    domain = Sharing(known=1.0, shared=1.0, distinct=0.05, top=1.0, outside=0, bits=9.0)
    place = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.9, bits=9.0)
    held = {"email_domain": domain, "prefix": place, "device": OWN_CARDS, "user_agent": many}
    firm = replace(PLAIN, sharing=held, asks=REASONING)
    says = "people with machines and programs of their own"
    assert said("H2", firm, says) == 4.0
    for change in ({"user_agent": ONE_CLIENT}, {"client_stack": ONE_CLIENT}, {"prefix": POOL}, {"device": POOL}):
        assert said("H2", replace(firm, sharing=held | change), says) == 0.0
    at_home = held | {"prefix": POOL, "payment": ONE_CARD, "email_domain": replace(domain, top=0.75)}
    assert said("H2", replace(firm, sharing=at_home), says) == 4.0
    queue = replace(firm, sharing=at_home, exchangeable=1.0, exchange_pairs=400, own_traffic=0.1, age_days=20.0)
    assert said("H2", queue, "one queue is dealt") == 0.0
    assert said("H2", queue, "75 % of the members use one mail domain of their own") == 2.0


def test_people_with_machines_of_their_own_in_two_houses_work_through_a_weekend() -> None:
    """A contest's card in each house and a night without sleep conceal nothing, nor do hours and first days count."""
    houses = Sharing(known=1.0, shared=1.0, distinct=1.0, top=0.7, bits=9.0, common=2 / 70, each=1.0)
    cards = Sharing(known=0.8, shared=0.7, distinct=0.35, top=0.5, bits=6.0, common=2 / 56)
    many = Sharing(known=1.0, shared=0.1, distinct=0.9, top=0.03)
    held = {"address": houses, "payment": cards, "device": OWN_CARDS, "client_stack": many}
    contest = replace(PLAIN, units=70, sharing=held, round_the_clock=0.6, duty_known=True, ramp_share=1.0)
    assert not concealed(contest)
    assert sum(bits for _, bits, _, _ in extraction(contest)) == pytest.approx(2.5)
    unknown = {name: one for name, one in held.items() if name != "device"}
    assert not concealed(replace(contest, sharing=unknown))
    assert concealed(replace(contest, sharing=unknown | {"client_stack": replace(many, distinct=0.6)}))
    for change in ({"device": replace(many, shared=0.05)}, {"client_stack": ONE_CLIENT}):
        assert concealed(replace(contest, sharing=held | change))


def test_accounts_made_at_once_at_several_domains_for_one_wording_are_concealed() -> None:
    """Domains are bought as cards are; brands of one house are not made in a week, nor for one text."""
    domains = Sharing(known=1.0, shared=1.0, distinct=0.15, top=0.4, bits=9.0, owned=3, owning=1.0)
    batch = Sharing(known=1.0, shared=1.0, distinct=0.1, top=0.6, bits=8.0)
    made = replace(PLAIN, sharing={"payment": OWN_CARDS, "email_domain": domains, "signup_batch": batch})
    assert concealed(made)
    assert not concealed(replace(made, channels={"content": 1.0}))
    assert not concealed(replace(made, sharing=dict(made.sharing) | {"signup_batch": replace(batch, bits=1.0)}))
    assert not concealed(replace(made, sharing=dict(made.sharing) | {"email_domain": replace(domains, owned=1)}))


def test_requests_in_one_form_evenly_and_at_all_hours_are_no_customers_of_a_reseller() -> None:
    """A dispatcher sets all up alike and never sleeps; customers who name their users are customers all the same."""
    sharing = {"payment": FEW_CARDS, "address": POOL, "user_agent": ONE_CLIENT}
    plain = replace(PLAIN, channels={}, sharing=sharing, own_traffic=1.0, exchangeable=0.9, exchange_pairs=400)
    machine = replace(plain, shapes=1.0, load_ratio=3.0, round_the_clock=0.9, duty_known=True)
    form = "requests come in one form"
    assert said("H4", machine, form) == -3.0
    assert signals(machine)["item_shape"] == 2.5
    for change in (
        {"shapes": 2.0},
        {"shapes": None},
        {"load_ratio": 1.5},
        {"round_the_clock": 0.1},
        {"end_users_each": 4},
    ):
        assert said("H4", replace(machine, **change), form) == 0.0  # type: ignore[arg-type]
    assert signals(replace(machine, round_the_clock=0.1))["item_shape"] == 1.5


def test_phrases_of_their_own_hide_no_queue_of_concealed_accounts() -> None:
    """Who takes a few of an operator's wordings makes its own requests alike; without them the items look dealt."""
    hidden = {"payment": FEW_CARDS, "address": POOL}
    few = replace(PLAIN, sharing=hidden, exchangeable=0.6, bare=1.1, exchange_pairs=900)
    assert signals(few)["item_mix"] == 4.0
    apart = replace(few, sharing={"payment": OWN_CARDS})
    assert signals(replace(apart, asks=REASONING))["item_mix"] > 0.0
    for change in ({"bare": 0.9}, {"exchange_pairs": 100}, {"sharing": apart.sharing}):
        assert signals(replace(few, **change))["item_mix"] < 0.0  # type: ignore[arg-type]


def test_a_form_filled_in_from_short_lists_is_no_queue_of_tasks() -> None:
    """Spread work says little then, unless a harvest is asked for; few prompts tell nothing of their words."""
    hidden = {"payment": FEW_CARDS, "address": POOL}
    form = replace(PLAIN, sharing=hidden, exchangeable=1.0, exchange_pairs=2000, new_words=0.4, worded_prompts=400)

    def bits(facts: Facts) -> float:
        return sum(one for _, one, _, _ in extraction(facts))

    tasks = bits(replace(form, new_words=9.0))
    assert bits(form) == pytest.approx(2.5)
    assert tasks > 5
    tenfold = replace(form, same_list=0.9, list_items=100, list_covered=0.2)
    assert bits(replace(tenfold, new_words=1.0)) > bits(replace(tenfold, new_words=0.1))
    assert bits(replace(form, new_words=None)) == bits(replace(form, worded_prompts=60)) == tasks
    assert bits(replace(form, asks=REASONING)) == bits(replace(form, asks=REASONING, new_words=9.0))


def test_people_with_old_accounts_on_cards_of_a_team_conceal_nothing() -> None:
    """Own places, own programs, much else to do, accounts that grew old; new ones on common cards are an operator's."""
    team = {"payment": FEW_CARDS, "address": OWN_CARDS, "user_agent": MANY_CLIENTS}
    old = replace(PLAIN, sharing=team, age_days=200.0, own_traffic=0.5)
    assert not concealed(old)
    for change in ({"age_days": 20.0}, {"own_traffic": 0.1}, {"sharing": team | {"user_agent": ONE_CLIENT}}):
        assert concealed(replace(old, **change))  # type: ignore[arg-type]


def test_colleagues_at_one_address_each_draw_on_no_pool() -> None:
    """Institutes have an address each; members who call from several, or blocks with many addresses, are rented."""
    institutes = Sharing(known=1.0, shared=0.9, distinct=0.2, top=0.25, bits=7.0, common=0.18, each=1.0)
    networks = Sharing(known=1.0, shared=0.9, distinct=0.2, top=0.3, bits=4.0)
    apart = {"address": institutes, "prefix": institutes, "autonomous_system": networks, "payment": OWN_CARDS}
    assert not rented(replace(PLAIN, sharing=apart))
    for change in (
        {"address": replace(institutes, each=2.5)},
        {"address": replace(institutes, each=0.0)},
        {"address": replace(institutes, shared=0.4, distinct=0.8, each=0.5)},
    ):
        assert rented(replace(PLAIN, sharing=apart | change))
