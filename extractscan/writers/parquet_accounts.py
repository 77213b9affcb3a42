"""One typed row for each account of each network, for notebooks and warehouses."""

from __future__ import annotations

from extractscan.model import Report
from extractscan.writers.csv_accounts import CHANNEL_PREFIX, MEMBER_COLUMNS, channels
from extractscan.writers.heads import NETWORK_COLUMNS, head
from extractscan.writers.times import moment

_MOMENTS = ("first_seen", "last_seen")
_COUNTS = ("events", "events_in_campaign")
_BITS = ("coordination_bits", "extraction_bits", "bits")


def render(report: Report) -> bytes:
    """Return Parquet with the columns of the CSV, typed, text exactly as it was logged.

    Times are timestamps in UTC, bits are doubles, null where a channel gives none. The table is there without networks
    too, with no rows.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    found = channels(report)
    types = {name: pa.string() for name in (*NETWORK_COLUMNS, *MEMBER_COLUMNS)}
    types |= dict.fromkeys(_MOMENTS, pa.timestamp("us", tz="UTC"))
    types |= dict.fromkeys(_COUNTS, pa.int64())
    types |= dict.fromkeys((*_BITS, *(f"{CHANNEL_PREFIX}{name}" for name in found)), pa.float64())
    rows = []
    for network in report.networks:
        for member in network.accounts:
            row = {**head(network), **{name: getattr(member, name) for name in MEMBER_COLUMNS}}
            row |= {name: moment(row[name]) for name in _MOMENTS}
            rows.append(row | {f"{CHANNEL_PREFIX}{name}": member.channels.get(name) for name in found})
    page = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(list(types.items()))), page, compression="zstd")
    return page.getvalue()
