"""What one extraction-intent rule is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

MAX_RULES: Final = 64
"""One bit of a UInt64 each; more would need a second column in every partial table."""

Text = Annotated[str, msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Language = Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2}|any)$")]
Texts = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    r"""How one language says what a rule looks for.

    Attributes:
        literals: Groups of lowercase texts: a match holds at least one text of every group. The first group is
            looked for in every prompt, so it should be the rarest.
        patterns: Regular expressions in the syntax of the Rust `regex` crate; any of them is enough. Texts and
            patterns are folded to lowercase, `.` matches line breaks, and `\b` is the ASCII word boundary. To a pattern
            in ASCII a letter outside it is no letter: `\w` leaves it out, `\W` and `.` match it.
    """

    literals: Annotated[tuple[Texts, ...], msgspec.Meta(min_length=1)]
    patterns: Texts


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a request may ask for, with the texts that prove the rule.

    Attributes:
        bits: log2 of how much rarer the request is in ordinary traffic than in a harvest.
        reason: Why the specificity is what it is: who else asks for the same.
        wording: By language (ISO 639-1, or `any` where the form is the same in all): how it is said.
        examples: By language: requests that the rule must match.
        counterexamples: Ordinary requests that it must leave alone.
        source: Name of the file it stands in.
    """

    id: Name
    title: Text
    family: Name
    bits: Annotated[float, msgspec.Meta(gt=0, le=12)]
    specificity: Literal["low", "medium", "high"]
    reason: Text
    wording: Annotated[Mapping[Language, Wording], msgspec.Meta(min_length=1)]
    examples: Annotated[Mapping[Language, Texts], msgspec.Meta(min_length=1)]
    counterexamples: Texts
    source: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages the rule was written for, sorted: those it has examples in."""
        return tuple(sorted(self.examples))
