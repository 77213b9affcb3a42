"""What `analyze` was asked, carried out: check all, analyze, deliver, then choose the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from extractscan.cli.allocators import whole_memory
from extractscan.cli.amounts import memory
from extractscan.cli.config import Resolved
from extractscan.cli.filtering import filters_of
from extractscan.cli.findings import findings_code
from extractscan.cli.keys import Options
from extractscan.cli.mapping import parse_mapping
from extractscan.cli.moments import window
from extractscan.cli.outputs import (
    check_manifest,
    check_outputs,
    check_quarantine,
    deliver,
    signing_key,
    write_manifest,
)
from extractscan.cli.progress import Stages, progress
from extractscan.cli.question import Answer, answer
from extractscan.cli.redacting import read_key, redacted
from extractscan.cli.say import say
from extractscan.cli.summary import one_line, refuse_partial, summarise, warn
from extractscan.errors import UsageError
from extractscan.model.asked import Run
from extractscan.writers import write_bytes
from extractscan.writers.numbers import size


def carry_out(inputs: Sequence[str], asked: Resolved) -> int:
    """Analyze as asked and return the exit code; what cannot work is refused before anything is read.

    Raises:
        ExtractscanError: for every expected failure; under `strict`, lost rows fail after the report is delivered.
    """
    options = asked.options
    lists = [options.suppress, options.allow, options.baseline, options.key_file, *options.rules]
    read = [*inputs, options.accounts, asked.file, *options.baseline_logs, *lists]
    check_outputs(options.output, options.format, clobber=options.clobber, inputs=read)
    check_manifest(options.manifest, options.output, clobber=options.clobber, inputs=read)
    beside = [*read, *options.output, options.manifest]
    check_quarantine(options.quarantine, clobber=options.clobber, others=beside, redact=options.redact)
    if options.sign_key is not None and options.manifest is None:
        raise UsageError("--sign-key without --manifest", hint="what is signed is the manifest: name one")
    key = signing_key(options.sign_key)
    secret = read_key(options.key_file, wanted=options.redact)
    stages = Stages()
    with progress(stages, wanted=not options.quiet and not options.no_progress) as notice:
        found = answer(_run(inputs, options), asked.settings, notice, within(options.memory_limit))
    _deliver(found if secret is None else _hidden(found, secret), options, stages, key)
    if options.quarantine is not None:
        _quarantine(inputs, options, options.quarantine)
    if options.strict:
        refuse_partial(found.whole)
    return findings_code(found.whole, options.fail_on)


def within(limit: str | None) -> int:
    """Return the bytes of memory to keep within: what was asked for, or three quarters of what there is."""
    return whole_memory() * 3 // 4 if limit is None else memory(limit)


def _quarantine(inputs: Sequence[str], options: Options, target: str) -> None:
    """Read the inputs once more and write out what was lost: an empty file where nothing was."""
    from extractscan.readers import open_logs
    from extractscan.readers.quarantine import encode

    begins, ends, _ = window(options.start, options.end, options.last)
    logs = open_logs(inputs, mapping=parse_mapping(options.map), dates=(begins, ends))
    written = write_bytes(b"".join(encode(logs.quarantine())), target)
    if not options.quiet:
        say(f"wrote {target} (quarantine, {size(written)})")


def _run(inputs: Sequence[str], options: Options) -> Run:
    """Write the question down, so that the report can be made again."""
    dated = options.suppress is not None or options.allow is not None
    return Run(
        inputs=list(inputs),
        accounts=options.accounts,
        mapping=parse_mapping(options.map),
        start=options.start,
        end=options.end,
        last=options.last,
        baseline_logs=options.baseline_logs,
        filters=filters_of(options),
        rules=options.rules,
        allow=options.allow,
        suppress=options.suppress,
        baseline=options.baseline,
        min_level=options.min_level,
        as_of=datetime.now(UTC).date().isoformat() if dated else None,
        reproducible=options.reproducible,
    )


def _hidden(found: Answer, secret: bytes) -> Answer:
    """Take original values out of what is shown; what is said to the user himself keeps them."""
    return replace(found, shown=redacted(found.shown, secret))


def _deliver(found: Answer, options: Options, stages: Stages, key: Any) -> None:
    detail, quiet = options.verbose, options.quiet
    shown = msgspec.structs.replace(found.shown, tlp=options.tlp)
    if not one_line(options):
        deliver(shown, options.output, options.format, no_color=options.no_color, detail=detail, quiet=quiet)
    if options.manifest is not None:
        write_manifest(shown, options.output, options.manifest, key=key, quiet=quiet)
    warn(found.whole)
    summarise(found.whole, stages, options)
