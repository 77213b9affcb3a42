"""Which of many address ranges an address lies in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Range = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges by version and length of their prefix, each with the numbers of those who named it.

    One look-up for every length that occurs finds all ranges of an address, however many there are.
    """

    tables: Mapping[tuple[int, int], Mapping[int, tuple[int, ...]]]

    def of(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the ranges that an address lies in, sorted; none for what is no address.

        An IPv4 address that is written as IPv6 counts as IPv4.
        """
        try:
            address = ip_address(text.strip().partition("%")[0])
        except ValueError:
            return ()
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        found: set[int] = set()
        for (version, length), table in self.tables.items():
            if version == address.version:
                found.update(table.get(int(address) >> (address.max_prefixlen - length), ()))
        return tuple(sorted(found))


def ranges(named: Iterable[tuple[int, Range]]) -> Ranges:
    """Build the tables from ranges and the numbers of those who name them."""
    tables: dict[tuple[int, int], dict[int, tuple[int, ...]]] = {}
    for number, each in named:
        table = tables.setdefault((each.version, each.prefixlen), {})
        key = int(each.network_address) >> (each.max_prefixlen - each.prefixlen)
        table[key] = tuple(sorted({*table.get(key, ()), number}))
    return Ranges(tables)


NO_RANGES: Final = ranges(())
"""What no address lies in."""
