"""Victims of stolen keys, parted from the accounts of whoever uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from core_kinds import kind, one_each

from extractscan import schema, victims
from extractscan.growing import Found, shrunk
from extractscan.harvest import IN_STREAM, THREADED
from extractscan.incidence import Incidence, Kind
from extractscan.settings import Settings
from extractscan.victims import Part, parted, without_bystanders
from extractscan.worded import Hits

SETTINGS = Settings()
UNITS = 400
OWN, STOLEN = range(12), range(12, 20)
NAMES = pl.DataFrame({"unit": range(UNITS), schema.ACCOUNT: [f"a{n:03}" for n in range(UNITS)]})


def incidence(tied: range = OWN, *, cards: bool = True, hosted: range = range(0)) -> Incidence:
    """Twenty units share addresses, a program and a wording, `tied` cards; everybody else has his own.

    Where some are `hosted`, these sit at two mail domains of theirs and all others at a public one.
    """
    inside = [*OWN, *STOLEN]
    crowd = {unit: {f"own{unit}": 1.0} for unit in range(UNITS)}
    kinds = _kinds(crowd, inside, tied)
    if hosted:
        public = {unit: {"public.test": 1.0} for unit in range(UNITS)}
        at = kind("email_domain", "identity", UNITS, public | one_each(hosted, ["one.test", "two.test"]))
        kinds = (*kinds, at)
    return Incidence(UNITS, kinds if cards else kinds[1:])


def _kinds(crowd: dict[int, dict[str, float]], inside: list[int], tied: range) -> tuple[Kind, ...]:
    return (
        kind("payment", "identity", UNITS, crowd | one_each(tied, ["card1", "card2"])),
        kind("address", "network", UNITS, crowd | one_each(inside, ["pool1", "pool2"])),
        kind("user_agent", "client", UNITS, crowd | one_each(inside, ["program"])),
        kind("template", "content", UNITS, crowd | one_each(inside, ["wording"]), mixture=True),
    )


def events(owners: range) -> pl.DataFrame:
    """Two calls of every member through the pool, and three of each of `owners` from home with a program of his own."""
    pool = [(n, f"pool{n % 2}", "program") for n in [*OWN, *STOLEN] for _ in range(2)]
    home = [(n, f"home{n}", "browser") for n in owners for _ in range(3)]
    rows = [
        {schema.ACCOUNT: f"a{n:03}", schema.CLIENT_IP: ip, schema.USER_AGENT: agent} for n, ip, agent in pool + home
    ]
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=number) for number in range(len(rows))]
    return pl.DataFrame(rows).with_columns(pl.Series(schema.TIMESTAMP, times, dtype=pl.Datetime("us", "UTC")))


def group(owners: range = STOLEN, tied: range = OWN, hits: list[Hits] | None = None) -> Part:
    profile = shrunk(incidence(tied), np.arange(20), SETTINGS)
    assert profile is not None
    assert len(profile.members) == 20
    return Part(Found(profile.members, profile, 40.0), events(owners), hits or [])


def sizes(parts: list[Part]) -> list[list[int]]:
    return [part.found.members.tolist() for part in parts]


def test_victims_and_the_accounts_of_whoever_uses_their_keys_are_two_groups() -> None:
    """Each part keeps its own events, and the hits in them by their new places."""
    whole = group()
    marked = np.arange(len(whole.events), dtype=np.uint32)
    parts = parted(whole._replace(hits=[Hits(marked, marked)]), NAMES, incidence(), SETTINGS)
    assert sizes(parts) == [list(OWN), list(STOLEN)]
    for part in parts:
        names = NAMES.filter(pl.col("unit").is_in(part.found.members.tolist()))[schema.ACCOUNT]
        assert part.events[schema.ACCOUNT].is_in(names.implode()).all()
        ((event, mark),) = part.hits
        assert event.tolist() == list(range(len(part.events)))
        assert whole.events[mark.astype(np.int64)].equals(part.events)
    assert sum(len(part.events) for part in parts) == len(whole.events)


@pytest.mark.parametrize(
    ("owners", "tied"),
    [
        (range(0), OWN),  # nobody shows a second user
        (range(2, 6), OWN),  # who shares a card with another member is no victim
        (STOLEN, range(0)),  # nobody is left who would be an operator's own
        (range(2, 20), range(2)),  # fewer are left than make a group
    ],
)
def test_else_a_group_stays_as_it_is(owners: range, tied: range) -> None:
    """Cover traffic of an operator's own accounts does not part them, nor do victims alone make an operator."""
    whole = group(owners, tied)
    assert parted(whole, NAMES, incidence(tied), SETTINGS) == [whole]


@pytest.mark.parametrize(("hosted", "left"), [(OWN, [list(OWN), list(STOLEN)]), (range(5), [[*OWN, *STOLEN]])])
def test_mail_domains_of_theirs_tie_an_operators_own_accounts(hosted: range, left: list[list[int]]) -> None:
    """Each with a card of its own, they are told from victims by where their mail goes, if half of them are."""
    world = incidence(range(0), hosted=hosted)
    assert sizes(parted(group(STOLEN, range(0)), NAMES, world, SETTINGS)) == left


@pytest.mark.parametrize(("falls", "left"), [(0, [list(range(20))]), (1, [list(OWN)])])
def test_a_part_that_does_not_hold_together_is_none(
    falls: int, left: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the operator's part the group stays whole; victims whom nothing ties are left out."""
    answers = iter(range(2))
    real = shrunk

    def holds(*given: object) -> object:
        return None if next(answers) == falls else real(*given)  # type: ignore[arg-type]

    whole = group()
    monkeypatch.setattr(victims, "shrunk", holds)
    assert sizes(parted(whole, NAMES, incidence(), SETTINGS)) == left


def streamed(silent: range, *, threaded: bool = True) -> Part:
    """The whole group, of whom all but `silent` send something of its stream."""
    whole = group(range(0))
    quiet = pl.col(schema.ACCOUNT).is_in([f"a{n:03}" for n in silent])
    return whole._replace(events=whole.events.with_columns((~quiet).alias(IN_STREAM), pl.lit(threaded).alias(THREADED)))


def test_nobody_answers_for_a_stream_of_which_he_sent_nothing() -> None:
    """Who is tied by nothing bought goes, with his events; a common card keeps him."""
    clean = without_bystanders(streamed(range(10, 15)), NAMES, incidence(), SETTINGS)
    assert clean.found.members.tolist() == [*range(12), *range(15, 20)]
    assert clean.events[schema.ACCOUNT].n_unique() == 17


@pytest.mark.parametrize(("silent", "left"), [(range(13, 20), 12), (range(15, 20), 20)])
def test_nobody_answers_for_a_stream_that_hardly_anybody_on_his_card_sent(silent: range, left: int) -> None:
    """A reseller's customers who run the group's program go with the one of them who asks alike; half of them stay."""
    plain = incidence()
    crowd = {unit: {f"own{unit}": 1.0} for unit in range(UNITS)}
    cards = crowd | one_each(OWN, ["card1", "card2"]) | one_each(STOLEN, ["card3"])
    tied = Incidence(UNITS, (kind("payment", "identity", UNITS, cards), *plain.kinds[1:]))
    assert len(without_bystanders(streamed(silent), NAMES, tied, SETTINGS).found.members) == left


@pytest.mark.parametrize(
    "whole",
    [
        streamed(range(0)),
        streamed(range(12, 20), threaded=False),  # no stream marks anything
        group(range(0))._replace(events=streamed(range(0)).events.clear()),
    ],
)
def test_without_bystanders_a_group_stays_as_it_is(whole: Part) -> None:
    """Everybody sends, or there is nothing to send."""
    assert without_bystanders(whole, NAMES, incidence(), SETTINGS) is whole


def test_a_stream_of_few_does_not_make_the_others_bystanders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where most send nothing of it, it is not what makes the group; nor may what is left fall apart."""
    silent = streamed(range(10, 15))
    assert without_bystanders(silent, NAMES, incidence(cards=False), SETTINGS) is silent  # nobody's card is known
    few = streamed(range(5, 20))
    assert without_bystanders(few, NAMES, incidence(range(0)), SETTINGS) is few
    whole = streamed(range(12, 20))
    monkeypatch.setattr(victims, "shrunk", lambda *_: None)
    assert without_bystanders(whole, NAMES, incidence(), SETTINGS) is whole
