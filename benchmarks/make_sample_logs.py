"""Makes `sample_logs/` again, all of it from simulated traffic.

python benchmarks/make_sample_logs.py [DIRECTORY]
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from extractscan.simulate import write_world

Event = dict[str, Any]


class Sample(NamedTuple):
    """One world, and the export that it is written as."""

    name: str
    seed: int
    accounts: int
    load: float
    kinds: tuple[str, ...]
    write: Callable[[Path, pl.DataFrame], None]


def canonical(path: Path, events: pl.DataFrame) -> None:
    """Write the canonical columns as Parquet."""
    events.write_parquet(path.with_name(f"{path.name}.parquet"), compression="zstd", compression_level=19)


def litellm(path: Path, events: pl.DataFrame) -> None:
    """Write rows of the proxy's spend-log table as NDJSON: JSON in strings, empty strings for what is missing."""
    _packed(path.with_name(f"{path.name}.ndjson.gz"), (_spend_log(event) for event in events.iter_rows(named=True)))


def bedrock(path: Path, events: pl.DataFrame) -> None:
    """Write model invocation logs as JSON lines."""
    _packed(path.with_name(f"{path.name}.jsonl.gz"), (_invocation(event) for event in events.iter_rows(named=True)))


def _packed(path: Path, records: Iterator[Event]) -> None:
    lines = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    path.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def _messages(event: Event) -> list[Event]:
    system = [{"role": "system", "content": event["system_prompt"]}] if event["system_prompt"] else []
    return [*system, {"role": "user", "content": event["prompt"]}]


def _answer(event: Event) -> Event:
    message = {"role": "assistant", "content": event["completion"] or ""}
    return {"choices": [{"finish_reason": "stop", "index": 0, "message": message}], "object": "chat.completion"}


def _metadata(event: Event, key: str) -> Event:
    failed = {"error_code": str(event["status_code"]), "error_class": "APIError", "error_message": event["error"]}
    return {
        "user_api_key": key,
        "user_api_key_user_id": event["account_id"],
        "user_api_key_org_id": event["organization_id"],
        "user_api_key_alias": None,
        "requester_ip_address": event["client_ip"],
        "user_agent": event["user_agent"],
        "usage_object": {"prompt_tokens_details": {"cached_tokens": event["cached_tokens"]}},
        "error_information": failed if event["error"] else None,
    }


def _spend_log(event: Event) -> Event:
    start = event["timestamp"]
    end = start + pl.select(pl.duration(milliseconds=event["latency_ms"])).item()
    key = hashlib.sha256(event["api_key_id"].encode()).hexdigest()
    asked = {"model": event["model"], "max_tokens": event["max_tokens"], "temperature": event["temperature"]}
    return {
        "request_id": f"chatcmpl-{event['request_id'][4:]}",
        "session_id": event["session_id"] or "",
        "call_type": "acompletion",
        "api_key": key,
        "cache_hit": "None",
        "startTime": f"{start:%Y-%m-%d %H:%M:%S.%f}",
        "endTime": f"{end:%Y-%m-%d %H:%M:%S.%f}",
        "completionStartTime": f"{end:%Y-%m-%d %H:%M:%S.%f}",
        "request_duration_ms": event["latency_ms"],
        "model": event["model"],
        "model_group": event["model"],
        "custom_llm_provider": "openai",
        "user": event["account_id"],
        "end_user": event["end_user_id"] or "",
        "team_id": "",
        "organization_id": event["organization_id"] or "",
        "metadata": json.dumps(_metadata(event, key)),
        "request_tags": "[]",
        "spend": event["cost_usd"],
        "prompt_tokens": event["input_tokens"],
        "completion_tokens": event["output_tokens"],
        "total_tokens": event["input_tokens"] + event["output_tokens"],
        "requester_ip_address": event["client_ip"],
        "messages": json.dumps(_messages(event), ensure_ascii=False),
        "response": json.dumps(_answer(event), ensure_ascii=False),
        "proxy_server_request": json.dumps(asked),
        "status": "failure" if event["error"] else "success",
    }


def principal(account: str) -> tuple[str, str]:
    """Name the cloud account (12 digits) and the role session (ARN) that stand for a simulated account."""
    digits = str(int(account[5:], 16))[:12].zfill(12)
    return digits, f"arn:aws:sts::{digits}:assumed-role/llm-access/{account}"


def _invocation(event: Event) -> Event:
    owner, arn = principal(event["account_id"])
    asked: Event = {
        "messages": [{"role": "user", "content": [{"text": event["prompt"]}]}],
        "inferenceConfig": {"maxTokens": event["max_tokens"], "temperature": event["temperature"]},
    }
    if event["system_prompt"]:
        asked["system"] = [{"text": event["system_prompt"]}]
    said = {"role": "assistant", "content": [{"text": event["completion"] or ""}]}
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": f"{event['timestamp']:%Y-%m-%dT%H:%M:%SZ}",
        "accountId": owner,
        "identity": {"arn": arn},
        "region": "us-east-1",
        "requestId": event["request_id"][4:],
        "operation": "Converse",
        "modelId": event["model"],
        "input": {
            "inputContentType": "application/json",
            "inputBodyJson": asked,
            "inputTokenCount": event["input_tokens"],
        },
        "output": {
            "outputContentType": "application/json",
            "outputBodyJson": {
                "output": {"message": said},
                "stopReason": "end_turn",
                "metrics": {"latencyMs": event["latency_ms"]},
            },
            "outputTokenCount": event["output_tokens"],
        },
    }


SAMPLES = (
    Sample("campaign", 436, 700, 5.0, ("work_queue", "hackathon", "campus_nat", "family_cards", "company"), canonical),
    Sample(
        "quiet",
        23,
        650,
        4.0,
        (
            "class_assignment",
            "undeclared_company",
            "viral_prompt",
            "carrier_nat",
            "stolen_keys",
            "permitted_researcher",
        ),
        canonical,
    ),
    Sample("litellm", 439, 700, 3.0, ("succession", "vpn_exits", "plain_reseller", "coding_agent"), litellm),
    Sample(
        "bedrock",
        35,
        650,
        3.0,
        ("trace_injection", "licensed_distillation", "app_backend", "benchmark_harness"),
        bedrock,
    ),
)


def make(directory: Path, sample: Sample) -> None:
    """Write one sample, its accounts where its format knows some, and its labels under the same name."""
    (directory / "labels").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder)
        write_world(world, accounts=sample.accounts, seed=sample.seed, kinds=sample.kinds, load=sample.load)
        events = pl.read_parquet(world / "logs.parquet")
        accounts = pl.read_parquet(world / "accounts.parquet")
        labels = pl.read_parquet(world / "labels.parquet")
    sample.write(directory / sample.name, events.with_columns(pl.col("completion").str.head(48)))
    if sample.write is canonical:
        canonical(directory / f"{sample.name}_accounts", accounts)
    if sample.write is bedrock:
        named = [principal(account)[1] for account in labels["account_id"]]
        labels = labels.with_columns(account_id=pl.Series(named)).sort("account_id")
    canonical(directory / "labels" / sample.name, labels)


def main() -> None:
    """Write all samples."""
    directory = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1] / "sample_logs"
    for sample in SAMPLES:
        make(directory, sample)
        print(sample.name)


if __name__ == "__main__":
    main()
