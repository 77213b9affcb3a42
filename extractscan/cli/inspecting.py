"""The command that says what inputs are, how full they are, and what could be tested on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from extractscan.cli.options import Accounts, Inputs, Mapping, NoColor


def inspect(
    inputs: Inputs,
    *,
    accounts: Accounts = None,
    mapping: Mapping = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    no_color: NoColor = False,
) -> int:
    """Say what inputs are, how full, and which signals they lack.

    Nothing is analyzed. Examples of values are cut so that they name nobody.
    """
    import msgspec

    from extractscan.cli.inspection_page import inspection_page
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.readers import open_logs
    from extractscan.readers.inspection import inspect_logs

    logs = open_logs(inputs, mapping=parse_mapping(mapping or ()))
    table = _accounts_table(accounts)
    inspection = inspect_logs(logs)
    lacking = list(_lacking(frozenset(inspection.columns), frozenset(table["columns"]) if table else frozenset()))
    if as_json:
        found = {**msgspec.to_builtins(inspection), "accounts_table": table, "signals_lacking_fields": lacking}
        emit_json(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    else:
        emit(inspection_page(stdout_view(no_color=no_color), inspection, table, lacking))
    return 0


def _accounts_table(path: str | None) -> dict[str, Any] | None:
    from extractscan.readers.accounts import read_accounts_with_notes

    if path is None:
        return None
    frame, notes = read_accounts_with_notes(path)
    return {"path": path, "accounts": frame.height, "columns": frame.columns, "notes": notes}


def _lacking(columns: frozenset[str], account_columns: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Give each signal whose fields are not all there; those drawn from behaviour need no field of their own."""
    from extractscan.signals import SIGNALS

    there = {"events": columns, "content": columns, "accounts": account_columns}
    for signal in SIGNALS.values():
        missing = sorted(set(signal.needs) - there[signal.table]) if signal.table in there else []
        if missing:
            yield {"name": signal.name, "channel": signal.channel, "table": signal.table, "missing": missing}
