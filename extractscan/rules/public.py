"""Knows the wording of widely used system prompts and harnesses, whose sharing between accounts says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec
import polars as pl

from extractscan.errors import UsageError
from extractscan.rules.loading import PUBLIC_FILE, read_toml
from extractscan.rules.rule import Name, Text


class PublicTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One public prompt, recognised by a short phrase of it.

    Attributes:
        pattern: Regular expression in the syntax of the Rust `regex` crate, case-insensitive, searched anywhere.
        example: A text that the pattern matches.
    """

    id: Name
    title: Text
    kind: Literal["agent", "assistant", "framework", "benchmark", "synthesis", "persona"]
    pattern: Text
    example: Text


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    templates: Annotated[tuple[PublicTemplate, ...], msgspec.Meta(min_length=1)]


@cache
def public_templates() -> tuple[PublicTemplate, ...]:
    """Read the shipped list, sorted by id."""
    held = read_toml(resources.files("extractscan.rules") / PUBLIC_FILE, _File).templates
    return tuple(sorted(held, key=lambda template: template.id))


def match_public(texts: pl.Series, templates: Sequence[PublicTemplate]) -> pl.Series:
    """Return for each text the id of the first of `templates` that it shows, or null; rows keep their order.

    Meant for distinct system prompts and template skeletons, of which there are few: every pattern reads every text.

    Raises:
        UsageError: a pattern that the regex engine refuses.
    """
    names = pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
    for template in reversed(templates):
        try:
            shown = texts.str.contains(f"(?is){template.pattern}").fill_null(value=False)
        except pl.exceptions.ComputeError as error:
            raise UsageError(
                f"public template {template.id!r}: pattern does not compile: {template.pattern}",
                hint="Patterns are written for the Rust regex crate: no look-around, no back-references.",
            ) from error
        names = pl.Series([template.id], dtype=pl.String).new_from_index(0, len(texts)).zip_with(shown, names)
    return names.alias(texts.name)
