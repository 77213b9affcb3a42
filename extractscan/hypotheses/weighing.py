"""How a hypothesis is weighed: points for and against, each with the sentence that the report prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One reason: bits (positive speaks for the hypothesis) and the sentence that says why."""

    bits: float
    says: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """One explanation of a network.

    Attributes:
        id: H1 to H6.
        name: What it is called.
        title: What it claims.
        points: All reasons, in the order in which they were weighed.
        would_decide: Fields or questions that would settle it.
    """

    id: str
    name: str
    title: str
    points: tuple[Point, ...]
    would_decide: tuple[str, ...]

    @property
    def bits(self) -> float:
        """Sum of all points."""
        return sum(point.bits for point in self.points)


def points(*candidates: tuple[bool, float, str]) -> tuple[Point, ...]:
    """Keep the reasons whose test holds and whose bits are not nil."""
    return tuple(Point(round(bits, 3), says) for test, bits, says in candidates if test and abs(bits) >= 0.05)


def percent(share: float) -> str:
    """Write a share as a percentage, without pretending that nearly none is none."""
    return f"{100 * share:.0f} %" if share >= 0.095 or share == 0 else f"{100 * share:.1f} %"
