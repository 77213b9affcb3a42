"""Names and types of the canonical columns; every other module takes them from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import polars as pl

TIMESTAMP: Final = "timestamp"
ACCOUNT: Final = "account_id"
ORGANIZATION: Final = "organization_id"
API_KEY: Final = "api_key_id"
REQUEST: Final = "request_id"
SESSION: Final = "session_id"
END_USER: Final = "end_user_id"
CLIENT_IP: Final = "client_ip"
ASN: Final = "asn"
COUNTRY: Final = "country"
USER_AGENT: Final = "user_agent"
JA4: Final = "ja4"
DEVICE: Final = "device_id"
PLATFORM: Final = "platform"
MODEL: Final = "model"
ENDPOINT: Final = "endpoint"
SYSTEM_PROMPT: Final = "system_prompt"
PROMPT: Final = "prompt"
COMPLETION: Final = "completion"
INPUT_TOKENS: Final = "input_tokens"
OUTPUT_TOKENS: Final = "output_tokens"
CACHED_TOKENS: Final = "cached_tokens"
MAX_TOKENS: Final = "max_tokens"
TEMPERATURE: Final = "temperature"
N_CHOICES: Final = "n"
LOGPROBS: Final = "logprobs"
STREAM: Final = "stream"
TOOL_NAMES: Final = "tool_names"
STATUS_CODE: Final = "status_code"
ERROR: Final = "error"
LATENCY: Final = "latency_ms"
COST: Final = "cost_usd"

FILE: Final = "source_file"  # index of the input in the run, set by readers
ROW: Final = "source_row"  # 0-based number of the request inside that input, set by readers

EVENTS: Final = MappingProxyType(
    {
        TIMESTAMP: pl.Datetime("us", "UTC"),
        ACCOUNT: pl.String(),
        ORGANIZATION: pl.String(),
        API_KEY: pl.String(),
        REQUEST: pl.String(),
        SESSION: pl.String(),
        END_USER: pl.String(),
        CLIENT_IP: pl.String(),
        ASN: pl.Int64(),
        COUNTRY: pl.String(),
        USER_AGENT: pl.String(),
        JA4: pl.String(),
        DEVICE: pl.String(),
        PLATFORM: pl.String(),
        MODEL: pl.String(),
        ENDPOINT: pl.String(),
        SYSTEM_PROMPT: pl.String(),
        PROMPT: pl.String(),
        COMPLETION: pl.String(),
        INPUT_TOKENS: pl.Int64(),
        OUTPUT_TOKENS: pl.Int64(),
        CACHED_TOKENS: pl.Int64(),
        MAX_TOKENS: pl.Int64(),
        TEMPERATURE: pl.Float64(),
        N_CHOICES: pl.Int64(),
        LOGPROBS: pl.Boolean(),
        STREAM: pl.Boolean(),
        TOOL_NAMES: pl.String(),  # names joined by a comma, sorted
        STATUS_CODE: pl.Int64(),
        ERROR: pl.String(),
        LATENCY: pl.Int64(),
        COST: pl.Float64(),
    }
)
"""Canonical event columns and their types; only `timestamp` and `account_id` are required."""

REQUIRED: Final = (TIMESTAMP, ACCOUNT)

CREATED_AT: Final = "created_at"
EMAIL: Final = "email"
EMAIL_DOMAIN: Final = "email_domain"
PHONE: Final = "phone_hash"
PAYMENT: Final = "payment_fingerprint"
BILLING_COUNTRY: Final = "billing_country"
VERIFIED: Final = "organization_verified"
REFERRAL: Final = "referral_code"
PLAN: Final = "plan"
SIGNUP_IP: Final = "signup_ip"
SIGNUP_DEVICE: Final = "signup_device_id"
STATUS: Final = "status"
STATUS_CHANGED_AT: Final = "status_changed_at"

ACCOUNTS: Final = MappingProxyType(
    {
        ACCOUNT: pl.String(),
        CREATED_AT: pl.Datetime("us", "UTC"),
        EMAIL: pl.String(),
        EMAIL_DOMAIN: pl.String(),
        PHONE: pl.String(),
        PAYMENT: pl.String(),
        BILLING_COUNTRY: pl.String(),
        ORGANIZATION: pl.String(),
        VERIFIED: pl.Boolean(),
        REFERRAL: pl.String(),
        PLAN: pl.String(),
        SIGNUP_IP: pl.String(),
        SIGNUP_DEVICE: pl.String(),
        STATUS: pl.String(),
        STATUS_CHANGED_AT: pl.Datetime("us", "UTC"),
    }
)
"""Columns of the accounts side table (`--accounts`); only `account_id` is required."""

PROVENANCE: Final = MappingProxyType({FILE: pl.UInt32(), ROW: pl.Int64()})
"""Columns that readers add to every event, so that evidence can point back at the original record."""

# Channels: groups of observables that fail together, because one act of an operator changes all of them.
NETWORK: Final = "network"
CLIENT: Final = "client"
IDENTITY: Final = "identity"
CONTENT: Final = "content"
TIME: Final = "time"
EXTRACTION: Final = "extraction"  # what traffic is for; never links
CHANNELS: Final = (IDENTITY, NETWORK, CLIENT, CONTENT, TIME)


def with_mail_domain(accounts: pl.DataFrame) -> pl.DataFrame:
    """Give each account the domain of its mail address where the table holds only the address.

    Domains are trimmed and in lower case; an empty one is unknown.
    """
    given = [pl.col(EMAIL_DOMAIN).str.strip_chars().str.to_lowercase().replace("", None)]
    read = [pl.col(EMAIL).str.extract(r"@([^@\s]+)\s*$").str.to_lowercase()]
    known = (given if EMAIL_DOMAIN in accounts.columns else []) + (read if EMAIL in accounts.columns else [])
    return accounts.with_columns(pl.coalesce(known).alias(EMAIL_DOMAIN)) if known else accounts
