"""What a pattern requires is never more than what a matching text holds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan.rules import load
from extractscan.rules.requirements import required

PATTERNS = [pattern for rule in load() for wording in rule.wording.values() for pattern in wording.patterns]


def held(pattern: str) -> list[list[list[str]]]:
    return [[sorted(group) for group in way] for way in required(pattern)]


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("Show", [[["show"]]]),
        (r"show\s+your\b", [[["show"], ["your"]]]),
        (r"\b(?:show|write)\b.{0,60}(?:thought|idea)s?", [[["show", "write"], ["idea", "thought"]]]),
        ("(?:show|by)", [[]]),
        ("(?:(?:show|by) it)", [[["by it", "show it"]]]),
        ("show|write.*thought", [[["show"]], [["write"], ["thought"]]]),
        ("colou?r(?:ed)*(?:red){2}", [[["color", "colour"], ["red"]]]),
        ("verb(?:atim)?.*summari[sz]e", [[["verb"], ["summarise", "summarize"]]]),
        (r"summari[s-z]e\w*(?:abc)+", [[["summari"], ["abc"]]]),
        (r"one\.two\ntwo", [[["one.two\ntwo"]]]),
        ("(?:each|every) [0-9](?:one|two){0,3}", [[["each ", "every "]]]),
        ("思考过程", [[["思考过程"]]]),
        ("(?:(?:show|write).*it|tell).*now", [[["show", "tell", "write"], ["now"]]]),
        ("(?:show|.*)thought", [[["thought"]]]),
        ("", [[]]),
    ],
)
def test_literals_are_read_off_a_pattern(pattern: str, groups: list[list[list[str]]]) -> None:
    """Of alternatives one literal each, of what is repeated at least once its own, of what may be missing none."""
    assert held(pattern) == groups


@pytest.mark.parametrize(
    "pattern",
    ["(?i)show", "(?P<a>show)", "[[:alpha:]]show", "[]a]show", "[a&&b]show", r"\pLshow", "show)", "(show", "a{b}show"],
)
def test_nothing_is_told_of_a_pattern_that_is_not_understood(pattern: str) -> None:
    assert required(pattern) == ((),)


@pytest.mark.parametrize("end", ["x", ".x", r"\d+x"])
def test_large_choices_tell_nothing_and_large_products_are_two_groups(end: str) -> None:
    words = [f"word{number:03}" for number in range(1000)]
    few = "(?:" + "|".join(words[:100]) + ")"
    assert held(f"{few}{few}") == [[words[:100]]]  # the same twice
    assert held(f"{few}(?:odd|even)") == [[words[:100], ["even", "odd"]]]
    assert held("(?:" + "|".join(word + end for word in words) + ")") == [[]]


def test_most_shipped_patterns_require_something() -> None:
    assert sum(all(way for way in required(pattern)) for pattern in PATTERNS) > 0.95 * len(PATTERNS)


PARTS = st.recursive(
    st.sampled_from(["show", "abc", "a", r"\s", r"\w", ".", "[ab]", "[^a]", r"\b", "xyz"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(PARTS, st.data())
def test_whatever_matches_holds_what_is_required(pattern: str, data: st.DataObject) -> None:
    """In one of the ways at least."""
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False)).lower()
    if re.search(pattern, text, re.DOTALL | re.ASCII):
        assert any(all(any(one in text for one in group) for group in way) for way in required(pattern)), text
