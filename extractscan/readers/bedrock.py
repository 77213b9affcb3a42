"""AWS Bedrock model invocation logs: Converse, InvokeModel and streams, from S3 or from CloudWatch.

The same field holds an object, a list of events or JSON text, depending on the operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import bedrock_columns as columns
from extractscan.readers import chat
from extractscan.readers.cast import joined_names
from extractscan.readers.plain_columns import leaf
from extractscan.readers.source import Field, Record, Source

_CODES: Final = MappingProxyType(
    {
        "ValidationException": 400,
        "AccessDeniedException": 403,
        "AccessDenied": 403,
        "ResourceNotFoundException": 404,
        "ModelTimeoutException": 408,
        "ModelErrorException": 424,
        "ThrottlingException": 429,
        "ModelNotReadyException": 429,
        "ServiceQuotaExceededException": 400,
        "InternalServerException": 500,
        "ServiceUnavailableException": 503,
    }
)
"""HTTP status of the service's documented error codes."""

_LATENCY_PATHS: Final = (
    ("metrics", "latencyMs"),
    ("metadata", "metrics", "latencyMs"),
    ("amazon-bedrock-invocationMetrics", "invocationLatency"),
)


class Invocation:
    """One record, with the objects that the columns look into taken out once."""

    __slots__ = ("body", "config", "identity", "input", "output", "record", "request", "response", "titan")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.identity = chat.object_of(record.get("identity"))
        self.input = chat.object_of(record.get("input"))
        self.output = chat.object_of(record.get("output"))
        self.request = chat.parse(self.input.get("inputBodyJson"))
        self.response = chat.parse(self.output.get("outputBodyJson"))
        self.body = chat.object_of(self.request)
        self.config = chat.object_of(self.body.get("inferenceConfig"))
        self.titan = chat.object_of(self.body.get("textGenerationConfig"))


REQUEST_KEY: Final = "AWS request id"
"""What invocation logs and CloudTrail call the same request by."""


def bare_model(model: Any) -> Any:
    """Take a model out of the resource name around it."""
    return model.rsplit("/", 1)[-1] if isinstance(model, str) and model.startswith("arn:") else model


def customer_of(caller: Any, owner: Any) -> Any:
    """Give the AWS account of a caller where the log is another account's.

    The account that a log is of is no customer in it: its principals are its own users, and it separates nobody.
    """
    known = caller not in (None, "") and owner not in (None, "")
    return caller if known and str(caller) != str(owner) else None


def _customer(call: Invocation) -> Any:
    arn = call.identity.get("arn")
    parts = arn.split(":", 5) if isinstance(arn, str) else []
    return customer_of(parts[4] if len(parts) == _ARN_PARTS else None, call.record.get("accountId"))


_ARN_PARTS: Final = 6
"""arn:partition:service:region:account:resource"""


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _max_tokens(call: Invocation) -> Any:
    body, config = call.body, call.config
    own = body.get("max_tokens")
    if own is not None:
        return own
    older = _first(body.get("max_tokens_to_sample"), body.get("max_gen_len"), call.titan.get("maxTokenCount"))
    return _first(config.get("maxTokens"), config.get("max_new_tokens"), older)


def _temperature(call: Invocation) -> Any:
    return _first(call.body.get("temperature"), call.config.get("temperature"), call.titan.get("temperature"))


def _tools(call: Invocation) -> Any:
    tools = _first(call.body.get("tools"), chat.object_of(call.body.get("toolConfig")).get("tools"))
    return None if tools is None else joined_names(tools)


def _latency(call: Invocation) -> Any:
    events = call.response if isinstance(call.response, list) else [call.response]
    for event in reversed(events):
        for path in _LATENCY_PATHS:
            if (found := chat.member(event, *path)) is not None:
                return found
    return None


def status_of(code: Any) -> int | None:
    """Give the HTTP status of an error code of the service; 200 where there is none, None where it is unknown."""
    return 200 if not code else _CODES.get(str(code))


def _status(call: Invocation) -> Any:
    return status_of(call.record.get("errorCode"))


def _stream(call: Invocation) -> Any:
    operation = call.record.get("operation")
    return "Stream" in operation if isinstance(operation, str) else None


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(r.get("schemaType") == "ModelInvocationLog" for r in records)
    return bool(records) and 2 * hits >= len(records)


def _top(name: str) -> Field:
    return Field((name,), lambda call: call.record.get(name), leaf(name))


def _input(name: str) -> Field:
    return Field((f"input.{name}",), lambda call: call.input.get(name), leaf(f"input.{name}"))


_REQUEST: Final = (columns.REQUEST,)
_RESPONSE: Final = (columns.RESPONSE,)

_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        schema.TIMESTAMP: _top("timestamp"),
        schema.ACCOUNT: Field(("identity.arn",), lambda call: call.identity.get("arn"), leaf("identity.arn")),
        schema.ORGANIZATION: Field(("identity.arn", "accountId"), _customer, columns.CUSTOMER),
        schema.REQUEST: _top("requestId"),
        schema.MODEL: Field(("modelId",), lambda call: bare_model(call.record.get("modelId")), columns.MODEL),
        schema.ENDPOINT: _top("operation"),
        schema.STREAM: Field(("operation",), _stream, columns.STREAM),
        schema.STATUS_CODE: Field(("errorCode", "schemaType"), _status, columns.status(_CODES)),
        schema.ERROR: _top("errorCode"),
        schema.INPUT_TOKENS: _input("inputTokenCount"),
        schema.OUTPUT_TOKENS: Field(
            ("output.outputTokenCount",),
            lambda call: call.output.get("outputTokenCount"),
            leaf("output.outputTokenCount"),
        ),
        schema.CACHED_TOKENS: _input("cacheReadInputTokenCount"),
        schema.PROMPT: Field(_REQUEST, lambda call: chat.request_prompt(call.request), columns.PROMPT),
        schema.SYSTEM_PROMPT: Field(_REQUEST, lambda call: chat.request_system(call.request), columns.SYSTEM),
        schema.COMPLETION: Field(_RESPONSE, lambda call: chat.response_text(call.response), columns.COMPLETION),
        schema.MAX_TOKENS: Field(_REQUEST, _max_tokens, columns.MAX_TOKENS),
        schema.TEMPERATURE: Field(_REQUEST, _temperature, columns.TEMPERATURE),
        schema.TOOL_NAMES: Field(_REQUEST, _tools, columns.TOOLS),
        schema.LATENCY: Field(_RESPONSE, _latency, columns.LATENCY),
    }
)

SOURCE: Final = Source(
    name="bedrock_invocation",
    title="AWS Bedrock model invocation logs (S3 objects, CloudWatch exports and subscriptions)",
    recognised="`schemaType` is `ModelInvocationLog`",
    links_accounts="principals; addresses, clients and keys with CloudTrail",
    carries_prompts="yes, up to 100 KB",
    matches=_matches,
    view=Invocation,
    fields=_FIELDS,
    late=frozenset({schema.STATUS_CODE, schema.ERROR, schema.ORGANIZATION}),
    blocks=True,
    keys=MappingProxyType({REQUEST_KEY: _top("requestId")}),
    notes=(
        "account_id is the caller's ARN; addresses and clients are only in CloudTrail, which is joined if given too",
        "organization_id is the caller's AWS account where it is not the account that the log is of",
        "timestamps have one-second resolution",
        "bodies over 100 KB lie in objects of their own and are not read",
    ),
)
