"""One row a line for each account of each network, for spreadsheets that must not run what a log says."""

from __future__ import annotations

import csv
import io

from extractscan.model import Report
from extractscan.writers.heads import NETWORK_COLUMNS, head
from extractscan.writers.show import show

MEMBER_COLUMNS = ("account_id", "bits", "role", "events", "events_in_campaign", "first_seen", "last_seen")
CHANNEL_PREFIX = "bits_"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def columns(report: Report) -> tuple[str, ...]:
    """Return the header: the network's columns, the member's, and one of bits for each channel.

    The channels are those of the schema, in its order; others that a report may hold follow by name.
    """
    return (*NETWORK_COLUMNS, *MEMBER_COLUMNS, *(f"{CHANNEL_PREFIX}{defused(name)}" for name in channels(report)))


def channels(report: Report) -> tuple[str, ...]:
    """Return the channels of the schema, in its order, and then others that members of the report have, by name."""
    from extractscan.schema import CHANNELS

    held = {channel for network in report.networks for member in network.accounts for channel in member.channels}
    return (*CHANNELS, *sorted(held.difference(CHANNELS)))


def defused(content: str) -> str:
    """Return text as a cell that no spreadsheet takes for a formula, with control characters made visible.

    A cell that would start a formula, also after blanks, gets a leading apostrophe, which spreadsheets hide.
    """
    shown = show(content, limit=None)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def render(report: Report) -> bytes:
    """Return UTF-8 CSV with a header, comma-separated, one row an account of each network, in the report's order.

    An account in two networks has two rows. A channel in which a member has no bits is an empty cell. All text is
    quoted, so that a spreadsheet which splits at semicolons finds no cell inside a cell.
    """
    page = io.StringIO()
    writer = csv.DictWriter(page, columns(report), restval="", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for network in report.networks:
        for member in network.accounts:
            row = {**head(network), **{name: getattr(member, name) for name in MEMBER_COLUMNS}}
            row |= {f"{CHANNEL_PREFIX}{defused(channel)}": amount for channel, amount in member.channels.items()}
            writer.writerow({name: defused(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return page.getvalue().encode("utf-8", "backslashreplace")
