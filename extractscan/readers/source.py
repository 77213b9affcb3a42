"""What a source is: how its records are recognised and where each canonical column comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema

ASIDE: Final = "why the record is set aside"
"""Stands for `Source.aside` among the columns that are read by blocks."""
FOLDED: Final = "what the parts of one event have in common"
"""Stands for `Fold.column` among them."""
Record = Mapping[str, Any]
Matches = Callable[[Sequence[Record]], bool]


@dataclass(frozen=True, slots=True)
class Column:
    """How a canonical column is read of a whole block of records at once, with the same outcome as one by one.

    Attributes:
        needs: What of the records decides it: `a.b` is a field of an object, `a[].b` one of each item of a list.
        read: Takes the block (`blockwise.Records`), gives the raw values or None where no record has any; raises
            `UnusualError` where it cannot tell what reading one by one would give.
        absent: Where nothing may stand: records that have something there are read one by one.
    """

    needs: tuple[str, ...]
    read: Callable[[Any], Any]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """Where one canonical column comes from.

    Attributes:
        paths: Every source path that is read, best first; the heads of the paths are what a projection must load.
        read: Takes the view of one record, gives the raw value or None; never raises on odd types.
        column: The faster way for blocks of records, where there is one.
    """

    paths: tuple[str, ...]
    read: Callable[[Any], Any]
    column: Column | None = None

    @property
    def heads(self) -> frozenset[str]:
        """The top-level fields that `read` may look at: `a.b` lies in `a`, or in a field whose name holds the dot."""
        return _heads(self.paths)


@lru_cache(maxsize=1024)
def _heads(paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset(head for path in paths for head in prefixes(path))


def prefixes(path: str) -> list[str]:
    """List what a dotted path begins with, itself included: `a.b.c` gives `a`, `a.b` and `a.b.c`."""
    parts = path.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


_NO_FIELDS: Final[Mapping[str, Field]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the records of one kind of file tell about accounts themselves.

    Attributes:
        fields: Columns of the accounts table.
        parts: Opens a record that tells of several accounts.
        keeps: Gives the reason why a record tells of none, None where it does.
    """

    view: Callable[[Any], Any]
    fields: Mapping[str, Field]
    parts: Callable[[Record], Sequence[Any]] | None = None
    keeps: Callable[[Any], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What the records of one kind of file tell about events that lie in other records.

    Attributes:
        on: What both sides call the same request by, in words, such as `AWS request id`; a source that has the same
            among its `keys` is completed by this side.
        key: Where the value of that key stands here.
        fields: Canonical columns that it supplies; they fill what an event lacks.
        over: Those of them that go over what the event says itself.
        rank: Orders the records of one key, as a number or a time; the highest that has a value supplies it. Where
            it does not decide, the smallest value does, so that the order of records never matters.
        keeps: Gives the reason why a record tells nothing here, None where it does.
        also: What the same records tell under other keys.
        accounts: What they tell about accounts, for the accounts table.
        events: Whether its records are read as events too, when they serve as a side.
        why: Why it is not read where nothing among the inputs has the key.
        notes: What a reader of the report must know about what it tells.
    """

    name: str
    title: str
    recognised: str
    matches: Matches
    view: Callable[[Record], Any]
    on: str
    key: Field
    fields: Mapping[str, Field]
    over: frozenset[str] = frozenset()
    rank: Field | None = None
    parts: Callable[[Record], Sequence[Record]] | None = None
    keeps: Callable[[Any], str | None] | None = None
    heads: frozenset[str] = frozenset()
    also: tuple[Side, ...] = ()
    accounts: Accounts | None = None
    events: bool = False
    why: str = "it holds no requests of its own, only what completes those of another log"
    hint: str = "Give it together with the log that it completes."
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """How several records of one log are one event.

    Attributes:
        key: Gives what the records of one event have in common, None for a record that is whole by itself.
        merge: Makes one record of those of one key, which come in the order of the inputs; never raises. Where it
            gives one of them, the event stands at that one's place, else at the first one's.
        says: What the other records of an event are called where they are counted.
        heads: Top-level fields that both look at, whatever columns are asked for.
        column: What `key` gives, by blocks, where it is text or nothing; without it, records are read one by one.
    """

    key: Callable[[Record], str | None]
    merge: Callable[[Sequence[Record]], Record]
    heads: frozenset[str] = frozenset()
    says: str = "rows are further parts of an event"
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of log.

    Attributes:
        matches: Says whether parsed sample records are of this kind.
        view: Wraps one record so that nested JSON is parsed at most once, and only when a field asks for it.
        fields: Canonical column to its origin.
        late: Columns that are held to be delivered even if the sample has none (errors are rare).
        notes: What a reader of the report must know about these columns.
        keys: What its events can be joined with a `Side` by, and where the value stands.
        parts: Opens a record that holds several (a trace and its spans); each part is viewed and counted alone.
        keeps: Gives the reason why a record is no event and is set aside, None where it is one. A field that a record
            lacks may be there as None, for this as for all that look at records.
        heads: Top-level fields that `parts` and `keeps` look at, whatever columns are asked for.
        fold: How several records are one event, where that is so.
        dotted: Whether its top-level fields have dots in their names.
        whole: Whether records must be loaded whole, because the names of top-level fields vary.
        side: What the same records are where another input holds the events that they complete.
        wants: What to do where neither it nor a side names accounts.
        blocks: Whether the `column` of its fields may be used: its views add nothing to the records at their paths.
        aside: What `keeps` gives, by blocks; a source that has `keeps` is read by columns only where it has this too.
    """

    name: str
    title: str
    recognised: str
    links_accounts: str
    carries_prompts: str
    matches: Matches
    view: Callable[[Record], Any]
    fields: Mapping[str, Field]
    late: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    keys: Mapping[str, Field] = field(default_factory=lambda: _NO_FIELDS)
    parts: Callable[[Record], Sequence[Record]] | None = None
    keeps: Callable[[Any], str | None] | None = None
    heads: frozenset[str] = frozenset()
    fold: Fold | None = None
    dotted: bool = False
    whole: bool = False
    side: Side | None = None
    wants: str = ""
    blocks: bool = False
    aside: Column | None = None


_COMMON: Final = {"request id": schema.REQUEST, "account id": schema.ACCOUNT, "API key id": schema.API_KEY}


def keys_of(source: Source) -> dict[str, Field]:
    """Give what events can be joined by: the source's own keys, and columns that name a request, account or key."""
    common = {on: source.fields[name] for on, name in _COMMON.items() if name in source.fields}
    return {**common, **source.keys}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A known kind of file that this tool does not read, with the reason and the way out."""

    name: str
    title: str
    matches: Matches
    why: str
    hint: str
    mappable: bool = True
    """Whether a mapping given by the user may override the refusal."""


def has_keys(records: Sequence[Record], *names: str, without: tuple[str, ...] = ()) -> bool:
    """Say whether half the records or more carry all of these top-level fields and none of the others."""
    hits = sum(all(n in r for n in names) and not any(n in r for n in without) for r in records)
    return bool(records) and 2 * hits >= len(records)
