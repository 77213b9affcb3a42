"""Accounts of one declared customer are one unit: a customer with a hundred keys is no network."""

from __future__ import annotations

import polars as pl

from extractscan import schema


def units_of(accounts: pl.DataFrame) -> pl.DataFrame:
    """Merge the accounts of one declared customer into one unit.

    An organization counts as declared unless it is known to be unverified: a customer with 120 keys is one customer,
    a name that 120 accounts typed in is an observable like any other.

    Args:
        accounts: account_id, and where known organization_id and organization_verified; one row an account.

    Returns:
        account_id, unit (Int64, dense, in the order of the unit's first account id), customer (organization or null).
    """
    known = accounts.sort(schema.ACCOUNT)
    customer = pl.lit(None, pl.String)
    if schema.ORGANIZATION in known.columns:
        customer = pl.col(schema.ORGANIZATION).replace("", None)
        if schema.VERIFIED in known.columns:
            customer = pl.when(pl.col(schema.VERIFIED).fill_null(value=True)).then(customer)
    named = known.select(schema.ACCOUNT, customer.alias("customer"))
    first = pl.when(pl.col("customer").is_not_null()).then(pl.col(schema.ACCOUNT).min().over("customer"))
    return named.with_columns(first.fill_null(pl.col(schema.ACCOUNT)).alias("head")).select(
        schema.ACCOUNT, pl.col("head").rank("dense").cast(pl.Int64).sub(1).alias("unit"), "customer"
    )
