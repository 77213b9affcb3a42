"""Options that say which events of the logs are used."""

from __future__ import annotations

from typing import Annotated

import typer

IncludeAccount = Annotated[
    list[str] | None,
    typer.Option(
        "--include-account", metavar="ACCOUNT", help="Use only events of these accounts; repeatable, comma lists."
    ),
]
ExcludeAccount = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-account", metavar="ACCOUNT", help="Leave out events of these accounts; repeatable, comma lists."
    ),
]
IncludeOrganization = Annotated[
    list[str] | None,
    typer.Option(
        "--include-organization",
        metavar="ORGANIZATION",
        help="Use only events of these organizations; repeatable, comma lists.",
    ),
]
ExcludeOrganization = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-organization",
        metavar="ORGANIZATION",
        help="Leave out events of these organizations; repeatable, comma lists.",
    ),
]
IncludeModel = Annotated[
    list[str] | None,
    typer.Option("--include-model", metavar="MODEL", help="Use only events of these models; repeatable, comma lists."),
]
ExcludeModel = Annotated[
    list[str] | None,
    typer.Option("--exclude-model", metavar="MODEL", help="Leave out events of these models; repeatable, comma lists."),
]
IncludeCountry = Annotated[
    list[str] | None,
    typer.Option(
        "--include-country", metavar="COUNTRY", help="Use only events from these countries; repeatable, comma lists."
    ),
]
ExcludeCountry = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-country", metavar="COUNTRY", help="Leave out events from these countries; repeatable, comma lists."
    ),
]
