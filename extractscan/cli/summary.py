"""What is said on stderr when an analysis has ended."""

from __future__ import annotations

from collections import Counter

from extractscan.cli.findings import rejected
from extractscan.cli.keys import Options
from extractscan.cli.progress import IN_BYTES, Stages
from extractscan.cli.say import emit, say
from extractscan.errors import PartialError
from extractscan.model import LEVELS, Report
from extractscan.writers.numbers import count, losses
from extractscan.writers.show import show


def summarise(report: Report, stages: Stages, options: Options) -> None:
    """Say in a line what was found, unless the report was just printed, and how long each stage took if asked.

    The line goes to stderr; under `--quiet` to stdout, where nothing else is printed there, so that a job's log holds
    it and nothing more.
    """
    printed = not options.output and not one_line(options)
    if options.quiet:
        if not printed:
            emit(f"{show(headline(report), None)}\n".encode())
        return
    if not printed or options.format not in (None, "terminal"):
        say(headline(report))
    for stage, seconds in stages.seconds().items() if options.verbose else ():
        events = report.coverage.events
        rate = f", {count(round(events / max(seconds, 0.01)), 'event')} a second" if stage == IN_BYTES else ""
        say(f"{seconds:8.2f} s  {stage}{rate}")


def one_line(options: Options) -> bool:
    """Tell whether the line is all: under `--quiet` a report is printed only in a format that was named."""
    return options.quiet and not options.output and options.format is None


def warn(report: Report) -> None:
    """Say on stderr which entries of the user's list no longer cover anything, quiet or not."""
    for each in report.excluded.suppressed:
        if each.state == "expired":
            fires = f", and {', '.join(each.networks)} counts again" if each.networks else ""
            say(f"warning: the suppression of {each.fingerprint} ended on {each.expires}{fires}: {each.reason}")
        elif each.state == "unused":
            say(f"warning: the suppression of {each.fingerprint} covers no network: {each.reason}")


def headline(report: Report) -> str:
    """Return in a line what was read and found."""
    levels = Counter(each.level for each in report.networks if each.verdict == "extraction_network")
    found = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
    lost = rejected(report)
    others = len(report.networks) - levels.total()
    known = sum(each.suppressed is not None for each in report.networks)
    states = Counter(each.change.state for each in report.networks if each.change is not None)
    since = "; since the older report: " + ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    return (
        f"{count(report.coverage.events, 'event')} of {count(report.coverage.accounts, 'account')}: "
        f"{count(levels.total(), 'extraction network')}{f' ({found})' if found else ''}, "
        f"{count(others, 'other')}, {f'{losses(lost)} rejected' if lost else 'nothing rejected'}"
        f"{f'; {known} on the list of known networks' if known else ''}{since if states else ''}"
    )


def refuse_partial(report: Report) -> None:
    """Fail where rows were lost; the report has been written by then.

    Raises:
        PartialError: naming the first input that lost rows.
    """
    lost = rejected(report)
    if not lost:
        return
    first = next(source for source in report.inputs if source.rejected)
    reason = first.rejected[0]
    raise PartialError(
        f"{losses(lost)} had to be rejected; the first in {first.path} at {reason.first_at}: {reason.reason}",
        hint="the report is complete but for them; mend the rows, or run without --strict",
    )
