"""A user's rule file is read, or refused with the place and the reason."""

from pathlib import Path

import pytest

from extractscan.errors import UsageError
from extractscan.rules import check, families, load
from extractscan.rules.public import match_public, public_templates

GOOD = """
family = "own"

[terms]
color = 'red|green'

[[rules]]
id = "painted_door"
title = "Asks for a painted door"
bits = 2.5
specificity = "low"
reason = "Painters ask too."
counterexamples = ["A red car."]

[rules.wording.en]
literals = [["door"]]
patterns = ['%{color} door']

[rules.examples]
en = ["A Green door, please."]
"""


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load([path])
    assert caught.value.hint
    return caught.value


def test_a_users_rules_stand_among_the_shipped_ones(tmp_path: Path) -> None:
    rules = load([written(tmp_path, GOOD)])
    own = next(rule for rule in rules if rule.id == "painted_door")
    assert own.wording["en"].patterns == ("(?:red|green) door",)
    assert (own.source, own.family, own.languages) == ("own.toml", "own", ("en",))
    assert len(rules) == len(load()) + 1
    assert families(rules)["own"] == 1 << rules.index(own)


def test_files_may_come_in_any_order(tmp_path: Path) -> None:
    one = written(tmp_path, GOOD)
    other = written(tmp_path, GOOD.replace("painted_door", "a_door"), "other.toml")
    assert load([one, other]) == load([other, one])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("bits = 2.5", "bits = 99", "bits"),
        ("bits = 2.5", "", "bits"),
        ("bits = 2.5", 'bits = 2.5\ncolour = "red"', "colour"),
        ('specificity = "low"', 'specificity = "lowish"', "specificity"),
        ('["A red car."]', "[]", "counterexamples"),
        ('en = ["A Green door, please."]', "", "examples"),
        ('[["door"]]', "[]", "literals"),
        ('[["door"]]', '[["Door"]]', "literal 'Door' is not lowercase"),
        ("wording.en", "wording.english", "wording"),
        ("%{color}", "%{colour}", "unknown term %{colour}"),
    ],
)
def test_a_rule_that_breaks_the_form_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    message = str(refusal(written(tmp_path, GOOD.replace(old, new))))
    assert "own.toml, rule 'painted_door'" in message
    assert says in message


def test_a_rule_without_id_is_named_by_its_place(tmp_path: Path) -> None:
    assert "own.toml, rule 1" in str(refusal(written(tmp_path, GOOD.replace('id = "painted_door"', ""))))


def test_an_unknown_term_lists_the_known_ones(tmp_path: Path) -> None:
    assert "color" in refusal(written(tmp_path, GOOD.replace("%{color}", "%{hue}"))).hint


def test_a_missed_example_refuses_the_file_with_rule_and_text(tmp_path: Path) -> None:
    message = str(refusal(written(tmp_path, GOOD.replace("A Green door, please.", "A blue door."))))
    assert message == "own.toml, rule 'painted_door' misses its example 'A blue door.'"


def test_a_hit_counterexample_refuses_the_file_with_rule_and_text(tmp_path: Path) -> None:
    message = str(refusal(written(tmp_path, GOOD.replace("A red car.", "A red door."))))
    assert message == "own.toml, rule 'painted_door' hits its counterexample 'A red door.'"


def test_a_pattern_that_does_not_compile_refuses_the_file(tmp_path: Path) -> None:
    message = str(refusal(written(tmp_path, GOOD.replace("%{color} door", "(?<=red) door"))))
    assert "own.toml, rule 'painted_door': pattern does not compile: (?<=red) door" in message


def test_a_pattern_that_no_example_could_match_has_to_compile_as_well(tmp_path: Path) -> None:
    """Patterns are asked of texts that hold what they require, which no example may do."""
    both = GOOD.replace("'%{color} door'", "'%{color} door', 'window{3,1} of the house'")
    assert "pattern does not compile: window{3,1} of the house" in str(refusal(written(tmp_path, both)))


def test_two_rules_of_one_id_are_refused_with_both_files(tmp_path: Path) -> None:
    paths = [written(tmp_path, GOOD), written(tmp_path, GOOD, "other.toml")]
    with pytest.raises(UsageError, match=r"'painted_door' stands in own\.toml and in other\.toml"):
        load(paths)


def test_more_than_64_rules_are_refused(tmp_path: Path) -> None:
    rule = GOOD[GOOD.index("[[rules]]") :]
    many = "".join(rule.replace("painted_door", f"door_{number}") for number in range(64))
    assert "64 is the limit" in str(refusal(written(tmp_path, GOOD.replace(rule, many))))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "nowhere.toml: cannot be read" in str(refusal(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize("text", ["family = ", "rules = []", 'family = "own"\nrules = 3', 'family = "own"\nother = 1'])
def test_a_file_that_is_no_rule_file_is_refused(tmp_path: Path, text: str) -> None:
    assert str(refusal(written(tmp_path, text))).startswith("own.toml: ")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"family = '\xff'")
    assert str(refusal(path)).startswith("own.toml: ")


def test_problems_say_language_kind_and_text(tmp_path: Path) -> None:
    import msgspec

    rule = next(rule for rule in load([written(tmp_path, GOOD)]) if rule.id == "painted_door")
    broken = msgspec.structs.replace(rule, examples={"en": ("A wall.",)}, counterexamples=("A red door.",))
    problems = [(found.source, found.rule, found.kind, found.language, found.text) for found in check([broken])]
    assert problems == [
        ("own.toml", "painted_door", "missed", "en", "A wall."),
        ("own.toml", "painted_door", "hit", "", "A red door."),
    ]


def test_a_public_template_with_a_broken_pattern_is_named() -> None:
    import msgspec
    import polars as pl

    broken = msgspec.structs.replace(public_templates()[0], pattern="(")
    with pytest.raises(UsageError, match="pattern does not compile"):
        match_public(pl.Series(["text"]), [broken])
