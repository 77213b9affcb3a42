"""What is known of one network, as numbers that every hypothesis reads; None where the log does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Sharing:
    """How the members hold one kind of observable.

    Attributes:
        known: Share of members of which it is known.
        shared: Share of those that hold a value which another member holds too.
        distinct: Distinct values for each member that is known.
        top: Largest share of those on one value.
        outside: Accounts outside that hold the top value.
        bits: Mean bits of the members.
        common: Values that two members or more hold, for each member that is known.
        each: Mean number of those that a member holds; 0 where they were not counted.
        owned: Values that hardly anybody outside holds.
        owning: Share of those that are known on such values.
    """

    known: float = 0.0
    shared: float = 0.0
    distinct: float = 0.0
    top: float = 0.0
    outside: int = 0
    bits: float = 0.0
    common: float = 0.0
    each: float = 0.0
    owned: int = 0
    owning: float = 0.0


END_PRODUCT = "end_product"
"""Family of the rules that speak against a harvest."""


def hardly(units: int) -> int:
    """Return how many others may hold a value that is still a group's own."""
    return max(2, units // 10)


class Mix(NamedTuple):
    """How alike the members' items are across accounts, as a multiple of how alike they are within one.

    Attributes:
        likeness: Of all words that are not wording.
        bare: The same without what a member sends word for word again and again, or None where that leaves nothing.
        pairs: Pairs of one member's prompts that both rest on.
        words: Different words of the items for each prompt; a queue of tasks brings new ones with every task.
        prompts: Prompts that were laid side by side.
    """

    likeness: float
    bare: float | None
    pairs: int
    words: float
    prompts: int


@dataclass(frozen=True, slots=True)
class Ask:
    """How often the stream asks for one thing that a harvest asks for.

    Attributes:
        share: Share of the stream's events that match.
        outside: Share of everybody else's events.
        cap: What the rules of this family may say at most, in bits.
        title: What it is.
    """

    share: float
    outside: float
    cap: float
    title: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a hypothesis may weigh about one network.

    Attributes:
        units, accounts, population: Members (customers merged), accounts, and units in the log.
        channels: Mean bits of the members by channel.
        sharing: By signal.
        events, stream_events: All events of the members; those that carry the group's private wording or request.
        stream_known: Whether the log has text, so that a stream could be told.
        same_list: Share of stream events whose item many members sent: at least three, and of large groups more; three
            always do where nothing is concealed, because strangers do not draw from an operator's list.
        list_items: Different texts that so many members sent, or 0 where most of these items are no whole prompts.
        list_covered: Share of them that the median member sent: near 1 where everybody runs the list, little where each
            draws a few from a pool.
        exchangeable: How alike the items are across members, as a multiple of within one (1 = dealt), or None.
        bare: The same without what a member sends word for word again and again, or None.
        exchange_pairs: Pairs of items of one member that this rests on.
        own_worded: Share of the members each of whom works from one fixed text of its own, or None.
        shapes: Ways in which a busy member sets its requests up (perplexity of system prompt, length and temperature).
        asks: By family.
        load_ratio: Spread (standard deviation of log2 events an active day) outside over inside; > 1 = more even.
        round_the_clock, round_the_clock_outside: Share of members (outsiders) active in all parts of the day.
        duty_known: Whether enough members have enough events to tell.
        ramp_share, ramp_outside: Share of members (outsiders) at full load from the first day.
        age_days: Median days from account creation to first event, or None.
        greedy, greedy_outside: Share of the events (and of an outsider's) that ask for all that one answer can give.
        succession, succession_outside: Share of members (outsiders) first seen within two days after another member
            (outsider) fell silent, well after the start; by chance the two are alike.
        end_users: Share of stream events with an end-user id; end_users_each: distinct ones an account.
        end_users_outside: Share of everybody else's events with an end-user id.
        verified_distinct: Different verified organizations for each member, or None.
        takeover: Share of members whose stream comes from clients and addresses that their other traffic never uses.
        sold: Share of members of whom that is so since their other traffic stopped, as after a sale.
        answers: How many times as long the answers of the stream are as other people's (tokens; medians of accounts'
            means), or None.
        own_traffic: Share of the members' events outside the stream; all of them where no wording or request marks one.
        banned: Share of members with a status other than active, or None.
        products, products_outside: Share of the stream (and of everybody else's events) that asks for finished text
            which somebody hands in or publishes.
        new_words: Different words of the items for each prompt, wording left out, or None.
        worded_prompts: Prompts that this rests on.
    """

    units: int
    accounts: int
    population: int
    channels: Mapping[str, float]
    sharing: Mapping[str, Sharing]
    events: int
    stream_events: int
    stream_known: bool
    same_list: float
    asks: Mapping[str, Ask] = field(default_factory=dict)
    exchangeable: float | None = None
    bare: float | None = None
    exchange_pairs: int = 0
    own_worded: float | None = None
    shapes: float | None = None
    load_ratio: float | None = None
    round_the_clock: float = 0.0
    round_the_clock_outside: float = 0.0
    duty_known: bool = False
    ramp_share: float = 0.0
    ramp_outside: float = 0.0
    greedy: float = 0.0
    greedy_outside: float = 0.0
    succession: float = 0.0
    succession_outside: float = 0.0
    age_days: float | None = None
    end_users: float = 0.0
    end_users_each: float = 0.0
    end_users_outside: float = 0.0
    verified_distinct: float | None = None
    takeover: float = 0.0
    own_traffic: float = 0.0
    banned: float | None = None
    list_items: int = 0
    list_covered: float = 1.0
    sold: float = 0.0
    answers: float | None = None
    products: float = 0.0
    products_outside: float = 0.0
    new_words: float | None = None
    worded_prompts: int = 0

    def share(self, signal: str) -> Sharing:
        """Return how the members hold one kind of observable; nothing known where the log lacks it."""
        return self.sharing.get(signal, Sharing())
