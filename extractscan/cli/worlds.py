"""Commands for trying the tool out: labelled traffic to analyze, and how well a report found what was labelled."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import NoColor, Quiet, ReportFile


def simulate(
    directory: Annotated[str | None, typer.Argument(metavar="DIR", help="Folder to write to; made if needed.")] = None,
    *,
    accounts: Annotated[int, typer.Option("--accounts", metavar="N", min=1, help="Accounts in all.")] = 2000,
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
    from extractscan.cli.outputs import folder_for
    from extractscan.cli.progress import Stages, progress
    from extractscan.cli.say import say
    from extractscan.errors import UsageError

    if list_kinds:
        return _list_kinds()
    if directory is None:
        raise UsageError("simulate needs a folder to write to", hint="extractscan simulate DIR, or --list-kinds")
    target = folder_for(directory, clobber=clobber)
    with progress(Stages(), wanted=not quiet) as notice:
        simulator.write_world(
            target,
            accounts=accounts,
            seed=seed,
            kinds=kind,
            campaigns=campaigns,
            days=days,
            progress=lambda done, total: notice("simulating", done, total),
        )
    if not quiet:
        say(f"wrote {accounts:,} accounts over {days} days to {directory}")
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
