"""Where requests come from: countries, addresses, client programs and mail names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator


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


def _handshake(rng: Rng) -> str:
    ciphers, extensions = rng.integers(14, 19), rng.integers(10, 14)
    return f"t13d{ciphers}{extensions}h{rng.integers(1, 3)}_{token(rng, 12)}_{token(rng, 12)}"


class Internet:
    """Providers with their address blocks; drawn anew for every world."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.homes: dict[str, list[tuple[int, int, int]]] = {}
        heads = [a for a in range(11, 223) if a not in {127, 169, 172, 192}]
        pairs = rng.permutation([(a, b) for a in heads for b in range(256)])
        blocks = ((int(a), int(b)) for a, b in pairs)
        for code in CODES:
            count = int(rng.integers(4, 9))
            self.homes[code] = [(int(rng.integers(1000, 64000)), *next(blocks)) for _ in range(count)]
        self.clouds = [(int(rng.integers(13000, 64000)), *next(blocks)) for _ in range(9)]
        self.exits = [self.server() for _ in range(int(rng.integers(40, 120)))]
        counts = {"sdk": 6, "plain": 9, "browser": 14}
        self.hashes = {kind: [_handshake(rng) for _ in range(count)] for kind, count in counts.items()}

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
