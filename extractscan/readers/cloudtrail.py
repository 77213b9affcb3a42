"""AWS CloudTrail events of Bedrock: who called from where; alone events, beside invocation logs what completes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers.addresses import address
from extractscan.readers.bedrock import REQUEST_KEY, bare_model, customer_of, status_of
from extractscan.readers.chat import member
from extractscan.readers.picking import pick
from extractscan.readers.source import Field, Record, Side, Source, has_keys

_CALLS: Final = frozenset(
    {"InvokeModel", "InvokeModelWithResponseStream", "InvokeModelWithBidirectionalStream", "Converse", "ConverseStream"}
)


def _same(record: Record) -> Record:
    return record


def _keeps(record: Record) -> str | None:
    """Events of other services and of the console stand beside the calls."""
    bedrock = str(record.get("eventSource")).startswith("bedrock")
    return None if bedrock and record.get("eventName") in _CALLS else "no model call"


def _address(record: Record) -> Any:
    """A service that calls on somebody's behalf stands there by name."""
    return address(record.get("sourceIPAddress"))


_ARN: Final = pick("userIdentity.arn")
_SHARED: Final = {
    schema.API_KEY: pick("userIdentity.accessKeyId"),
    schema.ORGANIZATION: Field(
        ("userIdentity.accountId", "recipientAccountId"),
        lambda r: customer_of(member(r, "userIdentity", "accountId"), r.get("recipientAccountId")),
    ),
    schema.CLIENT_IP: Field(("sourceIPAddress",), _address),
    schema.USER_AGENT: pick("userAgent"),
}

_RECOGNISED: Final = "fields `eventSource`, `eventName` and `userIdentity`"
_TITLE: Final = "AWS CloudTrail events of Bedrock (joined with invocation logs if those are given too)"
_HEADS: Final = frozenset({"eventSource", "eventName"})


def _matches(records: Any) -> bool:
    return has_keys(records, "eventSource", "eventName", "userIdentity")


SOURCE: Final = Source(
    name="cloudtrail",
    title=_TITLE,
    recognised=_RECOGNISED,
    links_accounts="principals, access keys, addresses, clients",
    carries_prompts="no",
    matches=_matches,
    view=_same,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: pick("eventTime"),
            schema.ACCOUNT: pick("userIdentity.arn", "userIdentity.principalId"),
            **_SHARED,
            schema.REQUEST: pick("requestID", "eventID"),
            schema.MODEL: Field(
                ("requestParameters.modelId",), lambda r: bare_model(member(r, "requestParameters", "modelId"))
            ),
            schema.ENDPOINT: pick("eventName"),
            schema.STREAM: Field(("eventName",), lambda r: "Stream" in str(r.get("eventName"))),
            schema.STATUS_CODE: Field(("errorCode", "eventName"), lambda r: status_of(r.get("errorCode"))),
            schema.ERROR: pick("errorCode"),
        }
    ),
    late=frozenset(
        {schema.MODEL, schema.STATUS_CODE, schema.ERROR, schema.CLIENT_IP, schema.API_KEY, schema.ORGANIZATION}
    ),
    notes=(
        "account_id is the caller's ARN; an address is missing where a service called on somebody's behalf",
        "organization_id is the caller's AWS account where it is not the account that the log is of",
        "tokens and texts are only in invocation logs",
    ),
    keeps=_keeps,
    heads=_HEADS,
    side=Side(
        name="cloudtrail",
        title=_TITLE,
        recognised=_RECOGNISED,
        matches=_matches,
        view=_same,
        on=REQUEST_KEY,
        key=pick("requestID"),
        fields=MappingProxyType({schema.ACCOUNT: _ARN, **_SHARED}),
        over=frozenset({schema.ACCOUNT}),
        keeps=_keeps,
        heads=_HEADS,
    ),
)
