"""The table of sources: adding one is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from extractscan import schema
from extractscan.readers import (
    access_logs,
    account_tables,
    anthropic_compliance,
    azure_apim,
    azure_openai,
    bedrock,
    canonical,
    cloudflare,
    cloudtrail,
    databricks,
    ecs,
    envoy,
    gcp_audit,
    helicone,
    kong,
    langfuse,
    langsmith,
    litellm,
    mapped,
    mlflow,
    ocsf,
    one_api,
    openai_audit,
    openinference,
    otlp,
    portkey,
    refused,
    server_logs,
    snowflake,
    vertex,
    wildchat,
)
from extractscan.readers.source import Record, Refusal, Side, Source

SOURCES: Final[tuple[Source, ...]] = (
    bedrock.SOURCE,
    cloudtrail.SOURCE,
    azure_openai.SOURCE,
    azure_apim.GATEWAY,
    azure_apim.LLM,
    gcp_audit.SOURCE,
    vertex.SOURCE,
    kong.SOURCE,
    envoy.SOURCE,
    cloudflare.SOURCE,
    litellm.SPEND_LOGS,
    litellm.PAYLOADS,
    one_api.SOURCE,
    databricks.SOURCE,
    snowflake.SOURCE,
    mlflow.SOURCE,
    ocsf.SOURCE,
    otlp.TRACES,
    otlp.EVENTS,
    openinference.SOURCE,
    ecs.SOURCE,
    wildchat.SOURCE,
    helicone.SOURCE,
    langfuse.OBSERVATIONS,
    langfuse.PAGE,
    portkey.SOURCE,
    langsmith.SOURCE,
    canonical.SOURCE,
)
"""In the order of detection: the most particular first."""

SIDES: Final[tuple[Side, ...]] = (
    server_logs.VLLM,
    server_logs.SGLANG,
    access_logs.LOAD_BALANCER,
    access_logs.WEB_SERVER,
    langfuse.TRACES,
    openai_audit.SIDE,
    anthropic_compliance.SIDE,
    account_tables.ONE_API_USERS,
    account_tables.LITELLM_USERS,
    account_tables.LITELLM_KEYS,
)
"""Records that hold no requests and complete those of other logs."""

REFUSED: Final[tuple[Refusal, ...]] = refused.REFUSED


class Format(NamedTuple):
    """One line of `extractscan formats`."""

    name: str
    title: str
    links_accounts: str
    carries_prompts: str
    recognised: str


FORMATS: Final[tuple[Format, ...]] = tuple(
    Format(source.name, source.title, source.links_accounts, source.carries_prompts, source.recognised)
    for source in (*SOURCES, mapped.PLAIN)
) + tuple(
    Format(
        side.name,
        side.title,
        f"completes other logs by {side.on}",
        "yes, for the log that it completes" if schema.PROMPT in side.fields else "no",
        side.recognised,
    )
    for side in SIDES
)

KNOWN: Final = f"Known without naming: {', '.join(source.name for source in SOURCES)}."


def source_of(records: Sequence[Record]) -> Source | Side | None:
    """Find what some sample records are, among what is read."""
    kinds: tuple[Source | Side, ...] = (*SOURCES, *SIDES)
    return next((kind for kind in kinds if kind.matches(records)), None)


def refusal_of(records: Sequence[Record]) -> Refusal | None:
    """Find the known kind of file that some sample records are of, if it is one that is not read."""
    return next((refusal for refusal in REFUSED if refusal.matches(records)), None)
