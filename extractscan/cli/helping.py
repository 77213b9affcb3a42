"""How a command's help is laid out: its arguments as they are typed, and long lists of options by what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from typer.core import TyperCommand

MANY: Final = 12
"""Options from which on they stand in groups."""
SUBJECTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Input": (
            "--accounts", "--map", "--baseline-logs", "--from", "--to", "--last", "--include-account",
            "--exclude-account", "--include-organization", "--exclude-organization", "--include-model",
            "--exclude-model", "--include-country", "--exclude-country", "--strict", "--quarantine",
        ),
        "Detection": ("--profile", "--config", "--rules", "--allow", "--shuffles", "--seed"),
        "Findings": ("--baseline", "--suppress", "--min-level", "--fail-on"),
        "Output": (
            "--output", "--format", "--clobber", "--reproducible", "--manifest", "--sign-key", "--redact", "--key-file",
            "--tlp",
        ),
        "Run": ("--threads", "--memory-limit", "--tmp-dir"),
        "Display": ("--quiet", "--verbose", "--no-color", "--no-progress", "--help"),
    }
)  # fmt: skip
"""What options are for; a test holds that none of a long list is forgotten."""


class Command(TyperCommand):
    """A command whose help can be looked through."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002  what overrides takes it
        """Return the words after the command's name: optional arguments in brackets, others bare."""
        return [
            self.options_metavar or "",
            *(piece(each) for each in self.params if each.param_type_name == "argument"),
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, many of them under the words of `SUBJECTS`."""
        options = [each for each in self.get_params(ctx) if each.param_type_name == "option"]
        if len(options) < MANY:
            super().format_options(ctx, formatter)
            return
        arguments = [each for each in self.get_params(ctx) if each.param_type_name == "argument"]
        parts: dict[str, list[Any]] = {"Arguments": [(piece(one), getattr(one, "help", "") or "") for one in arguments]}
        for subject, flags in SUBJECTS.items():
            parts[subject] = [one.get_help_record(ctx) for flag in flags for one in options if flag in one.opts]
        told = {flag for flags in SUBJECTS.values() for flag in flags}
        parts["Others"] = [one.get_help_record(ctx) for one in options if told.isdisjoint(one.opts)]
        for title, rows in parts.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def piece(argument: Any) -> str:
    """Return an argument as it stands in a line of usage."""
    name: str = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"
