"""Guess which fields of an unknown log hold which canonical columns, by their names and, for times, their values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import detect, formats
from extractscan.readers.cast import series_of
from extractscan.readers.mapped import dig, paths_of
from extractscan.readers.members import members
from extractscan.readers.paths import expand
from extractscan.readers.source import Record
from extractscan.readers.timestamps import to_utc

_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        schema.TIMESTAMP: ("timestamp", "eventtime", "time", "ts", "datetime", "createdat", "starttime", "requesttime",
                           "when", "loggedat", "date", "created"),
        schema.ACCOUNT: ("accountid", "userid", "account", "customerid", "uid", "user", "clientid", "principal",
                         "subscriptionid", "tenantid", "consumer", "username", "usrid", "actorid",
                         "callerid", "memberid", "usr", "apikeyid"),
        schema.ORGANIZATION: ("organizationid", "orgid", "organization", "org", "teamid", "projectid", "workspaceid"),
        schema.API_KEY: ("apikeyid", "keyid", "apikeyhash", "keyhash", "tokenid"),
        schema.REQUEST: ("requestid", "reqid", "correlationid", "traceid", "callid"),
        schema.SESSION: ("sessionid", "session", "conversationid", "threadid"),
        schema.END_USER: ("enduserid", "enduser", "endcustomerid"),
        schema.CLIENT_IP: ("clientip", "ip", "ipaddress", "remoteip", "sourceip", "remoteaddr", "srcip",
                           "remoteaddress", "callerip", "calleripaddress", "peerip", "clientaddress", "sourceaddress"),
        schema.ASN: ("asn", "asnumber"),
        schema.COUNTRY: ("country", "countrycode", "geocountry", "ipcountry"),
        schema.USER_AGENT: ("useragent", "ua", "agent"),
        schema.JA4: ("ja4", "ja4fingerprint", "tlsfingerprint"),
        schema.DEVICE: ("deviceid", "device"),
        schema.MODEL: ("model", "modelid", "modelname", "deployment"),
        schema.ENDPOINT: ("endpoint", "path", "route", "operation"),
        schema.SYSTEM_PROMPT: ("systemprompt", "system", "instructions"),
        schema.PROMPT: ("prompt", "messages", "input", "requestbody", "query", "question"),
        schema.COMPLETION: ("completion", "response", "output", "answer", "responsebody"),
        schema.INPUT_TOKENS: ("inputtokens", "prompttokens", "tokensin", "intokens"),
        schema.OUTPUT_TOKENS: ("outputtokens", "completiontokens", "tokensout", "outtokens"),
        schema.MAX_TOKENS: ("maxtokens", "maxoutputtokens"),
        schema.TEMPERATURE: ("temperature",),
        schema.STREAM: ("stream", "isstream", "streaming"),
        schema.STATUS_CODE: ("statuscode", "status", "httpstatus", "responsecode"),
        schema.LATENCY: ("latencyms", "durationms", "latency", "duration", "elapsedms"),
        schema.COST: ("costusd", "cost", "spend", "price"),
    }
)  # fmt: skip
"""What fields of each column are called elsewhere, likeliest first, without case and marks."""
_LEAST_TIMES: Final = 0.9
"""Share of the sampled values that must be readable as times."""


def guess_for(inputs: Sequence[str]) -> dict[str, str]:
    """Guess for the first of some inputs whose records are of no known kind; empty where there is none.

    Raises:
        InputError: for a path that does not exist.
    """
    for found in (member for each in expand(inputs) for member in members(each)):
        with suppress(InputError):
            sampled = detect.sample(found)
            if sampled.records and formats.source_of(sampled.records[: detect.DETECT]) is None:
                return guess(sampled.records)
    return {}


def guess(records: Sequence[Record]) -> dict[str, str]:
    """Propose a field for each canonical column that some records seem to hold; each field serves one column."""
    paths = paths_of(records)
    taken: set[str] = set()
    found: dict[str, str] = {}
    for column, names in _NAMES.items():
        path = next((path for name in names for path in paths if _fits(column, name, path, records, taken)), None)
        if path is not None:
            found[column] = path
            taken.add(path)
    return found


def _fits(column: str, name: str, path: str, records: Sequence[Record], taken: set[str]) -> bool:
    parts = [_plain(part) for part in path.split(".")]
    if path in taken or name not in {parts[-1], "".join(parts[-2:])}:
        return False
    values = [value for record in records if (value := dig(record, path)) not in (None, "")]
    if not values or (column not in {schema.PROMPT, schema.COMPLETION, schema.SYSTEM_PROMPT} and _nested(values)):
        return False
    return column != schema.TIMESTAMP or _are_times(values)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _nested(values: Sequence[Any]) -> bool:
    return any(isinstance(value, dict | list) for value in values)


def _are_times(values: Sequence[Any]) -> bool:
    stamps = to_utc(series_of("t", values))[0]
    return len(stamps) - stamps.null_count() >= _LEAST_TIMES * len(values)
