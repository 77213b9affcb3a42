"""The command that plants rings into the user's own log and says which of them would have been found."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back
from extractscan.cli.analyze import Config, Profile
from extractscan.cli.options import Accounts, Inputs, Mapping, NoColor, Quiet


def selftest(
    inputs: Inputs,
    *,
    accounts: Accounts = None,
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N,N...", help="Accounts of the rings to plant.")
    ] = "5,10,30,100",
    rounds: Annotated[int, typer.Option("--rounds", metavar="K", min=1, help="Rings of each size and strength.")] = 1,
    profile: Profile = None,
    config: Config = None,
    mapping: Mapping = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Seed that rings are drawn with.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, ring by ring.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Plant rings into a log, in memory, and see which are found.

    Each ring is planted alone, and the whole analysis is run again; the log is only read. Exit codes: 0 the test was
    made, whatever it showed, 2 usage, 3 no readable input, 4 nothing could be tested, 5 internal, 130 interrupted.
    """
    give_memory_back()
    import msgspec

    from extractscan.cli.config import resolve
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.power import parse_sizes, power_page

    wanted = parse_sizes(sizes)
    given = {"accounts": accounts, "config": config, "map": mapping, "profile": profile, "seed": seed, "quiet": quiet}
    found = resolve(given)
    asked = found.options
    columns = parse_mapping(asked.map)
    from extractscan import selftest as testing
    from extractscan.cli.progress import Stages, progress
    from extractscan.cli.say import emit, emit_json, stdout_view

    with progress(Stages(), wanted=not asked.quiet and not asked.no_progress) as notice:
        shown = testing.selftest(
            inputs,
            accounts=asked.accounts,
            settings=found.settings,
            mapping=columns,
            sizes=wanted,
            rounds=rounds,
            progress=notice,
        )
    if as_json:
        emit_json(msgspec.json.format(msgspec.json.encode(shown)) + b"\n")
    else:
        emit(power_page(stdout_view(no_color=no_color or asked.no_color), shown))
    return 0
