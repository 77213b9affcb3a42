"""Ties: which accounts share rare values of two channels with others of the same part of all accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from extractscan import schema
from extractscan.incidence import Codes, Incidence, Ints, spans

FEW_HOLDERS = 64
RARE = 0.05
"""Values held by more units, or by a larger share of all, bind no community: they are a campus, a mail service or a
popular program."""
TIED_AT_ONCE = 250_000
"""Sightings that are held against the communities at once."""
BINDING = frozenset(
    {"payment", "phone", "signup_device", "signup_address", "referral", "email_domain", "address", "device"}
)
"""Signals whose rare values bind a community: what has to be bought, rented or registered, one by one."""


def numbered(label: Ints, least: int, most: int) -> tuple[Codes, Ints]:
    """Number the communities of a size between two anew: of each unit its community or -1, and their sizes."""
    count = np.bincount(label)
    fits = (count >= least) & (count <= most)
    return np.where(fits, np.cumsum(fits) - 1, -1).astype(np.int32)[label], count[fits].astype(np.int64)


def tied_twice(incidence: Incidence, found: Sequence[tuple[Codes, Ints]]) -> list[npt.NDArray[np.bool_]]:
    """Tell which units share rare values of two channels with others of their community (units,), for each partition.

    A web of one channel alone is a crowd; a look at what they hold spares most communities a profile. What is not
    bought has to be common to half of the community: phrases and programs meet by chance.

    Args:
        incidence: Who holds what.
        found: Of each partition the community of each unit, from 0, or -1 where it is left out, and their sizes.
    """
    flat, holders = incidence.flat, np.diff(incidence.flat.by_value_ptr)
    binding = np.array([kind.name in BINDING for kind in incidence.kinds], dtype=np.bool_)
    channel = np.array([schema.CHANNELS.index(kind.channel) for kind in incidence.kinds], dtype=np.int64)
    tied = [np.zeros((incidence.units, len(schema.CHANNELS)), dtype=np.bool_) for _ in found]
    rare = np.flatnonzero((holders >= 2) & (holders <= max(FEW_HOLDERS, RARE * incidence.units)))
    part = np.cumsum(holders[rare]) // TIED_AT_ONCE
    for values in np.split(rare, np.flatnonzero(np.diff(part)) + 1):
        unit = flat.by_value[spans(flat.by_value_ptr, values)]
        which = np.repeat(np.arange(len(values)), holders[values])
        for (number, size), ties in zip(found, tied, strict=True):
            value, community, count, place = _met(which, number[unit], len(size))
            kind = flat.kind[values[value]]
            shared = count >= np.where(binding[kind], 2, np.maximum(3, size[community] // 2))
            ties[unit[place[np.repeat(shared, count)]], np.repeat(channel[kind[shared]], count[shared])] = True
    return [np.asarray(ties.sum(axis=1) >= 2) for ties in tied]


def _met(value: Ints, community: Codes, communities: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Count the sightings of a value in a community, where there are two at least.

    Value, community and place go into one number, since bare numbers are sorted three times as fast as their order is
    found. They have room in it for fifty million units, with `TIED_AT_ONCE` sightings.

    Returns:
        The value, the community and the count of each pair, and the places of all their sightings one after the other.
    """
    bits = len(value).bit_length()
    place = np.flatnonzero(community >= 0)
    key = ((value[place] * communities + community[place]) << bits) | place
    key.sort()
    alike = np.diff(key >> bits, prepend=-1, append=-1) == 0
    key = key[alike[1:] | alike[:-1]]
    pair = key >> bits
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    count = np.diff(np.append(first, len(pair)))
    return pair[first] // communities, pair[first] % communities, count, key & ((1 << bits) - 1)
