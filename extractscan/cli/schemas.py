"""JSON Schemas of the rows that can be read without a mapping."""

from __future__ import annotations

from typing import Any

import polars as pl

from extractscan.schema import ACCOUNT, ACCOUNTS, EVENTS, REQUIRED

DOCUMENTS = {
    "events": ("one API exchange", EVENTS, REQUIRED),
    "accounts": ("one row of the accounts side table", ACCOUNTS, (ACCOUNT,)),
}


def row_schema(document: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one row of `events` or `accounts`, with canonical names."""
    title, columns, required = DOCUMENTS[document]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"extractscan {document}: {title}",
        "type": "object",
        "properties": {name: _property(dtype, null=name not in required) for name, dtype in columns.items()},
        "required": list(required),
    }


def _property(dtype: pl.DataType, *, null: bool) -> dict[str, Any]:
    if isinstance(dtype, pl.Datetime):
        return {"type": ["string", "null"] if null else "string", "format": "date-time"}
    if isinstance(dtype, pl.Boolean):
        kind = "boolean"
    elif isinstance(dtype, pl.Int64):
        kind = "integer"
    elif isinstance(dtype, pl.Float64):
        kind = "number"
    else:
        kind = "string"
    return {"type": [kind, "null"] if null else kind}
