"""Makes rings of accounts out of a log's own accounts, sharing what an operator's accounts share in its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import likeness, schema
from extractscan.simulate import prose
from extractscan.simulate.vocabulary import INTENTS

Rng = np.random.Generator
Indices = npt.NDArray[np.int64]
HOUR_US: Final = 3_600_000_000
ITEM_CHARS: Final = 1500
"""The most of a borrowed prompt that goes into a harvest's item: an operator sends tasks, not whole files."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How carelessly an operator works.

    Attributes:
        name: Word for it.
        per_card: Accounts that pay with one card.
        pool: Addresses in the proxy pool, by account of the ring.
        seen: Addresses of the pool that one account calls from.
        proxied: Share of the requests that go through the pool; the others come from an address of the account's own.
        per_prefix: Addresses of the pool in one /24.
        build: Whether the harvest is sent by a client that nobody else has, with one choice of settings.
        batch: Accounts that sign up together, within six hours; 0 for sign-ups as spread as those of the log.
        per_wording: Accounts that send one wording of the private instruction; 0 for one wording for all.
        harvest: Share of the requests that harvest; the others are ordinary traffic.
        open: Whether the instruction asks in words that are known of harvests; otherwise in words of its own.
        even: Whether all accounts carry one load; otherwise the loads are those of the log's accounts.
    """

    name: str
    per_card: int
    pool: float
    seen: int
    proxied: float
    per_prefix: int
    build: bool
    batch: int
    per_wording: int
    harvest: float
    open: bool
    even: bool


STRENGTHS: Final = (
    Strength("loud", 10, 0.25, 2, 1.0, 250, build=True, batch=1000, per_wording=0, harvest=0.9, open=True, even=True),
    Strength("ordinary", 5, 1.0, 3, 1.0, 8, build=True, batch=10, per_wording=0, harvest=0.6, open=False, even=True),
    Strength("careful", 3, 3.0, 4, 0.7, 1, build=False, batch=0, per_wording=5, harvest=0.3, open=False, even=False),
)
"""From one card and one proxy range for everybody to a few accounts a card, residential proxies and own wordings."""


@dataclass(frozen=True, slots=True)
class Soil:
    """What rings are made of.

    Attributes:
        donors: Events of accounts of the log, with its canonical columns; their loads, hours, programs and prompts are
            borrowed, account by account.
        accounts: Rows of the accounts table to borrow from, if there is a table.
        taken: Account ids of the log, which no planted account may have.
        asks: Requests that are known of harvests, for operators who ask openly.
        source: Number of a source file that the log does not have.
    """

    donors: pl.DataFrame
    accounts: pl.DataFrame | None
    taken: frozenset[str]
    asks: tuple[str, ...]
    source: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A planted operator: events (canonical columns and provenance), rows of the accounts table, and members."""

    events: pl.DataFrame
    accounts: pl.DataFrame | None
    members: tuple[str, ...]


def plant(soil: Soil, size: int, strength: Strength, rng: Rng) -> Ring:
    """Make a ring of `size` accounts.

    Every account lives the life of a donor (its load, hours, models, programs and prompts) under a name, key, device
    and address of its own; then what the operator brings along is laid over it. Fields that the log lacks stay empty.
    """
    members = _names(size, soil.taken)
    who, row = _lives(soil.donors, size, strength, rng)
    life = soil.donors[row]
    harvest = rng.random(len(who)) < strength.harvest
    layers = [
        _identity(life, members, who, rng),
        _times(life, soil.donors, rng),
        _addresses(life, soil.donors, who, size, strength, rng),
        _client(life, soil.donors, harvest, strength, rng),
        _texts(life, soil, who, harvest, size, strength, rng),
    ]
    values = {name: column for layer in layers for name, column in layer.items() if name in life.columns}
    events = life.with_columns(column.alias(name) for name, column in values.items())
    events = events.with_columns(
        pl.lit(soil.source, pl.UInt32).alias(schema.FILE), pl.int_range(pl.len(), dtype=pl.Int64).alias(schema.ROW)
    )
    return Ring(events, _table(soil.accounts, events, members, strength, rng), members)


def _names(size: int, taken: frozenset[str]) -> tuple[str, ...]:
    tries = (tuple(f"planted{'-' * n}{i:05d}" for i in range(size)) for n in count(1))
    return next(names for names in tries if taken.isdisjoint(names))


def _lives(donors: pl.DataFrame, size: int, strength: Strength, rng: Rng) -> tuple[Indices, Indices]:
    """Choose whose events each account lives: number of the account and donor's row, for every event of the ring.

    An operator who evens loads out makes use of what he pays for: the upper quartile of the donors' loads.
    """
    lengths = donors[schema.ACCOUNT].rle().struct.field("len").to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    chosen = np.resize(rng.permutation(len(lengths)), size)
    own = lengths[chosen]
    loads = own
    if strength.even:
        loads = np.maximum(np.quantile(lengths, 0.75) * rng.uniform(0.85, 1.15, size), 1.0).astype(np.int64)
    who = np.repeat(np.arange(size), loads)
    place = np.arange(len(who)) - np.repeat(np.cumsum(loads) - loads, loads)
    if strength.even:
        place = (rng.random(len(who)) * own[who]).astype(np.int64)
    return who, starts[chosen][who] + place


def _identity(life: pl.DataFrame, members: Sequence[str], who: Indices, rng: Rng) -> dict[str, pl.Series]:
    """Names, keys, sessions and devices of the ring's own; no declared customer, and no end users behind it."""
    nothing = pl.Series([None] * len(who), dtype=pl.String)
    account = pl.Series(members).gather(who)
    layer = {schema.ACCOUNT: account, schema.ORGANIZATION: nothing, schema.END_USER: nothing}
    for name in (schema.API_KEY, schema.DEVICE):
        if name in life.columns:
            layer[name] = likeness.each(life[name], len(members), who, rng)
    for name, suffix in ((schema.SESSION, pl.Series(who)), (schema.REQUEST, pl.Series(np.arange(len(who))))):
        if name in life.columns:
            told = pl.when(life[name].is_not_null()).then(pl.format("{}-{}-{}", account, life[name], suffix))
            layer[name] = pl.select(told).to_series()
    return layer


def _times(life: pl.DataFrame, donors: pl.DataFrame, rng: Rng) -> dict[str, pl.Series]:
    """The donors' hours, each request up to half an hour off, within the log."""
    moved = life[schema.TIMESTAMP].to_physical() + pl.Series(rng.integers(-HOUR_US // 2, HOUR_US // 2, len(life)))
    whole = donors[schema.TIMESTAMP].to_physical().to_numpy()
    return {schema.TIMESTAMP: moved.clip(int(whole.min()), int(whole.max())).cast(schema.EVENTS[schema.TIMESTAMP])}


def _addresses(
    life: pl.DataFrame, donors: pl.DataFrame, who: Indices, size: int, strength: Strength, rng: Rng
) -> dict[str, pl.Series]:
    """A pool of proxies, of which each account sees a few, and an address of its own for each account."""
    if schema.CLIENT_IP not in life.columns or donors[schema.CLIENT_IP].null_count() == len(donors):
        return {}
    pool = max(2, round(strength.pool * size))
    prefix = np.concatenate([np.arange(pool) // strength.per_prefix, pool + np.arange(size)])
    places = donors.filter(pl.col(schema.CLIENT_IP).is_not_null())
    chosen = rng.integers(0, len(places), int(prefix.max()) + 1)[prefix]
    shapes = places[schema.CLIENT_IP].gather(chosen).to_list()
    address = likeness.addresses(shapes, prefix, rng)
    seen = rng.integers(0, pool, (size, strength.seen))
    through = seen[who, rng.integers(0, strength.seen, len(who))]
    used = np.where(rng.random(len(who)) < strength.proxied, through, pool + who)
    known = pl.Series(life[schema.CLIENT_IP].is_not_null())
    layer = {schema.CLIENT_IP: pl.Series(address).gather(used)}
    layer |= {n: places[n].gather(chosen[used]) for n in (schema.ASN, schema.COUNTRY) if n in life.columns}
    return {name: pl.select(pl.when(known).then(column)).to_series() for name, column in layer.items()}


def _client(
    life: pl.DataFrame, donors: pl.DataFrame, harvest: npt.NDArray[np.bool_], strength: Strength, rng: Rng
) -> dict[str, pl.Series]:
    """Lay the operator's own build over the harvest, with settings that somebody in the log uses as well."""
    if not strength.build:
        return {}
    layer: dict[str, pl.Series] = {}
    one = donors[int(rng.integers(len(donors)))]
    for name in (schema.USER_AGENT, schema.JA4, schema.MAX_TOKENS, schema.TEMPERATURE):
        if name not in life.columns or donors[name].null_count() == len(donors):
            continue
        value = one[name][0]
        if name in (schema.USER_AGENT, schema.JA4):
            common = str(donors[name].drop_nulls().mode().sort()[0])
            value = likeness.unseen(common, set(donors[name].to_list()), rng, words=name == schema.USER_AGENT)
        column = pl.when(pl.Series(harvest)).then(pl.lit(value, life.schema[name])).otherwise(life[name])
        layer[name] = pl.select(column).to_series()
    return layer


def _texts(
    life: pl.DataFrame,
    soil: Soil,
    who: Indices,
    harvest: npt.NDArray[np.bool_],
    size: int,
    strength: Strength,
    rng: Rng,
) -> dict[str, pl.Series]:
    """Send an item of the work list under the private instruction in every request of the harvest."""
    if schema.PROMPT not in life.columns or soil.donors[schema.PROMPT].drop_nulls().is_empty():
        return {}
    head = _instructions(soil.asks, size, strength, rng)
    head = head.gather(who[harvest] % len(head))
    items = _dealt(soil.donors[schema.PROMPT], int(harvest.sum()), rng)
    texts = pl.select(pl.concat_str(head, pl.lit("\n\n"), items)).to_series()
    at = np.flatnonzero(harvest)
    layer = {schema.PROMPT: life[schema.PROMPT].scatter(at, texts)}
    for name in (schema.SYSTEM_PROMPT, schema.TOOL_NAMES):
        if name in life.columns:
            layer[name] = pl.select(pl.when(~pl.Series(harvest)).then(life[name])).to_series()
    if schema.INPUT_TOKENS in life.columns:
        layer[schema.INPUT_TOKENS] = life[schema.INPUT_TOKENS].scatter(at, texts.str.len_chars().cast(pl.Int64) // 4)
    return layer


def _instructions(asks: Sequence[str], size: int, strength: Strength, rng: Rng) -> pl.Series:
    """Write the private instruction, in as many wordings as the ring has."""
    if strength.open and asks:
        return pl.Series([asks[int(rng.integers(len(asks)))]])
    wordings = -(-size // strength.per_wording) if strength.per_wording else 1
    intent = INTENTS[int(rng.integers(len(INTENTS) - 1))]  # the last asks for nothing in particular
    keys = rng.integers(0, 1 << 63, wordings).astype(np.uint64)
    return prose.write(intent, keys).str.replace_all("TAG", likeness.like("xxxxxxx", rng), literal=True)


def _dealt(prompts: pl.Series, number: int, rng: Rng) -> pl.Series:
    """Deal items from a deck of the donors' prompts, none twice: a deck that runs out goes on with pairs of prompts."""
    distinct = prompts.drop_nulls().str.slice(0, ITEM_CHARS).unique().sort()
    deck = distinct.gather(rng.permutation(len(distinct)))
    first = np.arange(number) % len(deck)
    second = (first + np.arange(number) // len(deck)) % len(deck)
    joined = pl.concat_str(deck.gather(first), pl.lit("\n"), deck.gather(second))
    return pl.select(pl.when(pl.Series(first != second)).then(joined).otherwise(deck.gather(first))).to_series()


def _table(
    known: pl.DataFrame | None, events: pl.DataFrame, members: Sequence[str], strength: Strength, rng: Rng
) -> pl.DataFrame | None:
    """Fill in a row of the accounts table for every account: cards in common, sign-ups in batches, the rest its own."""
    if known is None or known.is_empty():
        return None
    size = len(members)
    rows = known[rng.integers(0, len(known), size)].with_columns(pl.Series(schema.ACCOUNT, members))
    number = np.arange(size)
    layer: dict[str, pl.Series] = {}
    for name in (schema.PHONE, schema.SIGNUP_IP, schema.SIGNUP_DEVICE):
        layer[name] = likeness.each(rows[name], size, number, rng) if name in rows.columns else rows[schema.ACCOUNT]
    if schema.PAYMENT in rows.columns and known[schema.PAYMENT].null_count() < len(known):
        shape = str(known[schema.PAYMENT].drop_nulls().sort()[0])
        cards = [
            likeness.unseen(shape, set(known[schema.PAYMENT].to_list()), rng)
            for _ in range(-(-size // strength.per_card))
        ]
        layer[schema.PAYMENT] = pl.Series(cards).gather(number // strength.per_card)
    if schema.EMAIL in rows.columns:
        layer[schema.EMAIL] = likeness.mails(rows[schema.EMAIL], known[schema.EMAIL], rng)
        layer[schema.EMAIL_DOMAIN] = layer[schema.EMAIL].str.extract(r"@(.+)$")
    if schema.CREATED_AT in rows.columns and known[schema.CREATED_AT].null_count() < len(known):
        layer[schema.CREATED_AT] = _created(rows, events, strength, rng)
    empty = (schema.ORGANIZATION, schema.VERIFIED, schema.REFERRAL, schema.STATUS_CHANGED_AT)
    rows = rows.with_columns(pl.lit(None, rows.schema[name]).alias(name) for name in empty if name in rows.columns)
    return rows.with_columns(column.alias(name) for name, column in layer.items() if name in rows.columns)


def _created(rows: pl.DataFrame, events: pl.DataFrame, strength: Strength, rng: Rng) -> pl.Series:
    """Sign batches up within six hours, up to three days before their first request; others whenever, but before it."""
    began = events.group_by(schema.ACCOUNT).agg(pl.col(schema.TIMESTAMP).min().to_physical().alias("began"))
    first = (
        rows.select(schema.ACCOUNT)
        .join(began, on=schema.ACCOUNT, how="left", maintain_order="left")["began"]
        .to_numpy()
    )
    before = first - rng.integers(HOUR_US, 72 * HOUR_US, len(first))
    own = rows[schema.CREATED_AT].to_physical()
    made = np.where(own.is_null().to_numpy(), before, np.minimum(own.fill_null(0).to_numpy(), before))
    if strength.batch:
        batch = np.arange(len(first)) // strength.batch
        moment = np.array([before[batch == number].min() for number in range(int(batch[-1]) + 1)])
        made = moment[batch] - rng.integers(0, 6 * HOUR_US, len(first))
    return pl.Series(made).cast(schema.ACCOUNTS[schema.CREATED_AT])
