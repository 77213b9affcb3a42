"""Commands about the configuration: what holds and who told it, whether a file is right, a file to begin with."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import Clobber, NoColor

File = Annotated[
    str | None, typer.Argument(metavar="[FILE]", help="A TOML file; extractscan.toml of the working directory if none.")
]


def config_show(
    file: File = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    no_color: NoColor = False,
) -> int:
    """Show every key, its value, and where the value was told.

    A flag of analyze would go over what is shown here: environment, then file, then profile, then default.
    """
    import json

    from extractscan.cli.config import resolve, shown
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.cli.tables import table
    from extractscan.writers.terminal import draw

    rows = shown(resolve({"config": file}))
    if as_json:
        listed = {key: {"value": value, "source": source} for key, value, source in rows}
        emit_json(json.dumps(listed, indent=2).encode() + b"\n")
    else:
        view = stdout_view(no_color=no_color)
        emit(draw(view, [table(view, [(key, json.dumps(value), source) for key, value, source in rows])]))
    return 0


def config_check(file: File = None) -> int:
    """Check a file and the environment; a fault is named with its place.

    Exit code 2 where a key does not exist or a value is not allowed.
    """
    from extractscan.cli.config import resolve
    from extractscan.cli.say import emit
    from extractscan.writers.show import show

    found = resolve({"config": file})
    told = sum(not each.source.startswith("profile ") for each in found.told.values())
    where = found.file or "no file"
    emit(f"{show(where, None)} and the environment are right: {told} key{'s' * (told != 1)} set\n".encode())
    return 0


def config_init(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="File to write.")] = "extractscan.toml",
    *,
    clobber: Clobber = False,
) -> int:
    """Write a file that names every key, each as a comment with its default.

    Nothing changes until a line is uncommented.
    """
    from pathlib import Path

    from extractscan.cli.sample_config import sample
    from extractscan.cli.say import say
    from extractscan.errors import UsageError

    try:
        with Path(file).open("w" if clobber else "x", encoding="utf-8") as handle:
            handle.write(sample())
    except FileExistsError as error:
        raise UsageError(f"{file} exists already", hint="--clobber overwrites it; or name another file") from error
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", hint="name another place") from error
    say(f"wrote {file}")
    return 0
