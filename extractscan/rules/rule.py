"""What one extraction-intent rule is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

MAX_RULES: Final = 64
"""One bit of a UInt64 each; more would need a second column in every partial table."""

Text = Annotated[str, msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Literals = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a request may ask for, with the texts that prove the rule.

    Attributes:
        bits: log2 of how much rarer the request is in ordinary traffic than in a harvest.
        reason: Why the specificity is what it is: who else asks for the same.
        literals: Lowercase texts, one of which any match must hold; cheap to look for in every prompt.
        patterns: Regular expressions in the syntax of the Rust `regex` crate, already case-insensitive, `.` matches
            line breaks. Any of them is enough.
        examples: By language (ISO 639-1): requests that the rule must match.
        counterexamples: Ordinary requests that it must leave alone.
    """

    id: Name
    title: Text
    family: Name
    bits: Annotated[float, msgspec.Meta(gt=0, le=12)]
    specificity: Literal["low", "medium", "high"]
    reason: Text
    literals: Literals
    patterns: Literals
    examples: Mapping[str, tuple[Text, ...]]
    counterexamples: tuple[Text, ...]
    source: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages the rule was written for, sorted: those it has examples in."""
        return tuple(sorted(self.examples))
