"""The command that says what inputs are, how full they are, and what could be tested on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from extractscan.cli.allocators import give_memory_back
from extractscan.cli.analyze import Shuffles
from extractscan.cli.options import Accounts, Inputs, Mapping, NoColor

WriteMap = Annotated[
    str | None,
    typer.Option("--write-map", metavar="FILE", help="Write a mapping file for --map @FILE, guessed where need be."),
]


def inspect(
    inputs: Inputs,
    *,
    accounts: Accounts = None,
    mapping: Mapping = None,
    write_map: WriteMap = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Analyze a few accounts, and say what each stage of a whole run takes.")
    ] = False,
    shuffles: Shuffles = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    no_color: NoColor = False,
) -> int:
    """Say what inputs are, how full, and which signals they lack.

    Examples of values are cut so that they name nobody. What a run of analyze would take is said by rates; with --plan
    by what it takes on this machine, on all events of a few accounts: within a third as a rule.
    """
    give_memory_back()
    import time

    import msgspec

    from extractscan.cli.inspection_page import Drawn, inspection_page
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.planning import cost_of
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.forecast import REHEARSED, Sample
    from extractscan.readers import LogSet, open_logs, with_late_columns
    from extractscan.readers.inspection import Inspection, inspect_logs

    columns = parse_mapping(mapping or ())
    if write_map is not None:
        columns = _written(write_map, inputs, columns)
    table = _accounts_table(accounts)

    def look(logs: LogSet) -> tuple[Inspection, Sample]:
        sample = Sample(REHEARSED if plan else 0)
        return inspect_logs(logs, time.process_time, sample.add), sample

    (inspection, sample), logs = with_late_columns(open_logs(inputs, mapping=columns), look)
    inputs_tell = _told(logs.accounts())
    account_columns = {name for each in (table, inputs_tell) if each is not None for name in each["columns"]}
    lacking = list(_lacking(frozenset(inspection.columns), frozenset(account_columns)))
    running = _running(lacking)
    cost = cost_of(inspection, sample, logs, accounts, plan=plan, shuffles=shuffles)
    if as_json:
        signals = {"signals_running": running, "signals_lacking_fields": lacking}
        told = {"cost": msgspec.to_builtins(cost), "accounts_table": table, "inputs_tell": inputs_tell}
        found = {**msgspec.to_builtins(inspection), **told, **signals}
        emit_json(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    else:
        drawn = Drawn(inspection, cost, table, lacking, running, inputs_tell)
        emit(inspection_page(stdout_view(no_color=no_color), drawn))
    return 0


def _written(target: str, inputs: list[str], given: dict[str, str]) -> dict[str, str]:
    """Write the mapping that was given, with guesses for an unknown log, and return it."""
    from extractscan.cli.mapping import encode_mapping
    from extractscan.cli.outputs import check_new
    from extractscan.cli.say import say
    from extractscan.readers.guessing import guess_for
    from extractscan.writers import write_bytes

    check_new(target, inputs)
    guessed = {name: field for name, field in guess_for(inputs).items() if name not in given}
    write_bytes(encode_mapping(given, guessed), target)
    what = f"{len(guessed)} guessed by their names: look at them" if guessed else "nothing had to be guessed"
    say(f"wrote {target} ({what}); use it with --map @{target}")
    return given | guessed


def _running(lacking: list[dict[str, Any]]) -> list[str]:
    from extractscan.signals import SIGNALS

    without = {each["name"] for each in lacking}
    return [signal.name for signal in SIGNALS.values() if signal.name not in without]


def _accounts_table(path: str | None) -> dict[str, Any] | None:
    from extractscan.readers.accounts import read_accounts_with_notes

    if path is None:
        return None
    frame, notes = read_accounts_with_notes(path)
    return {"path": path, "accounts": frame.height, "columns": frame.columns, "notes": notes}


def _told(frame: Any) -> dict[str, Any] | None:
    """Say what inputs themselves tell of accounts: columns with a value anywhere."""
    if frame is None:
        return None
    filled = [column.name for column in frame if column.null_count() < len(column)]
    return {"accounts": frame.height, "columns": filled}


def _lacking(columns: frozenset[str], account_columns: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Give each signal whose fields are not all there; those drawn from behaviour need no field of their own."""
    from extractscan import schema
    from extractscan.signals import SIGNALS

    domain = frozenset({schema.EMAIL_DOMAIN} if schema.EMAIL in account_columns else ())  # read off the address
    there = {"events": columns, "content": columns, "accounts": account_columns | domain}
    for signal in SIGNALS.values():
        missing = sorted(set(signal.needs) - there[signal.table]) if signal.table in there else []
        if missing:
            yield {"name": signal.name, "channel": signal.channel, "table": signal.table, "missing": missing}
