"""Reads rule files: one TOML file a family, shipped or the user's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from extractscan.errors import UsageError
from extractscan.rules.checking import require
from extractscan.rules.rule import MAX_RULES, Name, Rule, Text, Wording

PUBLIC_FILE: Final = "public_templates.toml"
"""The one file of the package that holds no rules."""

Form = TypeVar("Form")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule file as it stands on disk."""

    family: Name
    rules: list[dict[str, object]]
    terms: dict[Name, Text] = {}


def read(files: Sequence[Path]) -> tuple[Rule, ...]:
    """Read rule files alone, in the order given, without holding rules against their examples.

    Raises:
        UsageError: a file that cannot be read or breaks the form.
    """
    return tuple(rule for file in files for rule in _rules(file))


def files_of(paths: Sequence[str]) -> list[Path]:
    """List rule files: those named, and all `*.toml` of folders, sorted within each.

    Raises:
        UsageError: where a path is not there, or a folder has none.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path] if path.is_file() else []
        if not inside:
            raise UsageError(f"{path}: no rule file", hint="name a TOML file, or a folder that holds some")
        found += inside
    return found


def load(extra: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """Read the shipped rules and the files in `extra`, sorted by id.

    Bit *i* of `match` belongs to rule *i* of this tuple. Rules of `extra` are held against their own examples here;
    the shipped ones are in the tests, not at every start.

    Raises:
        UsageError: a file that cannot be read or breaks the form, two rules of one id, more than 64 rules in all, or
            a rule of `extra` with a pattern that does not compile, an example missed or a counterexample hit.
    """
    own = [rule for file in extra for rule in _rules(file)]
    rules = sorted([*own, *(rule for file in _shipped() for rule in _rules(file))], key=lambda rule: rule.id)
    for one, other in pairwise(rules):
        if one.id == other.id:
            raise UsageError(
                f"rule {one.id!r} stands in {one.source} and in {other.source}",
                hint="Rename one of the two: rule ids are unique over all files.",
            )
    if len(rules) > MAX_RULES:
        raise UsageError(
            f"{len(rules)} rules, and {MAX_RULES} is the limit",
            hint=f"Join rules into one with several patterns, or leave out {len(rules) - MAX_RULES}.",
        )
    require(own)
    return tuple(rules)


def families(rules: Sequence[Rule]) -> Mapping[str, int]:
    """Map each family to the bitmask of its rules, in the order of `rules`; names are sorted."""
    masks: dict[str, int] = dict.fromkeys(sorted({rule.family for rule in rules}), 0)
    for bit, rule in enumerate(rules):
        masks[rule.family] |= 1 << bit
    return MappingProxyType(masks)


def _shipped() -> Iterator[Traversable]:
    folder = resources.files("extractscan.rules")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return (folder / name for name in names if name != PUBLIC_FILE)


def _rules(file: Traversable | Path) -> Iterator[Rule]:
    held = read_toml(file, _File)
    for number, table in enumerate(held.rules, start=1):
        where = f"{file.name}, rule {table.get('id', number)!r}"
        try:
            rule = msgspec.convert({**table, "family": held.family, "source": file.name}, Rule)
        except msgspec.ValidationError as error:
            raise UsageError(f"{where}: {error}", hint=_FORM_HINT) from error
        yield msgspec.structs.replace(
            rule,
            wording={language: _expanded(wording, held.terms, where) for language, wording in rule.wording.items()},
        )


_FORM_HINT = (
    "A rule has id, title, bits, specificity (low, medium or high), reason, counterexamples, and by language wording "
    "(literals in groups, patterns) and examples; see the shipped files for the form."
)
_TERM = re.compile(r"%\{([a-z0-9_]+)\}")


def _expanded(wording: Wording, terms: Mapping[str, str], where: str) -> Wording:
    """Put the file's `[terms]` in the place of `%{name}`, and refuse a literal that would silently never be found."""
    odd = [literal for group in wording.literals for literal in group if literal != literal.lower()]
    if odd:
        raise UsageError(f"{where}: literal {odd[0]!r} is not lowercase", hint="Texts are folded before the search.")

    def term(found: re.Match[str]) -> str:
        if found[1] not in terms:
            raise UsageError(
                f"{where}: unknown term %{{{found[1]}}}",
                hint=f"The file's [terms] are: {', '.join(sorted(terms)) or 'none'}.",
            )
        return f"(?:{terms[found[1]]})"

    return msgspec.structs.replace(wording, patterns=tuple(_TERM.sub(term, pattern) for pattern in wording.patterns))


def read_toml(file: Traversable | Path, form: type[Form]) -> Form:
    """Read one TOML file of the given form.

    Raises:
        UsageError: naming the file, where it cannot be read, is no UTF-8 TOML, or breaks the form.
    """
    try:
        return msgspec.convert(tomllib.loads(file.read_bytes().decode()), form)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}", hint="Check the path of --rules.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{file.name}: {error}", hint=_FORM_HINT) from error
