"""Who belongs to a group: bits over what membership needs, in enough channels, of which one is an operator's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from extractscan import schema
from extractscan.incidence import Floats, Ints
from extractscan.profiles import Bits, Profile, needed_bits
from extractscan.settings import Settings

NAMED, ALIKE = 12, 0.9
"""Of so many units with a row in the table of accounts, who share a group's program and its wording, such a share has
to belong for those without a row to belong as well."""


def total_bits(group: Profile) -> Floats:
    """Sum the channels of every unit."""
    return np.asarray(Bits(group.among, _total(group), len(group.own)))


def member_bits(group: Profile) -> Floats:
    """Sum the channels of every member."""
    return _total(group)[np.searchsorted(group.among, group.members)]


def _total(group: Profile) -> Floats:
    """Sum the channels of the units that were judged."""
    return np.asarray(np.sum([bits.held for bits in group.channels.values()], axis=0), dtype=np.float64)


def belongs(group: Profile, units: int, settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell of all units which belong (units,)."""
    taken = np.zeros(units, dtype=np.bool_)
    taken[belonging(group, units, settings)] = True
    return taken


def belonging(group: Profile, units: int, settings: Settings) -> Ints:
    """Return the sorted units that reach the bits that membership needs, over enough independent channels.

    Two kinds of evidence do not do by themselves. Client and content are what unrelated users of one program share: one
    of identity, network or time has to count as well. And what somebody else can put on a bystander (his gateway's
    address, his wording, his referral code) has to be joined by something that is the account's own, if less loudly.
    A pool of addresses in many blocks is nobody's gateway: with the wording it does.

    Of a unit without a row in the table of accounts the first cannot be known. What it shares in client and content
    does where nearly all units with a row that share as much are members by all that is known of them.
    """
    nothing = np.zeros(len(group.among), dtype=np.bool_)
    strong = {name: bits.held >= settings.channel_floor_bits for name, bits in group.channels.items()}
    operator = np.any([strong.get(name, nothing) for name in (schema.IDENTITY, schema.NETWORK, schema.TIME)], axis=0)
    own = group.own.held >= settings.channel_floor_bits / 2
    if group.roaming:
        own = own | (strong.get(schema.NETWORK, nothing) & strong.get(schema.CONTENT, nothing))
    enough = _total(group) >= needed_bits(units, len(group.members), settings)
    count = np.sum(list(strong.values()), axis=0)
    whole = enough & own & (count >= settings.channels_needed)
    alike = strong.get(schema.CLIENT, nothing) & strong.get(schema.CONTENT, nothing)
    named = alike & ~group.nameless
    if np.count_nonzero(named) >= NAMED and (whole & operator)[named].mean() >= ALIKE:
        operator = operator | (alike & group.nameless)
    taken: Ints = group.among[whole & operator]
    return taken
