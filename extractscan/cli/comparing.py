"""The command that holds two reports against each other."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import Detail, NoColor


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="An older report saved as JSON.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A newer report saved as JSON.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 where a network is new, has grown or has risen.")
    ] = False,
    verbose: Detail = False,
    no_color: NoColor = False,
) -> int:
    """Say which networks are new, grown, merged, split or gone.

    Networks are matched by their members. Accounts that hold what stopped accounts held, and began after them, are
    listed with what carried over.
    """
    import msgspec

    from extractscan.cli.comparison_page import comparison_page
    from extractscan.cli.saved import load_report
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.diffing import compare

    found = compare(load_report(old), load_report(new))
    if as_json:
        document = {"counts": found.counts(), **msgspec.to_builtins(found)}
        emit_json(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    else:
        emit(comparison_page(stdout_view(no_color=no_color, detail=verbose), found))
    news = any(each.now is not None and (each.state == "new" or each.risen or each.added) for each in found.networks)
    return int(exit_code and news)
