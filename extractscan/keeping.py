"""Logs to a summary folder: one reading, what is kept of it without the prompts, merged with what was kept before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import extractscan
from extractscan import pipeline, readers, reading, rules, sampling, settling, summaries
from extractscan.errors import UsageError


def keep(
    paths: Sequence[str],
    folder: Path,
    *,
    accounts: str | None = None,
    mapping: Mapping[str, str] | None = None,
    rule_files: Sequence[str] = (),
    key: bytes | None = None,
    sample: int | None = None,
    memory: int | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> summaries.Manifest:
    """Reduce logs, and summaries of other logs, to one summary folder.

    Any split of the same logs, in any order, gives the same tables, byte for byte.

    Args:
        paths: Logs and summary folders.
        folder: Where to write; it exists.
        accounts: The accounts table, to be kept with the summary.
        mapping: Canonical name to source field.
        rule_files: Further intent rules.
        key: Secret that names become pseudonyms under; summaries among the paths must be without one.
        sample: Prompts of an account whose wording is kept at most; in whatever the summary is merged
            into no more count. Summaries among the paths may have fewer.
        memory: Bytes to keep within.
        tell: Told of bytes read and bytes in all.

    Raises:
        InputError: where nothing can be read.
        UsageError: for a log that would count twice, or summaries that do not fit together.
    """
    stored = [summaries.open_summary(path) for path in paths if summaries.is_summary(path)]
    rest = [path for path in paths if not summaries.is_summary(path)]
    ruleset = rules.load([Path(file) for file in rule_files])
    summaries.require_one_kind(stored, ruleset, logs=bool(rest) or key is not None)
    if key is None and stored and stored[0].manifest.key and accounts:
        raise UsageError("--accounts with summaries under a key", hint="give it where the logs are reduced")
    logs = readers.open_logs(rest, mapping=mapping) if rest else readers.no_logs()
    kept: frozenset[str] = frozenset().union(*(each.manifest.columns for each in stored))
    parts = [each.part() for each in stored]
    most = min([sample or sampling.NO_CAP, *(each.most for each in parts)])
    if rest:
        seen, logs = readers.with_late_columns(
            logs,
            lambda each: reading.surveyed(
                each, ruleset, (None, None), tell, memory=memory, columns=each.columns | kept, most=most
            )[0],
        )
        parts.append(settling.Part(*seen.parts(), most))
    fresh = logs.records() if rest else []
    places = [(str(one.folder), each) for one in stored for each in one.manifest.inputs]
    summaries.require_apart([*places, *(("the logs", each) for each in fresh)])
    table = readers.completed(pipeline.side_table(accounts)[0], logs.accounts())
    return summaries.write(
        folder,
        settling.combined([replace(each, most=most) for each in parts]),
        summaries.Manifest(
            tool=f"extractscan {extractscan.__version__}",
            columns=sorted(logs.columns | kept),
            rules=summaries.digest_of(ruleset),
            key=stored[0].manifest.key if stored and not rest else None,
            accounts=0,
            events=0,
            sample=None if most == sampling.NO_CAP else most,
            mapping=dict(mapping or {}),
            inputs=sorted([*(each for _, each in places), *fresh], key=lambda each: (each.path, each.sha256)),
            tables={},
        ),
        accounts=table if table is not None else summaries.accounts_of(stored),
        key=key,
    )
