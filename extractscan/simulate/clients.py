"""Software that simulated traffic is sent with: user agents, TLS fingerprints, and how common each is."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from extractscan.simulate.keys import key_of

_FAMILIES: Final = (
    # name, pattern, major versions, minor versions, weight, kind
    ("python-sdk", "OpenAI/Python {}.{}.0", (1, 2), 40, 24, "api"),
    ("claude-sdk", "Anthropic/Python 0.{}.{}", (40, 75), 3, 12, "api"),
    ("node-sdk", "OpenAI/JS {}.{}.1", (4, 6), 30, 10, "api"),
    ("httpx", "python-httpx/0.{}.{}", (24, 29), 3, 5, "api"),
    ("requests", "python-requests/2.{}.{}", (28, 33), 4, 6, "api"),
    ("aiohttp", "Python/3.11 aiohttp/3.{}.{}", (8, 13), 12, 3, "api"),
    ("axios", "axios/1.{}.{}", (4, 12), 6, 4, "api"),
    ("go", "Go-http-client/{}.{}", (1, 3), 2, 3, "api"),
    ("okhttp", "okhttp/4.{}.{}", (9, 13), 3, 3, "api"),
    ("curl", "curl/8.{}.{}", (0, 16), 2, 3, "api"),
    ("java", "Java-http-client/{}.0.{}", (17, 23), 12, 2, "api"),
    ("reqwest", "reqwest/0.{}.{}", (11, 13), 24, 2, "api"),
    ("chain", "langchain-core/0.{}.{}", (1, 4), 60, 4, "api"),
    ("gateway", "litellm/1.{}.{}", (40, 80), 9, 3, "api"),
    ("agent", "opencoder-cli/{}.{} (terminal)", (0, 3), 90, 8, "tool"),
    ("editor", "CodePilotEditor/{}.{}", (0, 2), 50, 6, "tool"),
    ("chrome", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/{}.0.{}.0", (118, 140), 9, 14, "web"),
    ("safari", "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/{}.{} Safari/605", (15, 19), 7, 6, "web"),
    ("firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:{}.{}) Gecko/20100101 Firefox/128.0", (115, 140), 2, 3, "web"),
    ("phone", "AssistantApp/{}.{} (iPhone; iOS 18)", (2, 6), 40, 7, "web"),
    ("droid", "AssistantApp/{}.{} (Android 15)", (2, 6), 40, 6, "web"),
)  # fmt: skip


class Client(NamedTuple):
    """One version of one program."""

    family: str
    user_agent: str
    ja4: str
    kind: str


@cache
def table() -> tuple[Client, ...]:
    """List every client; the fingerprint changes with the program and its major version, as the TLS library does."""
    out = []
    for name, pattern, (low, high), minors, _, kind in _FAMILIES:
        for major in range(low, high):
            digest = f"{key_of(name, major // 4):016x}{key_of(major // 4, name):016x}"
            ja4 = (
                f"t13d{digest[0:2].translate(_DIGITS)}{digest[2:4].translate(_DIGITS)}h2_{digest[4:16]}_{digest[16:28]}"
            )
            out += [Client(name, pattern.format(major, minor), ja4, kind) for minor in range(minors)]
    return tuple(out)


_DIGITS: Final = str.maketrans("abcdef", "123456")


@cache
def weights(kinds: tuple[str, ...] = ("api", "tool", "web")) -> npt.NDArray[np.float64]:
    """Return how common each client of the table is, newer versions more; other kinds weigh nothing."""
    out = []
    for _, _, (low, high), minors, weight, kind in _FAMILIES:
        ages = np.arange((high - low) * minors, dtype=np.float64)
        part = np.exp(ages / max(len(ages) / 4, 1.0))
        out.append(part / part.sum() * (weight if kind in kinds else 0))
    raw = np.concatenate(out)
    share: npt.NDArray[np.float64] = raw / raw.sum()
    return share


def of_family(name: str) -> list[int]:
    """List the indices of one family's versions."""
    return [index for index, client in enumerate(table()) if client.family == name]
