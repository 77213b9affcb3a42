"""Outputs say what is linked and what would explain it; they accuse nobody, name no company, and guess nothing."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import report_fixtures

import extractscan
from extractscan import rules
from extractscan.model import Report
from extractscan.signals import SIGNALS
from extractscan.writers import WRITERS

ROOT = Path(extractscan.__file__).parent
ACCUSING = re.compile(
    r"fraud|theft|\bthie(f|ves)\b|\bst(o|ea)l(e|en|ing|s)?\b|\bcrim(e|inal)|culprit|\bguilty|malicious|illegal|unlawful|"
    r"perpetrat|attacker|threat.actor|intrusion.set|wrongdo|cheat|pirate",
    re.IGNORECASE,
)
"""What a report must never say of anybody."""
COMPANIES = re.compile(
    r"anthropic|deepseek|moonshot|minimax|alibaba|baidu|bytedance|tencent|zhipu|mistral|\bgoogle|\bmicrosoft|\bamazon",
    re.IGNORECASE,
)
"""Makers of models and sellers of clouds; a log may name them, the tool does not."""
LIKELIHOOD = re.compile(
    r"\b(un)?likely\b|\b(im)?probabl[ey]\b|almost (certain|no chance)|\b(near(ly)?|almost|virtual(ly)?) certain|"
    r"\bcertainly\b|\bundoubtedly\b|beyond doubt|roughly even|even chance|remote chance|"
    r"\b(high|moderate|low) confidence",
    re.IGNORECASE,
)
"""Words of scales such as ICD 203's, which need a calibrated probability."""
SPEAKING = ("terminal", "md", "summary", "junit", "sarif", "ocsf", "stix", "html")
"""Formats with sentences about what bits mean."""
CODE = re.compile(rb"<script(?![^>]*application/json)[^>]*>.*?</script>|<style[^>]*>.*?</style>|<!--.*?-->", re.DOTALL)


def spoken(report: Report, name: str) -> str:
    """What a format says: all of it, but for the libraries and styles that a page carries."""
    content = WRITERS[name].render(report)
    if name == "parquet":
        return repr(pq.read_table(io.BytesIO(content)).to_pylist())
    return CODE.sub(b"", content).decode()


@pytest.mark.parametrize("name", WRITERS)
def test_no_output_accuses_names_or_guesses(name: str, campaign: Report) -> None:
    """Neither in made reports nor in one of a real run is there a word of accusation, a company, or a likelihood."""
    worlds = [make() for world, make in report_fixtures.WORLDS.items() if world != "hostile"]
    for report in (*worlds, campaign):
        text = spoken(report, name)
        for pattern in (ACCUSING, COMPANIES, LIKELIHOOD):
            assert pattern.findall(text) == []


@pytest.mark.parametrize("name", [name for name in SPEAKING if name in WRITERS])
def test_what_speaks_of_bits_says_that_they_are_not_calibrated(name: str, campaign: Report) -> None:
    """Whoever reads bits is told what they are not."""
    for report in (report_fixtures.five(), campaign):
        assert re.search(r"not\s+calibrated", spoken(report, name))


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a module that it could say: every literal that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


TELLING = [
    path
    for part in ("hypotheses", "signals", "writers", "redaction", "cli")
    for path in sorted((ROOT / part).rglob("*.py"))
] + [ROOT / f"{name}.py" for name in ("compliance", "dossier", "exhibits", "findings", "portrait", "screening")]


@pytest.mark.parametrize("path", TELLING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_in_the_code_accuses_or_guesses(path: Path) -> None:
    """Also what no fixture makes the tool say holds no such word."""
    for line, text in literals(path):
        for pattern in (ACCUSING, LIKELIHOOD):
            assert not pattern.search(text), f"line {line}: {text!r}"


def test_no_rule_or_signal_is_described_by_an_accusation() -> None:
    """Titles of rules and the innocent twins of signals stand in reports and pages."""
    told = [rule.title for rule in rules.load()] + [twin for signal in SIGNALS.values() for twin in signal.twins]
    assert [text for text in told if ACCUSING.search(text) or LIKELIHOOD.search(text)] == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (ACCUSING, ["fraudulent", "key theft", "stolen", "they steal", "criminals", "threat actor"]),
        (LIKELIHOOD, ["very likely", "unlikely", "probably", "almost certain", "high confidence"]),
        (COMPANIES, ["Google", "DeepSeek"]),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], words: list[str]) -> None:
    """A pattern that finds nothing would hold of anything."""
    assert all(pattern.search(word) for word in words)
    assert not pattern.search("linked by, consistent with, would be explained by; log2 likelihood ratios; probability")
