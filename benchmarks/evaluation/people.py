"""Where requests come from: addresses, client programs, mail names, and the clocks people and machines keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Rng = np.random.Generator

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

# code: (weight, hours from UTC, language of most prompts)
COUNTRIES: dict[str, tuple[float, int, str]] = {
    "US": (27, -6, "en"),
    "IN": (11, 5, "en"),
    "GB": (6, 0, "en"),
    "DE": (6, 1, "de"),
    "FR": (5, 1, "fr"),
    "JP": (6, 9, "ja"),
    "BR": (5, -3, "pt"),
    "CA": (3, -5, "en"),
    "KR": (4, 9, "ko"),
    "IT": (3, 1, "it"),
    "ES": (3, 1, "es"),
    "PL": (2, 1, "pl"),
    "NL": (2, 1, "en"),
    "SG": (3, 8, "en"),
    "HK": (2, 8, "zh"),
    "TW": (2, 8, "zh"),
    "ID": (2, 7, "en"),
    "VN": (2, 7, "en"),
    "TR": (2, 3, "en"),
    "UA": (2, 2, "ru"),
    "MX": (2, -6, "es"),
    "AU": (2, 10, "en"),
}
CODES = tuple(COUNTRIES)
SHARES = np.array([w for w, _, _ in COUNTRIES.values()]) / sum(w for w, _, _ in COUNTRIES.values())

# (user agent, kind of client, highest minor version, share)
PROGRAMS: tuple[tuple[str, str, int, float], ...] = (
    ("OpenAI/Python 1.{}.{}", "sdk", 99, 14),
    ("AsyncOpenAI/Python 1.{}.{}", "sdk", 99, 8),
    ("Anthropic/Python 0.{}.{}", "sdk", 60, 10),
    ("AsyncAnthropic/Python 0.{}.{}", "sdk", 60, 4),
    ("OpenAI/JS 4.{}.{}", "sdk", 80, 9),
    ("Anthropic/JS 0.{}.{}", "sdk", 50, 4),
    ("python-requests/2.{}.{}", "plain", 32, 7),
    ("python-httpx/0.{}.{}", "plain", 28, 4),
    ("Python/3.1{} aiohttp/3.{}", "plain", 3, 3),
    ("axios/1.{}.{}", "plain", 9, 4),
    ("okhttp/4.{}.{}", "plain", 12, 2),
    ("Go-http-client/2.0", "plain", 0, 3),
    ("Java-http-client/{}.0.{}", "plain", 21, 1),
    ("curl/8.{}.{}", "plain", 11, 2),
    ("PostmanRuntime/7.{}.{}", "plain", 43, 1),
    ("litellm/1.{}.{}", "sdk", 80, 3),
    ("langchain-openai/0.{}.{}", "sdk", 3, 3),
    ("LibreChat/0.7.{}", "plain", 9, 1),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/1{}.0.{}.0 Safari/537.36",
        "browser",
        44,
        9,
    ),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.{}", "browser", 7, 5),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_{} like Mac OS X) Mobile/15E148", "browser", 7, 3),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:1{}.0) Gecko/20100101 Firefox/1{}.0", "browser", 44, 2),
)
PROGRAM_SHARES = np.array([p[3] for p in PROGRAMS]) / sum(p[3] for p in PROGRAMS)

FIRST = [
    "ana",
    "bruno",
    "carla",
    "dmitri",
    "elena",
    "farid",
    "grace",
    "hiro",
    "ines",
    "jonas",
    "kavya",
    "luca",
    "marta",
    "noor",
    "olga",
    "pedro",
    "quinn",
    "rosa",
    "sven",
    "tara",
    "umar",
    "vera",
    "wen",
    "xavi",
    "yuki",
    "zoe",
    "amir",
    "bea",
    "cem",
    "dora",
    "emil",
    "fay",
    "gus",
    "hana",
    "igor",
    "jill",
    "kofi",
    "lena",
    "milo",
    "nina",
]
LAST = [
    "almeida",
    "bauer",
    "costa",
    "dahl",
    "eriksen",
    "fischer",
    "garcia",
    "huang",
    "ivanov",
    "jensen",
    "kumar",
    "lopez",
    "moreau",
    "nakamura",
    "ortiz",
    "petrov",
    "rossi",
    "sato",
    "tanaka",
    "urbano",
    "vogel",
    "weber",
    "xu",
    "yilmaz",
    "zhang",
    "okafor",
    "singh",
    "miller",
    "brown",
    "novak",
]
MAIL = (
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "proton.me",
    "qq.com",
    "163.com",
    "gmx.de",
)
MAIL_SHARES = np.array([50, 12, 5, 6, 8, 5, 5, 4, 5]) / 100
SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ra",
    "ve",
    "tor",
    "zen",
    "qui",
    "bra",
    "nex",
    "pol",
    "dra",
    "sum",
    "fi",
    "gen",
    "lab",
    "vi",
    "cor",
    "stra",
    "men",
]

DAYTIME = np.array([1, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 2, 4, 6, 7, 7, 5.5, 6, 7, 7, 6.5, 5.5, 4.5, 4, 4.5, 4.5, 3.5, 2])
OFFICE = np.array([0, 0, 0, 0, 0, 0, 0.2, 1, 5, 8, 9, 8, 4, 7, 9, 9, 8, 5, 2, 0.6, 0.3, 0.2, 0, 0])


@dataclass(frozen=True, slots=True)
class Place:
    """One address with its autonomous system and country."""

    ip: str
    asn: int
    country: str


@dataclass(frozen=True, slots=True)
class Client:
    """One program on one machine, as a server sees it."""

    user_agent: str
    ja4: str
    kind: str
    device: str | None


def word(rng: Rng, least: int = 2) -> str:
    """Make up a word of two to four syllables."""
    return "".join(rng.choice(SYLLABLES, int(rng.integers(least, least + 3))))


def token(rng: Rng, length: int) -> str:
    """Random lower-case letters and digits."""
    return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz0123456789"), length))


def pick(rng: Rng, items: list[str] | tuple[str, ...]) -> str:
    """One item, each as likely."""
    return items[int(rng.integers(len(items)))]


class Internet:
    """Providers with their address blocks; drawn anew for every world."""

    def __init__(self, rng: Rng) -> None:
        firsts = rng.permutation(np.arange(11, 223))
        self.rng = rng
        self.homes: dict[str, list[tuple[int, int, int]]] = {}
        blocks = iter((int(a), int(b)) for b in rng.permutation(256) for a in firsts if a not in {127, 169, 172, 192})
        for code in CODES:
            count = int(rng.integers(4, 9))
            self.homes[code] = [(int(rng.integers(1000, 64000)), *next(blocks)) for _ in range(count)]
        self.clouds = [(int(rng.integers(13000, 64000)), *next(blocks)) for _ in range(9)]
        self.exits = [self.server() for _ in range(int(rng.integers(40, 120)))]
        self.hashes = {
            kind: [
                f"t13d{rng.integers(14, 19)}{rng.integers(10, 14)}h{rng.integers(1, 3)}_{token(rng, 12)}_{token(rng, 12)}"
                for _ in range(count)
            ]
            for kind, count in (("sdk", 6), ("plain", 9), ("browser", 14))
        }

    def _place(self, block: tuple[int, int, int], code: str) -> Place:
        c, d = self.rng.integers(0, 256), self.rng.integers(1, 255)
        return Place(f"{block[1]}.{block[2]}.{c}.{d}", block[0], code)

    def home(self, code: str) -> Place:
        """A residential address of a country; one in eight is IPv6."""
        blocks = self.homes[code]
        block = blocks[min(int(self.rng.exponential(1.3)), len(blocks) - 1)]
        if self.rng.random() < 0.12:
            net = ":".join(f"{x:x}" for x in self.rng.integers(1, 65536, 3))
            return Place(f"2a0{block[1] % 10}:{net}::{self.rng.integers(1, 65536):x}", block[0], code)
        return self._place(block, code)

    def server(self, code: str | None = None) -> Place:
        """An address of a cloud."""
        block = self.clouds[min(int(self.rng.exponential(1.6)), len(self.clouds) - 1)]
        return self._place(block, code or pick(self.rng, ("US", "US", "DE", "SG", "GB", "JP", "NL")))

    def neighbours(self, place: Place, count: int) -> list[Place]:
        """More addresses of the same /24, which must be IPv4."""
        head = place.ip.rsplit(".", 1)[0]
        return [Place(f"{head}.{d}", place.asn, place.country) for d in self.rng.permutation(np.arange(1, 255))[:count]]

    def client(self, kind: str | None = None) -> Client:
        """A program with a version; browsers carry a device."""
        rng = self.rng
        while True:
            form, sort, top, _ = PROGRAMS[int(rng.choice(len(PROGRAMS), p=PROGRAM_SHARES))]
            if kind is None or sort == kind:
                break
        newest = max(0, int(top - rng.exponential(1 + top / 6)))
        hashes = self.hashes[sort]
        agent = form.format(newest, int(rng.integers(0, 6)))
        stable = sum(agent.encode()) if rng.random() < 0.8 else int(rng.integers(99))
        device = f"d-{token(rng, 14)}" if sort == "browser" else None
        return Client(agent, hashes[stable % len(hashes)], sort, device)


def mail(rng: Rng, domain: str | None = None) -> str:
    """A private person's address; the forms are as mixed as in any sign-up table."""
    first, last, number = pick(rng, FIRST), pick(rng, LAST), int(rng.integers(1, 9999))
    forms = (
        f"{first}.{last}",
        f"{first}{last}",
        f"{first}{number}",
        f"{first[0]}{last}{number % 100}",
        f"{last}.{first}",
        f"{first}_{last}{number % 100}",
        f"{word(rng)}{number % 1000}",
        f"{first}{last[0]}",
        f"{word(rng, 3)}",
        f"{first}.{last}{number}",
        f"{word(rng)}.{word(rng)}",
    )
    return f"{pick(rng, forms)}@{domain or MAIL[int(rng.choice(len(MAIL), p=MAIL_SHARES))]}"


def human(rng: Rng, count: int, begin: int, end: int, offset: int, profile: NDArray[np.float64] = DAYTIME) -> Times:
    """Sessions at waking hours: a few requests minutes apart, fewer at weekends; `offset` is hours from UTC."""
    if count <= 0 or end <= begin:
        return np.empty(0, np.int64)
    sessions = max(1, round(count / float(rng.uniform(1.5, 6))))
    first, last = begin // DAY, max(begin // DAY + 1, (end - 1) // DAY + 1)
    days = np.arange(first, last)
    weights = np.where((days + 3) % 7 >= 5, rng.uniform(0.15, 0.9), 1.0) * rng.gamma(1.2, 1, len(days)) + 1e-9
    day = rng.choice(days, sessions, p=weights / weights.sum())
    own = np.roll(profile, int(rng.integers(-2, 3)))
    hour = rng.choice(24, sessions, p=own / own.sum())
    starts = day * DAY + (hour - offset) * HOUR + rng.integers(0, HOUR, sessions)
    which = np.sort(rng.integers(0, sessions, count))
    gaps = rng.lognormal(4.2, 1.1, count) * SECOND
    steps = np.cumsum(gaps)
    opening = np.searchsorted(which, which)
    times = starts[which] + (steps - steps[opening]).astype(np.int64)
    return np.sort(begin + (times - begin) % (end - begin))


def machine(rng: Rng, count: int, begin: int, end: int) -> Times:
    """Any hour, at random."""
    return np.sort(rng.integers(begin, max(begin + 1, end), max(0, count)))


def steady(rng: Rng, count: int, begin: int, end: int) -> Times:
    """Any hour, evenly spread with some jitter."""
    if count <= 0:
        return np.empty(0, np.int64)
    step = (end - begin) / count
    return np.sort((begin + (np.arange(count) + rng.uniform(0, 1, count)) * step).astype(np.int64))


def runs(rng: Rng, count: int, begin: int, end: int, length: int) -> Times:
    """Batch jobs: `length` requests or so in a row, seconds apart, started at office hours or any other."""
    if count <= 0:
        return np.empty(0, np.int64)
    jobs = max(1, count // max(1, length))
    starts = rng.integers(begin, max(begin + 1, end - HOUR), jobs)
    which = np.sort(rng.integers(0, jobs, count))
    steps = np.cumsum(rng.lognormal(1.5, 0.8, count) * SECOND)
    opening = np.searchsorted(which, which)
    return np.sort(np.minimum(starts[which] + (steps - steps[opening]).astype(np.int64), end - 1))


def hourly(rng: Rng, count: int, begin: int, end: int, minute: int) -> Times:
    """A job of the scheduler: at the same minute of some hours, seconds late."""
    if count <= 0:
        return np.empty(0, np.int64)
    first, last = begin // HOUR + 1, max(begin // HOUR + 2, end // HOUR)
    slots = rng.integers(first, last, count)
    return np.sort(slots * HOUR + minute * 60 * SECOND + (rng.exponential(4, count) * SECOND).astype(np.int64))
