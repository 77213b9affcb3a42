"""Numbers as people read them; the report keeps the exact ones."""

from __future__ import annotations


def count(number: int, noun: str = "") -> str:
    """Return a number with separators, and its noun in the singular or plural."""
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def losses(number: int) -> str:
    """Return how much of the inputs was lost: whole records, single values in records that count, files of a folder."""
    return f"{number:,} {'row, value or file' if number == 1 else 'rows, values or files'}"


def short(number: int) -> str:
    """Return a number in at most five columns, such as 9.3k or 1.2M."""
    for size, unit in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size * 10 or (number >= size and unit != "k"):
            return f"{number / size:.1f}{unit}" if number < size * 99.95 else f"{number / size:.0f}{unit}"
    return f"{number:,}"


def bits(number: float) -> str:
    """Return bits with one decimal."""
    return f"{number:.1f}"


def share(part: float) -> str:
    """Return a share of accounts in per cent with the digits that still say something."""
    percent = part * 100
    if percent < 0.01:
        return "<0.01%"
    return f"{percent:.2g}%" if percent < 10 else f"{percent:.0f}%"


def size(number: int) -> str:
    """Return bytes in the unit that keeps the figure short."""
    amount = float(number)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
