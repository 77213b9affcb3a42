"""Files that are recognised and not read: totals, logs without accounts, and other vendors' logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from extractscan.readers import text_lines
from extractscan.readers.source import Matches, Record, Refusal, has_keys

_TOTALS: Final = "it holds totals over many requests, and a total is not an event"
_NO_ACCOUNTS: Final = "it names no accounts, so there is nothing to link"
_VOLUME: Final = "it names no accounts and no request ids, so it shows volume only and nothing can be linked"
_NO_READER: Final = "there is no reader for it"

_WANT_EVENTS: Final = "Export the log of single requests instead: one record a request, with an account id and a time."
_WANT_ACCOUNTS: Final = "Use the log of the gateway or API itself, which says who sent each request."
_MAP: Final = "If it has a time and an account id, name them: --map timestamp=FIELD --map account_id=FIELD."


def _keys(*names: str, without: tuple[str, ...] = ()) -> Matches:
    return lambda records: has_keys(records, *names, without=without)


def _any_of(*tests: Matches) -> Matches:
    return lambda records: any(test(records) for test in tests)


def _most(test: Callable[[Record], Any]) -> Matches:
    def matches(records: Sequence[Record]) -> bool:
        return bool(records) and 2 * sum(bool(test(record)) for record in records) >= len(records)

    return matches


def _usage_bucket(record: Record) -> bool:
    results = record.get("results", record.get("result"))
    started = "start_time" in record or "starting_at" in record
    return record.get("object") == "bucket" or (started and isinstance(results, list))


def _only_messages(record: Record) -> bool:
    messages = record.get("messages", record.get("conversations"))
    return isinstance(messages, list) and not {"account_id", "user", "user_id", "timestamp", "created_at"} & set(record)


def _kong(record: Record) -> bool:
    latencies = record.get("latencies")
    return "started_at" in record and isinstance(latencies, dict) and ("kong" in latencies or "proxy" in latencies)


def _tgi(record: Record) -> bool:
    return str(record.get("target")).startswith("text_generation_router") and ("fields" in record or "span" in record)


def _audit_of(service: str) -> Callable[[Record], bool]:
    def test(record: Record) -> bool:
        payload = record.get("protoPayload")
        return isinstance(payload, dict) and payload.get("serviceName") == service

    return test


def _total(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _TOTALS, _WANT_EVENTS, mappable=False)


def _anonymous(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _NO_ACCOUNTS, _WANT_ACCOUNTS)


def _volume(name: str, title: str, matches: Matches) -> Refusal:
    return Refusal(name, title, matches, _VOLUME, _WANT_ACCOUNTS)


def _unread(name: str, title: str, matches: Matches, hint: str = _MAP) -> Refusal:
    return Refusal(name, title, matches, _NO_READER, hint)


_AZURE_HINT: Final = "Addresses are cut there; use the API Management gateway log, and name its fields with --map."
_SPANS_HINT: Final = "Flatten the spans to one record a model call first, then name the fields with --map."

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
        "anthropic_usage",
        "Anthropic usage totals",
        _keys("uncached_input_tokens", "output_tokens", without=("timestamp", "account_id")),
    ),
    _total(
        "openai_usage_results",
        "OpenAI usage or cost totals",
        _most(lambda r: str(r.get("object")).startswith(("organization.usage.", "organization.costs."))),
    ),
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
    _total(
        "snowflake_daily",
        "Snowflake usage totals",
        _any_of(_keys("USAGE_DATE", "TOKENS"), _keys("TOKEN_CREDITS", "FUNCTION_NAME", "START_TIME")),
    ),
    _anonymous("lmsys_chat", "the LMSYS chat corpus", _keys("conversation_id", "conversation")),
    _unread(
        "azure_openai",
        "Azure OpenAI diagnostic logs (RequestResponse)",
        _most(lambda r: r.get("category") == "RequestResponse" and "resourceId" in r),
        _AZURE_HINT,
    ),
    _unread("azure_apim", "Azure API Management gateway logs", _most(lambda r: r.get("category") == "GatewayLogs")),
    _anonymous(
        "azure_apim_llm",
        "Azure API Management LLM logs (chunks of messages)",
        _any_of(
            _keys("CorrelationId", "SequenceNumber", "PromptTokens"),
            _most(lambda r: r.get("category") == "GatewayLlmLogs"),
        ),
    ),
    _unread("gcp_audit", "Google Cloud audit logs of Vertex AI", _most(_audit_of("aiplatform.googleapis.com"))),
    _anonymous("vertex", "Vertex AI request-response logs", _keys("full_request", "full_response", "logging_time")),
    _unread(
        "helicone",
        "a Helicone export",
        _any_of(
            _keys("request_created_at", "request_user_id"),
            _keys("request_created_at", "helicone_user"),
            _keys("request_created_at", "response_id"),
        ),
    ),
    _unread("langfuse", "a Langfuse observations export", _keys("trace_id", "provided_model_name"), _SPANS_HINT),
    _unread("langfuse_traces", "a Langfuse traces export", _keys("session_id", "bookmarked", "public", "release")),
    _unread("langfuse_ui", "a Langfuse trace download", _keys("trace", "observations"), _SPANS_HINT),
    _unread("portkey", "a Portkey log export", _keys("ai_org", "ai_model")),
    _unread("langsmith", "a LangSmith run export", _keys("dotted_order", "run_type"), _SPANS_HINT),
    _unread(
        "cloudflare",
        "Cloudflare AI Gateway logs",
        _any_of(_keys("Gateway", "Provider", "RequestBody"), _keys("tokens_in", "tokens_out", "provider")),
        "Their bodies are encrypted and they name no client; use the log of the service behind the gateway.",
    ),
    _unread("kong", "Kong gateway logs", _most(_kong)),
    _unread(
        "envoy",
        "Envoy or Istio access logs",
        _any_of(_keys("gen_ai.request.model"), _keys("response_code", "duration", "start_time")),
        "Name the fields: --map timestamp=start_time --map account_id=FIELD --map client_ip=x-forwarded-for "
        "--map user_agent=user-agent --map request_id=x-request-id.",
    ),
    _unread(
        "openai_audit",
        "OpenAI audit logs",
        _most(lambda r: r.get("object") == "organization.audit_log"),
        "They record changes to an organization, not requests to a model. " + _MAP,
    ),
    _unread(
        "anthropic_compliance",
        "the Anthropic compliance activity feed",
        _most(lambda r: str(r.get("id")).startswith("activity_") and "actor" in r),
        "It records what people did in the console, not requests to a model. " + _MAP,
    ),
    _volume("nlb_access", "a load balancer log of connections", text_lines.is_of("nlb")),
    _volume("web_access", "a web server access log", text_lines.is_of("combined")),
    _volume("envoy_access", "an Envoy text access log", text_lines.is_of("envoy_text")),
    _volume("tgi", "a text-generation-inference server log", _most(_tgi)),
    _anonymous("chat_training", "chat examples for training or batches", _most(_only_messages)),
)
"""In the order of detection: totals first, bare chat examples last."""
