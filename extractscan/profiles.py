"""What a group looks like against everybody else: bits of units, by channel and signal, and the rates behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from extractscan.incidence import Floats, Ints
from extractscan.settings import Settings


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of every unit, of which only those that were judged are kept; all others have none.

    Attributes:
        among: Sorted units that were judged.
        held: The bits of each of these.
        units: Number of all units.
    """

    among: Ints
    held: Floats
    units: int

    def __getitem__(self, units: Ints | int) -> Floats:
        """Return the bits of some units, by their numbers."""
        at = np.minimum(np.searchsorted(self.among, units), len(self.among) - 1)
        return np.where(self.among[at] == units, self.held[at], 0.0)

    def __len__(self) -> int:
        """Return the number of all units."""
        return self.units

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Floats:  # noqa: FBT001
        """Write the bits of all units out (units,); NumPy's protocol."""
        every = np.zeros(self.units, dtype=dtype or np.float64)
        every[self.among] = self.held
        return every


@dataclass(frozen=True, slots=True)
class Profile:
    """What a group of units looks like against everybody else.

    Attributes:
        members: Sorted unit numbers.
        among: Sorted units that were held against the group; all others have no bits here.
        channels: For each channel the bits of every unit.
        own: The most that a channel's unforgeable signals say of every unit.
        roaming: Whether the members draw on several blocks of addresses, of which none is the gateway of them all.
        nameless: Which of the judged units have no row in the table of accounts, where most units have one.
        kinds: For each signal the bits of every unit before the channel takes the largest.
        rates: For each signal: value numbers held inside, members holding them, outside holders.
        ratios: For each signal, how many times more likely each value is inside than outside, for an outsider.
    """

    members: Ints
    among: Ints
    channels: dict[str, Bits]
    own: Bits
    roaming: bool
    nameless: npt.NDArray[np.bool_]
    kinds: dict[str, Bits] = field(default_factory=dict)
    rates: dict[str, tuple[Ints, Ints, Ints]] = field(default_factory=dict)
    ratios: dict[str, Floats] = field(default_factory=dict)


def needed_bits(units: int, members: int, settings: Settings) -> float:
    """Bits that membership needs: the prior odds against a random unit, and the margin."""
    return float(np.log2(max(units / max(members, 1), 1.0))) + settings.margin_bits
