"""The cloud account that a log is of is no customer in it: only callers from other accounts belong to one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reader_records import converse, lines, read_all, write

from extractscan import customers
from extractscan.readers import open_logs

OWN, OTHER = "123456789012", "210987654321"


def invocation(i: int, arn: str) -> dict[str, Any]:
    return {**converse(i), "accountId": OWN, "identity": {"arn": arn}}


def trail(i: int, arn: str, account: str | None, **other: Any) -> dict[str, Any]:
    identity = {"arn": arn, "accountId": account} if account else {"arn": arn}
    return {
        "eventSource": "bedrock.amazonaws.com", "eventName": "Converse", "eventTime": f"2026-03-01T10:00:{i % 60:02}Z",
        "userIdentity": identity, "recipientAccountId": OWN, "requestID": f"r{i}", **other,
    }  # fmt: skip


def activity(i: int, user: str, **other: Any) -> dict[str, Any]:
    actor = {"user": {"uid": user, **other}}
    cloud = {"account": {"uid": OWN}}
    return {"class_uid": 6003, "time": 1772000000000 + i, "actor": actor, "cloud": cloud, "ai_model": {"name": "m"}}


@pytest.mark.parametrize(
    ("records", "customers"),
    [
        ([invocation(0, f"arn:aws:iam::{OWN}:user/a"), invocation(1, f"arn:aws:sts::{OTHER}:x/y:z")], [None, OTHER]),
        ([invocation(0, "arn:aws:iam"), invocation(1, f"arn:aws:iam::{OTHER}:user/b")], [None, OTHER]),
        ([trail(0, "a", OWN), trail(1, "b", OTHER)], [None, OTHER]),
        ([trail(0, "a", None), trail(1, "b", OTHER, recipientAccountId=None)], [None, None]),
        ([activity(0, "a", account={"uid": OWN}), activity(1, "b", account={"uid": OTHER})], [None, OTHER]),
        ([activity(0, "a", org={"uid": "org-1"}, account={"uid": OTHER}), activity(1, "b")], ["org-1", None]),
    ],
    ids=["invocations", "no whole name", "CloudTrail", "an account unknown", "OCSF", "OCSF with organizations"],
)
def test_only_callers_from_another_account_have_an_organization(
    tmp_path: Path, records: list[dict[str, Any]], customers: list[str | None]
) -> None:
    frame = read_all(open_logs([write(tmp_path / "x", lines(records))]), ["organization_id"])
    assert frame["organization_id"].to_list() == customers


def test_principals_of_the_logs_own_account_are_units_of_their_own(tmp_path: Path) -> None:
    """All principals of one account as one customer would be a log without anybody to compare with."""
    own = [invocation(i, f"arn:aws:iam::{OWN}:user/u{i % 9}") for i in range(90)]
    foreign = [invocation(i, f"arn:aws:iam::{OTHER}:user/f{i % 4}") for i in range(40)]
    logs = open_logs([write(tmp_path / "x", lines([*own, *foreign]))])
    accounts = read_all(logs, ["account_id", "organization_id"]).unique("account_id")
    units = customers.units_of(accounts)
    assert units.height == 13
    assert units["unit"].n_unique() == 10
