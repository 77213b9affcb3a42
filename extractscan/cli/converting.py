"""The command that keeps a log as canonical Parquet."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back
from extractscan.cli.analyze import From, NoProgress, To
from extractscan.cli.options import Inputs, Mapping, Quiet


def convert(
    inputs: Inputs,
    *,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to; made if needed.")],
    mapping: Mapping = None,
    start: From = None,
    end: To = None,
    clobber: Annotated[
        bool, typer.Option("--clobber", "-C", help="Write into a folder that is not empty, over an earlier run.")
    ] = False,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Keep logs as canonical Parquet, to read them once.

    The folder can be analyzed like the source. Its _manifest.json lists what was read and written, with hashes, losses
    and assumptions; source_file and source_row point at the original records.
    """
    give_memory_back()
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.moments import window
    from extractscan.cli.outputs import folder_for
    from extractscan.cli.progress import Stages, progress
    from extractscan.cli.say import say
    from extractscan.readers import open_logs
    from extractscan.readers.canonical_files import ACCOUNTS, clear, keep
    from extractscan.writers.numbers import count, losses, size

    begins, ends, _ = window(start, end, None)
    columns = parse_mapping(mapping or ())
    folder = folder_for(output, clobber=clobber)
    logs = open_logs(inputs, mapping=columns, dates=(begins, ends))
    clear(folder)
    done = 0
    with progress(Stages(), wanted=not quiet and not no_progress) as notice:

        def advance(read: int) -> None:
            nonlocal done
            done = done % logs.total_bytes + read
            notice("reading", done, logs.total_bytes)

        kept = keep(logs, folder, mapping=columns, window=(begins, ends), progress=advance)
    if not quiet:
        events = [file for file in kept.outputs if file.path != ACCOUNTS]
        lost = sum(loss.count for each in kept.inputs for loss in each.rejected)
        written = f"{count(sum(file.rows for file in events), 'event')}, {size(sum(file.bytes for file in events))}"
        say(f"wrote {output} ({written}, {f'{losses(lost)} rejected' if lost else 'nothing rejected'})")
        if len(events) < len(kept.outputs):
            say(f"what the logs tell of accounts: --accounts {output.rstrip('/')}/{ACCOUNTS}")
    return 0
