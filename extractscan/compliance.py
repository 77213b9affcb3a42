"""Lays side by side what accounts declared and where they were used from, for whoever has to ask about both."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from extractscan import schema
from extractscan.exhibits import iso
from extractscan.model.traits import AccountFacts, Compliance

ACCOUNTS_SHOWN = 50
SYSTEMS_SHOWN = 12
COUNTRIES_SHOWN = 4
HOSTING: Final = frozenset(
    {
        8075, 8560, 9009, 12876, 13335, 14061, 14618, 15169, 16276, 16509, 20473, 24940, 31898, 36351, 37963, 40021,
        45090, 45102, 51167, 53667, 55286, 60068, 60781, 62240, 63949, 132203, 136907, 199524, 212238, 396982,
    }
)  # fmt: skip
"""Numbers of autonomous systems that sell hosting, as public registries list them; large ones, not all."""
_NETWORK = r"^(\d+\.\d+\.\d+\.)"
PAIRS = (("billing", "use"), ("billing", "sign-up"), ("sign-up", "use"))


def compliance(events: pl.DataFrame, accounts: pl.DataFrame) -> Compliance:
    """Count plans, pathways and countries of one network, and name the accounts whose countries differ.

    Args:
        events: The network's.
        accounts: One row an account of the log, from the accounts table; what nobody told is null.
    """
    known = accounts.filter(pl.col(schema.ACCOUNT).is_in(events[schema.ACCOUNT].unique().implode()))
    facts = _facts(events, known.sort(schema.ACCOUNT))
    known_system = events[schema.ASN].drop_nulls()
    ordered = sorted(facts, key=lambda one: (-len(one.mismatches), one.account_id))
    return Compliance(
        plans=counts(known[schema.PLAN]),
        statuses=counts(known[schema.STATUS]),
        billing_countries=counts(known[schema.BILLING_COUNTRY]),
        signup_countries=counts(pl.Series([one.signup_country for one in facts], dtype=pl.String)),
        use_countries=counts(pl.Series([next(iter(one.countries), None) for one in facts], dtype=pl.String)),
        mismatched=sum(bool(one.mismatches) for one in facts),
        compared=sum(_told(one) >= 2 for one in facts),
        endpoints=counts(events[schema.ENDPOINT]),
        platforms=counts(events[schema.PLATFORM]),
        systems=dict(list(counts(pl.select(pl.format("AS{}", known_system)).to_series()).items())[:SYSTEMS_SHOWN]),
        hosting_share=round(float(known_system.is_in(list(HOSTING)).mean()), 4) if len(known_system) else None,  # type: ignore[arg-type]
        models_by_country=_by_model(events),
        accounts=ordered[:ACCOUNTS_SHOWN],
        left_out=max(len(facts) - ACCOUNTS_SHOWN, 0),
    )


def counts(values: pl.Series) -> dict[str, int]:
    """Count the known values of a column, most frequent first."""
    name = values.name
    counted = values.drop_nulls().value_counts().sort("count", name, descending=[True, False])
    return dict(counted.iter_rows())


def _facts(events: pl.DataFrame, known: pl.DataFrame) -> list[AccountFacts]:
    placed = events.drop_nulls(schema.COUNTRY)
    used = placed.group_by(schema.ACCOUNT, schema.COUNTRY).agg(pl.len().alias("n"))
    used = used.sort("n", schema.COUNTRY, descending=[True, False])
    countries = dict(
        used.group_by(schema.ACCOUNT, maintain_order=True).agg(pl.col(schema.COUNTRY).head(COUNTRIES_SHOWN)).iter_rows()
    )
    country_of = _places(placed)
    return [_one(row, countries.get(row[schema.ACCOUNT], []), country_of) for row in known.iter_rows(named=True)]


def _places(placed: pl.DataFrame) -> dict[str, str]:
    """Return the country that most calls from each address, and from each IPv4 network of 24 bits, are placed in."""
    address = pl.col(schema.CLIENT_IP).cast(pl.String)
    at = placed.drop_nulls(schema.CLIENT_IP).select(
        pl.concat_list(address, address.str.extract(_NETWORK)).alias("at"), schema.COUNTRY
    )
    at = at.explode("at", empty_as_null=True, keep_nulls=True).drop_nulls("at")
    return dict(at.group_by("at").agg(pl.col(schema.COUNTRY).mode().min()).iter_rows())


def _one(row: dict[str, object], countries: list[str], country_of: dict[str, str]) -> AccountFacts:
    address = str(row[schema.SIGNUP_IP] or "")
    network = re.match(_NETWORK, address)

    def told(name: str) -> str | None:
        return None if row[name] is None else str(row[name])

    places = {
        "billing": told(schema.BILLING_COUNTRY),
        "sign-up": country_of.get(address) or country_of.get(network.group() if network else ""),
        "use": next(iter(countries), None),
    }
    return AccountFacts(
        account_id=str(row[schema.ACCOUNT]),
        plan=told(schema.PLAN),
        status=told(schema.STATUS),
        created_at=iso(row[schema.CREATED_AT]) or None,
        billing_country=places["billing"],
        signup_country=places["sign-up"],
        countries=countries,
        mismatches=[f"{a}/{b}" for a, b in PAIRS if places[a] and places[b] and places[a] != places[b]],
    )


def _told(one: AccountFacts) -> int:
    return sum(bool(each) for each in (one.billing_country, one.signup_country, one.countries))


def _by_model(events: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = events.drop_nulls([schema.MODEL, schema.COUNTRY]).group_by(schema.MODEL, schema.COUNTRY).len("n")
    table: dict[str, dict[str, int]] = {}
    for name, country, n in counted.sort(
        schema.MODEL, "n", schema.COUNTRY, descending=[False, True, False]
    ).iter_rows():
        table.setdefault(name, {})[country] = n
    return table
