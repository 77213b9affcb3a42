"""Extraction-intent rules: what a request asks for when a model's answers are harvested as training data.

A rule never convicts anyone. Most of what it looks for is also asked by teachers, testers and researchers; `bits`
says how much rarer it is in ordinary traffic, and the linking of accounts decides whether that matters.
"""

from __future__ import annotations

from extractscan.rules.checking import Problem, check
from extractscan.rules.loading import families, files_of, load, read
from extractscan.rules.matching import HEAD_CHARS, TAIL_CHARS, match, suspect
from extractscan.rules.public import PublicTemplate, match_public, public_templates
from extractscan.rules.rule import MAX_RULES, Rule, Wording

__all__ = [
    "HEAD_CHARS",
    "MAX_RULES",
    "TAIL_CHARS",
    "Problem",
    "PublicTemplate",
    "Rule",
    "Wording",
    "check",
    "families",
    "files_of",
    "load",
    "match",
    "match_public",
    "public_templates",
    "read",
    "suspect",
]
