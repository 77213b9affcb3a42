"""The shipped rule files keep their own promises."""

from importlib import resources

import polars as pl
import pytest

from extractscan.rules import MAX_RULES, Rule, check, families, load, match_public, public_templates

RULES = load()
MANY_LANGUAGES = {"en", "zh", "ja", "es", "de", "fr", "ru", "pt", "ko"}
FAMILIES = {
    "distillation_format",
    "end_product",
    "identity_leak",
    "instruction_generation",
    "jailbreak_search",
    "preference_pairs",
    "rubric_grading",
    "self_chat",
    "tool_trace",
    "verbatim_reasoning",
}


def by_id(rule: Rule) -> str:
    return rule.id


def test_every_rule_matches_its_examples_and_leaves_its_counterexamples_alone() -> None:
    assert check(RULES) == []


def test_no_rule_file_is_forgotten() -> None:
    shipped = {file.name for file in resources.files("extractscan.rules").iterdir() if file.name.endswith(".toml")}
    assert shipped == {f"{family}.toml" for family in FAMILIES} | {"public_templates.toml"}
    assert {rule.source for rule in RULES} == shipped - {"public_templates.toml"}


def test_families_partition_the_bits_of_the_mask() -> None:
    masks = families(RULES)
    assert set(masks) == FAMILIES
    assert sum(masks.values()) == (1 << len(RULES)) - 1
    assert all(masks[rule.family] >> bit & 1 for bit, rule in enumerate(RULES))


def test_rules_are_sorted_and_leave_bits_for_the_users_own() -> None:
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)
    assert len(RULES) <= MAX_RULES - 16


@pytest.mark.parametrize("rule", RULES, ids=by_id)
def test_a_rule_is_proved_by_enough_texts(rule: Rule) -> None:
    assert all(len(examples) >= 4 for examples in rule.examples.values())
    assert len(rule.counterexamples) >= 6
    assert "any" in rule.wording or set(rule.examples) == set(rule.wording)


@pytest.mark.parametrize("rule", RULES, ids=by_id)
def test_bits_follow_specificity(rule: Rule) -> None:
    low, high = {"low": (0, 2), "medium": (3, 6), "high": (7, 10)}[rule.specificity]
    assert low < rule.bits <= high or low == rule.bits


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_speaks_nine_languages(family: str) -> None:
    assert any(set(rule.languages) >= MANY_LANGUAGES for rule in RULES if rule.family == family)


def test_examples_of_a_rule_are_worded_differently() -> None:
    texts = [text for rule in RULES for language in rule.examples.values() for text in language]
    assert len(set(texts)) == len(texts)


def test_every_public_template_is_known_by_its_phrase_alone() -> None:
    for template in public_templates():
        texts = pl.Series([template.example, "How long do I boil an egg?", None])
        assert match_public(texts, [template]).to_list() == [template.id, None, None]


def test_public_templates_are_sorted_by_a_unique_id() -> None:
    ids = [template.id for template in public_templates()]
    assert ids == sorted(set(ids))


def test_the_first_public_template_of_a_text_is_named() -> None:
    one, other = public_templates()[:2]
    texts = pl.Series("prompt", [f"{one.example} {other.example}"])
    named = match_public(texts, public_templates())
    assert named.to_list() == [one.id]
    assert named.name == "prompt"
