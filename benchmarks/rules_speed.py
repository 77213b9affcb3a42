"""Measures `rules.match` in MB of prompt text a CPU second, on generated ordinary text.

One prompt in seven holds a literal of some rule, as in a published collection of 54,000 real prompts.
Run with one thread to get a figure per core: POLARS_MAX_THREADS=1 python benchmarks/rules_speed.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import polars as pl

from extractscan.rules import Rule, load, match

SEED = 20261101
MEGABYTES = 100
SUBJECTS = (
    "the customer|our team|my neighbour|the server|a teacher|the invoice|this function|the recipe|the parser|a cat|"
    "the garden|her brother|the museum|a printer|the bridge|his landlord|the river|our router|the nurse|a bicycle"
)
VERBS = (
    "needs|returns|changed|describes|is missing|calls|shows|costs|waits for|depends on|opens|carries|sold|found|"
    "painted|broke|moved|counts|ordered|forgot"
)
OBJECTS = (
    "a list of names|the second paragraph|two eggs and flour|an empty array|a lower price|the meeting notes|"
    "the last invoice|the error message|three options|the old log|a wooden table|the north door|some blue paint|"
    "the missing key|four chairs|a cheap ticket|the long road|fresh bread|the small window|a broken cable"
)
RARE = (
    "Is it better than the other one?|Explain your reasoning.|Think step by step.|Write a dialogue about it.|"
    "Here is the conversation so far.|These are the instructions I got.|Rate it on a scale from 1 to 10.|"
    "What is the training data?|Filter the rows first.|Give two examples."
)
OPENERS = (
    "Please summarise this.|Why does this fail?|Write a reply.|Fix the bug below.|What should I do?|Make it shorter.|"
    "Put it into a table.|请把下面的内容总结成三句话。|この文章を短くしてください。|Traduce esto al inglés.|"
    "Fasse das zusammen.|Сократи этот текст."
)
CODE = "def load(path):\n    with open(path) as file:\n        return [line.split(',') for line in file]\n"


def sentence(dice: random.Random) -> str:
    """One plain sentence with a few letters that no word list holds, or one in forty that a rule looks twice at."""
    if dice.random() < 0.025:
        return dice.choice(RARE.split("|")) + " "
    parts = [dice.choice(words.split("|")) for words in (SUBJECTS, VERBS, OBJECTS)]
    odd = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(3, 11)))
    return f"{' '.join(parts)} {odd} {dice.randint(1, 9999)}. ".capitalize()


def prompts(dice: random.Random, size: int) -> Iterator[str]:
    """Prompts until `size` bytes are reached: most are short, one in twenty carries a document."""
    made = 0
    while made < size:
        sentences = dice.randint(200, 500) if dice.random() < 0.05 else dice.randint(1, 12)
        body = "".join(sentence(dice) for _ in range(sentences))
        text = dice.choice(OPENERS.split("|")) + "\n" + body + (CODE if dice.random() < 0.2 else "")
        made += len(text.encode())
        yield text


def speed(texts: pl.Series, work: Callable[[pl.Series], object]) -> float:
    """Best of three, in MB of UTF-8 a CPU second."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        work(texts)
        spent.append(time.process_time() - start)
    return int(texts.str.len_bytes().cast(pl.Int64).sum()) / 1e6 / min(spent)


def shares(masks: pl.Series, rules: tuple[Rule, ...]) -> dict[str, int]:
    """How many of the texts each rule matched, rules without a match left out."""
    counted = {rule.id: sum(mask >> bit & 1 for mask in masks) for bit, rule in enumerate(rules)}
    return {name: count for name, count in counted.items() if count}


def main() -> None:
    """Print the speeds on short prompts, on prompts with documents, and on harvest requests."""
    dice = random.Random(SEED)
    rules = load()
    mixed = pl.Series(list(prompts(dice, MEGABYTES * 1_000_000)))
    short = mixed.filter(mixed.str.len_bytes() < 3000)
    examples = [text for rule in rules for texts in rule.examples.values() for text in texts]
    harvest = pl.Series([dice.choice(examples) for _ in range(100_000)])
    for name, texts in (("short prompts", short), ("with documents", mixed), ("harvest requests", harvest)):
        print(f"{name:17} {len(texts):8,} texts {speed(texts, lambda texts: match(texts, rules)):7.0f} MB/s")
    print("floor: lowercase ", f"{speed(mixed, lambda texts: texts.str.to_lowercase()):22.0f} MB/s")
    print("matches on ordinary text:", shares(match(mixed, rules), rules))


if __name__ == "__main__":
    main()
