"""Where simulated people are: countries, time zones, providers and the addresses they hand out.

Addresses are drawn at random from the public space; any likeness to a real subscriber's is chance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.simulate.keys import Indices, Keys, key_of, mix, pick

COUNTRIES: Final = (
    # code, hours from UTC, weight among people, index of its language in LANGUAGES
    ("US", -6, 22, 0),
    ("GB", 0, 7, 0),
    ("IN", 5.5, 9, 0),
    ("DE", 1, 6, 3),
    ("FR", 1, 5, 4),
    ("BR", -3, 5, 7),
    ("ES", 1, 3, 2),
    ("MX", -6, 3, 2),
    ("JP", 9, 5, 5),
    ("CN", 8, 4, 1),
    ("SG", 8, 3, 0),
    ("TW", 8, 2, 1),
    ("KR", 9, 3, 8),
    ("IT", 1, 3, 9),
    ("RU", 3, 2, 6),
    ("CA", -5, 4, 0),
    ("AU", 10, 3, 0),
    ("NL", 1, 2, 0),
    ("PL", 1, 2, 0),
    ("NG", 1, 2, 0),
    ("VN", 7, 2, 0),
    ("AR", -3, 2, 2),
    ("TR", 3, 2, 0),
    ("ZA", 2, 2, 0),
)
PROVIDERS: Final = 6
"""Access providers a country; each has one number and 24 prefixes of 65,536 addresses."""
SERVICES: Final = 2
"""Commercial proxy services of the world."""
HOSTING: Final = 14
"""Hosting companies of the world, each with 8 such prefixes."""


def weights() -> npt.NDArray[np.float64]:
    """Return the share of people by country."""
    raw = np.array([row[2] for row in COUNTRIES], dtype=np.float64)
    share: npt.NDArray[np.float64] = raw / raw.sum()
    return share


def residential(world: int, country: Indices, keys: Keys) -> pl.DataFrame:
    """Give each key an address of an access provider in its country: columns ip, asn, country."""
    provider = np.minimum(pick(keys, 11, PROVIDERS), pick(keys, 12, PROVIDERS))  # the first ones are the largest
    block = (country * PROVIDERS + provider) * 24 + pick(keys, 13, 24)
    return _addresses(world, block, 3000 + (country * PROVIDERS + provider) * 37, country, keys)


def hosting(world: int, company: Indices, keys: Keys) -> pl.DataFrame:
    """Give each key an address of a hosting company: columns ip, asn, country."""
    block = 100_000 + company * 8 + pick(keys, 14, 8)
    country = pick(mix(company.astype(np.uint64), world % 997), 15, len(COUNTRIES))
    return _addresses(world, block, 60_000 + company * 101, country, keys)


def proxy_service(world: int, number: int) -> pl.DataFrame:
    """List the homes through which a commercial proxy service of this world sends anybody who pays."""
    keys = mix(np.arange(300 + 2700 * (world % 4), dtype=np.uint64), key_of("proxy service", world, number) >> 1)
    return residential(world, pick(keys, 20, len(COUNTRIES)), keys)


def _addresses(world: int, block: Indices, asn: Indices, country: Indices, keys: Keys) -> pl.DataFrame:
    prefix = mix(block.astype(np.uint64), world % 1_000_003)
    first = 20 + pick(prefix, 0, 80)  # 20..99 and 128..167 hold no private or special range but 128.0/16
    first = np.where(pick(prefix, 2, 3) == 0, 129 + pick(prefix, 0, 38), first)
    second = pick(prefix, 1, 256)
    frame = pl.DataFrame(
        {
            "a": first,
            "b": second,
            "c": pick(keys, 16, 256),
            "d": 1 + pick(keys, 17, 254),
            "asn": asn,
            "country": country,
            "v6": (pick(keys, 18, 8) == 0) & (block < 100_000),
            "e": pick(keys, 19, 65_536),
        }
    )
    code = pl.Series("code", [row[0] for row in COUNTRIES])
    v4 = pl.format("{}.{}.{}.{}", "a", "b", "c", "d")
    groups = [(pl.col("a") * 256 + pl.col("b")), pl.col("c") * 256 + pl.col("d"), pl.col("e")]
    digits = [_hex(group) for group in groups]
    v6 = pl.format("2a0e:{}:{}:{}::1", *digits)
    return frame.select(
        ip=pl.when("v6").then(v6).otherwise(v4),
        asn=pl.col("asn").cast(pl.Int64),
        country=code.gather(frame["country"]),
    )


_NIBBLES: Final = pl.Series("hex", [f"{value:x}" for value in range(65_536)])


def _hex(value: pl.Expr) -> pl.Expr:
    return value.map_batches(_NIBBLES.gather, return_dtype=pl.String)
