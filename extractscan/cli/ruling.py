"""The command that tries the user's own intent rules."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import NoColor


def rules_test(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Rule files, or folders of them.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON: the problems.")] = False,
    no_color: NoColor = False,
) -> int:
    """Hold your own rules against their examples.

    Every example has to match and no counterexample may. Exit code 1 where a rule fails, 2 where a file is not of the
    form or a rule could not stand beside the shipped ones.
    """
    import msgspec

    from extractscan import rules
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.cli.tables import table
    from extractscan.writers.terminal import draw

    own = rules.read(rules.files_of(paths))
    problems = rules.check(own)
    if not problems:
        rules.load(rules.files_of(paths))
    if as_json:
        emit_json(msgspec.json.format(msgspec.json.encode(problems)) + b"\n")
        return int(bool(problems))
    rows: list[tuple[str, ...]] = []
    for rule in own:
        wrong = [each for each in problems if (each.source, each.rule) == (rule.source, rule.id)]
        tried = sum(map(len, rule.examples.values())) + len(rule.counterexamples)
        rows.append(("wrong" if wrong else "right", rule.source, rule.id, f"{tried} texts tried"))
        rows += [("", "", "misses" if each.kind == "missed" else "hits", each.text) for each in wrong]
    view = stdout_view(no_color=no_color)
    emit(draw(view, [table(view, rows)]))
    return int(bool(problems))
