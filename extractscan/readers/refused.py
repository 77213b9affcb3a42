"""Files that are recognised and not read: totals, logs without accounts, and other vendors' logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from extractscan.readers import text_lines
from extractscan.readers.source import Matches, Record, Refusal, has_keys

_TOTALS: Final = "it holds totals over many requests, and a total is not an event"
_NO_ACCOUNTS: Final = "it names no accounts, so there is nothing to link"
_VOLUME: Final = "it names no accounts and no request ids, so it shows volume only and nothing can be linked"

_WANT_EVENTS: Final = "Export the log of single requests instead: one record a request, with an account id and a time."
_WANT_ACCOUNTS: Final = "Use the log of the gateway or API itself, which says who sent each request."


def _keys(*names: str, without: tuple[str, ...] = ()) -> Matches:
    return lambda records: has_keys(records, *names, without=without)


def _any_of(*tests: Matches) -> Matches:
    return lambda records: any(test(records) for test in tests)


def _most(test: Callable[[Record], Any]) -> Matches:
    def matches(records: Sequence[Record]) -> bool:
        return bool(records) and 2 * sum(bool(test(record)) for record in records) >= len(records)

    return matches


def _usage_bucket(record: Record) -> bool:
    """OpenAI's and Anthropic's usage and cost reports, unwrapped or not."""
    results = record.get("results", record.get("result"))
    started = "start_time" in record or "starting_at" in record
    return record.get("object") == "bucket" or (started and isinstance(results, list))


def _only_messages(record: Record) -> bool:
    messages = record.get("messages", record.get("conversations"))
    return isinstance(messages, list) and not {"account_id", "user", "user_id", "timestamp", "created_at"} & set(record)


def _lists_of_messages(record: Record) -> bool:
    """Lists of messages, or of their parts, under names of their own."""
    items = [item for value in record.values() if isinstance(value, list) for item in value]
    told = all(isinstance(item, dict) and ("parts" in item or {"type", "content"} <= set(item)) for item in items)
    return bool(items) and told and all(isinstance(value, list) for value in record.values())


def _kong_part(record: Record) -> bool:
    """What the AI plugins of Kong add to a log entry, without the entry."""
    parts = [part for part in record.values() if isinstance(part, dict)]
    return bool(parts) and all("plugin_id" in (part.get("meta") or ()) and "usage" in part for part in parts)


def _tgi(record: Record) -> bool:
    return str(record.get("target")).startswith("text_generation_router") and ("fields" in record or "span" in record)


def _sealed(record: Record) -> bool:
    """A body of which key, text and initial vector are all encoded."""
    bodies = [record.get(name) for name in ("RequestBody", "ResponseBody", "Metadata")]
    return any(isinstance(body, dict) and {"key", "data", "iv"} <= set(body) for body in bodies)


def _total(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _TOTALS, _WANT_EVENTS, mappable=False)


def _anonymous(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _NO_ACCOUNTS, _WANT_ACCOUNTS)


def _volume(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _VOLUME, _WANT_ACCOUNTS)


REFUSED: Final[tuple[Refusal, ...]] = (
    _total("usage_buckets", "usage totals of an LLM API (time buckets)", _most(_usage_bucket)),
    _total(
        "litellm_daily_spend",
        "LiteLLM daily spend totals",
        _any_of(_keys("date", "api_requests", "spend"), _keys("date", "successful_requests", "spend")),
    ),
    _total(
        "openrouter_activity",
        "OpenRouter daily activity totals",
        _any_of(_keys("model_permaslug", "requests"), _keys("modelPermaslug", "requests")),
    ),
    _total(
        "snowflake_daily",
        "Snowflake Cortex usage totals",
        _any_of(
            *(
                _keys(day, count, without=("REQUEST_ID",))
                for day in ("USAGE_DATE", "DATE")
                for count in ("TOKENS", "TOKEN_CREDITS", "CREDITS_USED", "REQUEST_COUNT")
            ),
            _keys("TOKEN_CREDITS", "FUNCTION_NAME", "START_TIME"),
        ),
    ),
    _total(
        "anthropic_usage",
        "Anthropic usage totals",
        _keys("uncached_input_tokens", "output_tokens", without=("timestamp", "account_id")),
    ),
    _total(
        "openai_usage_results",
        "OpenAI usage or cost totals",
        _most(lambda r: str(r.get("object")).startswith(("organization.usage.", "organization.costs."))),
    ),
    Refusal(
        "cloudflare_logpush",
        "Cloudflare AI Gateway logs (Logpush)",
        _any_of(_most(_sealed), _keys("Gateway", "Provider", "RequestBody")),
        "bodies and metadata are encrypted with a key that only its owner has, and nothing else in it names a caller",
        "Decrypt it with the private key first, or export the gateway's logs through its API, which gives them open.",
    ),
    _anonymous("kong_statistics", "the AI part of Kong log entries without the entries", _most(_kong_part)),
    _anonymous("azure_trace", "the Azure LLM inference trace", _keys("TIMESTAMP", "ContextTokens", "GeneratedTokens")),
    _anonymous("burstgpt", "the BurstGPT trace", _keys("Timestamp", "Request tokens", "Response tokens")),
    _anonymous("mooncake", "the Mooncake trace", _keys("hash_ids", "input_length", "output_length")),
    _anonymous(
        "batch_requests",
        "a file of batch requests",
        _keys("custom_id", "method", "url", "body", without=("account_id",)),
    ),
    _anonymous(
        "wildchat",
        "the WildChat corpus without its hashed addresses",
        _keys("conversation_hash", "conversation", without=("hashed_ip",)),
    ),
    _anonymous("lmsys_chat", "the LMSYS chat corpus", _keys("conversation_id", "conversation")),
    _volume("nlb_access", "a load balancer log of connections", text_lines.is_of("nlb")),
    _volume("web_access", "a web server access log", text_lines.is_of("combined")),
    _volume("envoy_access", "an Envoy text access log", text_lines.is_of("envoy_text")),
    _volume("tgi", "a text-generation-inference server log", _most(_tgi)),
    _anonymous("gen_ai_messages", "messages of model calls without the calls", _most(_lists_of_messages)),
    _anonymous("chat_training", "chat examples for training or batches", _most(_only_messages)),
)
"""In the order of detection: totals first, bare chat examples last."""
