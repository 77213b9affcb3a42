"""What became of a network between two reports."""

from __future__ import annotations

from typing import Literal

from extractscan.model.node import Node

State = Literal["new", "grown", "shrunk", "same", "merged", "split", "gone"]
"""`merged` of several networks, `split` from one that has several heirs; `gone` stands in comparisons alone."""


class Change(Node, frozen=True):
    """What a network was in an older report."""

    state: State
    """What became of it."""
    was: list[str] = []
    """Fingerprints of the older networks that it has most members of, or that have most of its members."""
    added: list[str] = []
    """Accounts that were in none of them."""
    removed: list[str] = []
    """Accounts of them that no network has now."""
    risen: bool = False
    """Whether its verdict or level is worse than each of theirs."""


class Baseline(Node, frozen=True):
    """The older report that networks were held against."""

    sha256: str
    """SHA-256 of its file."""
    networks: int
    """How many networks it has."""
    gone: list[str] = []
    """Fingerprints of its networks that nothing is left of."""
