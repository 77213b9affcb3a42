"""The command that keeps what logs were reduced to, and drops the prompts."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back, use_folder
from extractscan.cli.analyze import MemoryLimit, NoProgress, Rules, Threads, TmpDir
from extractscan.cli.options import Accounts, Mapping, Quiet


def reduce(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Logs as for analyze, and folders that this command wrote.")
    ],
    *,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to; made if needed.")],
    accounts: Accounts = None,
    mapping: Mapping = None,
    rules: Rules = None,
    key_file: Annotated[
        str | None,
        typer.Option("--key-file", metavar="FILE", help="Secret key: accounts and all that identifies become hashes."),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample", metavar="N", min=8, help="Keep the wording of N prompts of an account at most, as of huge logs."
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    tmp_dir: TmpDir = None,
    clobber: Annotated[bool, typer.Option("--clobber", "-C", help="Write over an earlier summary.")] = False,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Keep what logs come to, without the prompts.

    A day is read once: analyze takes any number of these folders, with or without logs beside them, and links accounts
    as if it had read everything together. What linked accounts asked for is judged if the logs still lie where they
    did, unchanged; otherwise the report says that it was not.
    """
    give_memory_back()
    if threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)
    use_folder(tmp_dir)
    from extractscan import keeping
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.outputs import folder_for
    from extractscan.cli.progress import IN_BYTES, Stages, progress
    from extractscan.cli.redacting import read_key
    from extractscan.cli.request import within
    from extractscan.cli.say import say
    from extractscan.writers.numbers import count, losses, size

    key = read_key(key_file, wanted=key_file is not None)
    folder = folder_for(output, clobber=clobber)
    with progress(Stages(), wanted=not quiet and not no_progress) as notice:
        kept = keeping.keep(
            inputs,
            folder,
            accounts=accounts,
            mapping=parse_mapping(mapping or ()),
            rule_files=rules or (),
            key=key,
            sample=sample,
            memory=within(memory_limit),
            tell=lambda done, total: notice(IN_BYTES, done, total),
        )
    if not quiet:
        lost = sum(loss.count for each in kept.inputs for loss in each.rejected)
        held = size(sum(file.stat().st_size for file in folder.iterdir()))
        told = f"{count(kept.events, 'event')} of {count(kept.accounts, 'account')}, {held}"
        say(f"wrote {output} ({told}, {f'{losses(lost)} rejected' if lost else 'nothing rejected'})")
    return 0
