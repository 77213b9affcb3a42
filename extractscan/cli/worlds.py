"""Commands for trying the tool out: labelled traffic to analyze, and how well a report found what was labelled."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from extractscan.cli.options import NoColor, Quiet, ReportFile


def simulate(
    directory: Annotated[str | None, typer.Argument(metavar="DIR", help="Folder to write to; made if needed.")] = None,
    *,
    accounts: Annotated[
        int | None,
        typer.Option("--accounts", metavar="N", min=1, help="Accounts in all: 2000, or 3 for 100 --events."),
    ] = None,
    events: Annotated[
        str | None,
        typer.Option("--events", metavar="N", help="A plainer, large world of so many events (10M), to try speed on."),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=2, help="Days of traffic.")] = 14,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Same seed, same world.")] = 0,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Hold one group of this kind; repeatable.")
    ] = None,
    campaigns: Annotated[bool, typer.Option("--campaigns/--no-campaigns", help="With harvests, or without.")] = True,
    list_kinds: Annotated[bool, typer.Option("--list-kinds", help="List the kinds of groups and stop.")] = False,
    clobber: Annotated[bool, typer.Option("--clobber", "-C", help="Write into a folder that is not empty.")] = False,
    quiet: Quiet = False,
) -> int:
    """Write labelled traffic to try the tool on.

    The folder gets logs.parquet, accounts.parquet for --accounts, and labels.parquet for `score`.
    """
    from extractscan import simulate as simulator
    from extractscan.cli.amounts import amount
    from extractscan.cli.outputs import folder_for
    from extractscan.cli.progress import Stages, progress
    from extractscan.cli.say import say
    from extractscan.errors import UsageError
    from extractscan.simulate.bulk import write_bulk

    if list_kinds:
        return _list_kinds()
    if directory is None:
        raise UsageError("simulate needs a folder to write to", hint="extractscan simulate DIR, or --list-kinds")
    if events is not None and kind:
        raise UsageError("--events with --kind", hint="a large world has one plain kind of campaign; leave one out")
    wanted = None if events is None else amount(events)
    size = accounts or (2000 if wanted is None else max(wanted * 3 // 100, 1))
    target = folder_for(directory, clobber=clobber)
    with progress(Stages(), wanted=not quiet) as notice:
        chosen: dict[str, Any] = {
            "accounts": size, "seed": seed, "campaigns": campaigns, "days": days,
            "progress": lambda done, total: notice("simulating", done, total),
        }  # fmt: skip
        if wanted is None:
            simulator.write_world(target, kinds=kind, **chosen)
        else:
            write_bulk(target, events=wanted, **chosen)
    if not quiet:
        say(f"wrote {size:,} accounts over {days} days to {directory}")
    return 0


def _list_kinds() -> int:
    from extractscan import simulate as simulator
    from extractscan.cli.say import emit, stdout_view
    from extractscan.cli.tables import table
    from extractscan.writers.terminal import draw

    rows = [
        (name, "campaign" if each.campaign else "innocent", each.summary)
        for name, each in sorted(simulator.KINDS.items())
    ]
    view = stdout_view()
    emit(draw(view, [table(view, rows)]))
    return 0


def score(
    report_file: ReportFile,
    labels: Annotated[str, typer.Argument(metavar="LABELS", help="labels.parquet of the same log.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    no_color: NoColor = False,
) -> int:
    """Hold a report against labels: who was found, and who wrongly.

    Precision and recall count the accounts of networks with the verdict extraction_network.
    """
    import msgspec

    from extractscan import score as scoring
    from extractscan.cli.saved import load_report
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.cli.scores import scores_page

    scores = scoring.score(load_report(report_file), labels)
    if as_json:
        emit_json(msgspec.json.format(msgspec.json.encode(scores)) + b"\n")
    else:
        emit(scores_page(stdout_view(no_color=no_color), scores))
    return 0
