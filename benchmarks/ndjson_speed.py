"""Speed of NDJSON reading against Polars' own reader on the same nested records, and memory on a large gzip file."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from isal import igzip

from benchmarks.measuring import Cost, run
from benchmarks.ndjson_kinds import KINDS, TEXTS, WORDS

IMPORTS = ("import polars", "from extractscan.readers import open_logs")
"""What Polars' programs import, and what the others do."""
FLAT = """.select(
    timestamp=c("startTime"), account_id=f("metadata", "user_api_key_user_id"), latency=c("endTime") - c("startTime"),
    organization_id=f("metadata", "user_api_key_org_id"), api_key_id=f("metadata", "user_api_key_hash"),
    request_id=c("id"), client_ip=c("requester_ip_address"), user_agent=f("metadata", "user_agent"), model=c("model"),
    endpoint=c("call_type"), system_prompt=c("messages").list.first().struct.field("content"), stream=c("stream"),
    prompt=c("messages").list.last().struct.field("content"), input_tokens=c("prompt_tokens"), n=c("response_cost"),
    completion=f("response", "choices").list.first().struct.field("message").struct.field("content"),
    output_tokens=c("completion_tokens"), max_tokens=f("model_parameters", "max_tokens"), status=c("status"),
    cached_tokens=f("response", "usage").struct.field("prompt_tokens_details").struct.field("cached_tokens"),
    temperature=f("model_parameters", "temperature"), error=f("error_information", "error_class"))"""
"""The canonical columns of these records, taken out of the frame that Polars reads."""
POLARS = "import sys, polars; c = polars.col; f = lambda a, b: c(a).struct.field(b); polars."
OPENED = (
    f"{POLARS}read_ndjson(sys.argv[1], infer_schema_length=None)\n"
    "for name in NAMES:\n"
    "    texts = frame.select(name.split('.')[0]).to_series()\n"
    "    for inner in name.split('.')[1:]: texts = texts.struct.field(inner)\n"
    """    polars.read_ndjson(('{"item":' + texts + "}").str.join("\\n").item().encode(), infer_schema_length=None)"""
).replace("polars.read", "frame = polars.read", 1)
"""Reads the JSON in texts as well, each field of it as records of its own."""
READERS = {
    "Polars, schema inferred from all records": f"{POLARS}read_ndjson(sys.argv[1], infer_schema_length=None)",
    "the same, and the canonical columns": f"{POLARS}read_ndjson(sys.argv[1], infer_schema_length=None){FLAT}",
    "Polars, schema inferred from the first 100": f"{POLARS}read_ndjson(sys.argv[1])",
    "all columns": "import sys; from extractscan.readers import open_logs\n"
    "for _ in open_logs([sys.argv[1]]).batches(): pass",
    "what analyze reads": "import sys; from extractscan.readers import open_logs\n"
    "logs = open_logs([sys.argv[1]])\n"
    "for _ in logs.batches(logs.columns - {'completion'}): pass",
    "time, account, address": "import sys; from extractscan.readers import open_logs\n"
    "for _ in open_logs([sys.argv[1]]).batches(['client_ip']): pass",
}
"""Programs that read one file; those of Polars are what the others are measured against."""


def payload(i: int, rng: random.Random) -> dict[str, object]:
    """Make one gateway record of about 1.3 KB: nested, with messages, parameters and usage."""
    prompt = " ".join(rng.choices(WORDS, k=34))
    usage = {"prompt_tokens": 40, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": i % 7}}
    return {
        "id": f"chatcmpl-{i:032x}", "call_type": "acompletion", "stream": True, "status": "success",
        "custom_llm_provider": "openai", "startTime": 1_772_000_000.25 + i, "endTime": 1_772_000_001.0 + i,
        "model": "large", "response_cost": 0.0005, "prompt_tokens": 40, "completion_tokens": 30, "end_user": "",
        "requester_ip_address": f"198.51.{i % 200}.{i % 250}",
        "metadata": {
            "user_api_key_hash": f"{i % 999:064x}", "user_api_key_user_id": f"user-{i % 999}",
            "user_api_key_org_id": f"org-{i % 99}", "user_api_key_team_id": None, "user_agent": "OpenAI/Python 1.99.1",
            "spend_logs_metadata": {"trace": f"{i:016x}", "tags": ["a", "b"], "region": "eu-west-1"},
        },
        "messages": [{"role": "system", "content": "Be brief, be kind."}, {"role": "user", "content": prompt}],
        "response": {
            "id": f"chatcmpl-{i:032x}", "object": "chat.completion", "usage": usage,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": prompt[:90]}}],
        },
        "model_parameters": {"temperature": 0.7, "max_tokens": 256, "stream": True, "top_p": 1.0},
        "hidden_params": {"api_base": "https://example.test/v1", "response_cost": 0.0005, "cache_key": None},
        "error_information": {"error_code": "", "error_class": "", "llm_provider": "", "error_message": ""},
    }  # fmt: skip


def invocation(i: int, rng: random.Random) -> dict[str, object]:
    """Make one invocation log of Bedrock of about 1.3 KB, a Converse call with its answer."""
    prompt = " ".join(rng.choices(WORDS, k=60))
    profile = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.vendor.large-v1:0"
    request = {
        "messages": [{"role": "user", "content": [{"text": prompt}]}], "system": [{"text": "Be brief, be kind."}],
        "inferenceConfig": {"maxTokens": 256, "temperature": 0.25, "topP": 1.0},
        "toolConfig": {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}]},
    }  # fmt: skip
    response = {
        "output": {"message": {"role": "assistant", "content": [{"text": prompt[:120]}]}}, "stopReason": "end_turn",
        "metrics": {"latencyMs": 551 + i % 90}, "usage": {"inputTokens": 40, "outputTokens": 30, "totalTokens": 70},
    }  # fmt: skip
    return {
        "timestamp": f"2026-03-{1 + i % 28:02}T04:{i % 60:02}:05Z", "accountId": "123456789012",
        "identity": {"arn": f"arn:aws:sts::123456789012:assumed-role/App/worker-{i % 999}"}, "region": "eu-west-1",
        "requestId": f"00000000-0000-0000-0000-{i:012}", "operation": "Converse", "modelId": profile,
        "input": {"inputContentType": "application/json", "inputBodyJson": request, "inputTokenCount": 40},
        "output": {"outputContentType": "application/json", "outputBodyJson": response, "outputTokenCount": 30},
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0",
    }  # fmt: skip


def event(i: int, rng: random.Random) -> dict[str, object]:
    """Make one event in canonical columns of about 0.9 KB, as `convert` and gateways of one's own write them."""
    prompt = " ".join(rng.choices(WORDS, k=60))
    return {
        "timestamp": f"2026-03-{1 + i % 28:02}T04:{i % 60:02}:05.250Z", "account_id": f"user-{i % 999}",
        "organization_id": f"org-{i % 99}", "api_key_id": f"{i % 999:064x}", "request_id": f"req-{i:032x}",
        "session_id": f"s-{i // 9}", "client_ip": f"198.51.{i % 200}.{i % 250}", "country": "DE", "asn": 64500 + i % 9,
        "user_agent": "OpenAI/Python 1.99.1", "model": "large", "endpoint": "/v1/chat/completions", "prompt": prompt,
        "system_prompt": "Be brief, be kind.", "completion": prompt[:120], "input_tokens": 40, "output_tokens": 30,
        "cached_tokens": i % 7, "max_tokens": 256, "temperature": 0.25, "stream": True, "tool_names": ["weather"],
        "status_code": 200, "latency_ms": 551 + i % 90, "cost_usd": 0.0005,
    }  # fmt: skip


def body(i: int, rng: random.Random) -> dict[str, object]:
    """Make one record of a gateway of one's own, which a mapping names the fields of, with bodies as objects."""
    prompt = " ".join(rng.choices(WORDS, k=60))
    messages = [{"role": "system", "content": "Be brief, be kind."}, {"role": "user", "content": prompt}]
    return {
        "at": 1_772_000_000.25 + i, "who": {"id": f"user-{i % 999}", "org": {"name": f"org-{i % 99}"}},
        "client": {"ip": f"198.51.{i % 200}.{i % 250}", "agent": "OpenAI/Python 1.99.1"}, "took": 551 + i % 90,
        "request": {"model": "large", "messages": messages, "max_tokens": 256, "temperature": 0.25, "stream": True},
        "response": {"choices": [{"index": 0, "message": {"role": "assistant", "content": prompt[:120]}}]},
    }  # fmt: skip


def diagnostic(i: int, rng: random.Random) -> dict[str, object]:
    """Make one diagnostic row of Azure OpenAI of about 0.6 KB, with its properties as an object."""
    properties = {
        "apiName": "Azure OpenAI API version 2024-02-01", "requestTime": 638515262815394150 + i, "requestLength": 512,
        "responseLength": rng.randrange(9000), "objectId": f"11111111-2222-4333-8444-{i % 999:012}",
        "streamType": "Streaming" if i % 3 else "Non-Streaming", "modelDeploymentName": "chat", "modelName": "large",
    }  # fmt: skip
    return {
        "time": f"2026-03-{1 + i % 28:02}T12:{i % 60:02}:01.4465902Z", "resourceId": "/SUBSCRIPTIONS/0",
        "category": "RequestResponse", "operationName": "Chat", "callerIpAddress": f"81.2.{i % 250}.***",
        "durationMs": 400 + i % 900, "correlationId": f"{i:032x}", "resultSignature": "200", "properties": properties,
    }  # fmt: skip


MAPPING = {
    "timestamp": "at", "account_id": "who.id", "organization_id": "who.org.name", "client_ip": "client.ip",
    "user_agent": "client.agent", "latency_ms": "took", "model": "request.model", "prompt": "request.messages",
    "system_prompt": "request.messages", "completion": "response", "max_tokens": "request.max_tokens",
}  # fmt: skip
MAKERS: dict[str, Callable[[int, random.Random], dict[str, object]]] = {
    "payload": payload, "invocation": invocation, "canonical": event, "mapped": body,
    "diagnostic": diagnostic, **KINDS,
}  # fmt: skip


def blocks(size: int, make: Callable[[int, random.Random], dict[str, object]] = payload) -> Iterator[bytes]:
    """Yield lines until there are so many bytes of them."""
    rng, done, i = random.Random(1), 0, 0
    while done < size:
        block = b"".join(msgspec.json.encode(make(i + k, rng)) + b"\n" for k in range(2000))
        i, done = i + 2000, done + len(block)
        yield block


def speed(folder: Path, megabytes: int, rounds: int, kind: str) -> None:
    """Read one plain file in turns with all readers and print the best of each, without the time that imports take."""
    path = folder / "speed.ndjson"
    path.write_bytes(b"".join(blocks(megabytes << 20, MAKERS[kind])))
    size = path.stat().st_size / 1e6
    idle = {each: [run(sys.executable, "-c", each) for _ in range(rounds)] for each in IMPORTS}
    readers = {name: each for name, each in READERS.items() if kind == "payload" or FLAT not in each}
    if kind in TEXTS:
        (whole, program), *others = readers.items()
        opened = {"the same, and the JSON in its texts": OPENED.replace("NAMES", repr(TEXTS[kind]))}
        readers = {whole: program, **opened, **dict(others)}
    if kind == "mapped":
        readers = {name: each.replace("[1]])", f"[1]], mapping={MAPPING})") for name, each in readers.items()}
    bases = [name for name in readers if name.startswith(("Polars", "the same"))]
    costs: dict[str, list[Cost]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, program in readers.items():
            costs[name].append(run(sys.executable, "-c", program, str(path)))
    print(
        f"\n{size:,.0f} MB of records. Times as fast as Polars: inferring from all / with columns or texts / from 100\n"
    )
    print("| | wall s | MB/s | times as fast | CPU s | times as cheap |\n|---|---:|---:|---:|---:|---:|")
    best = {
        part: {
            name: max(
                min(getattr(cost, part) for cost in each)
                - min(getattr(cost, part) for cost in idle[IMPORTS[name not in bases]]),
                0.01,
            )
            for name, each in costs.items()
        }
        for part in ("wall", "cpu")
    }
    for name in readers:
        wall, cpu = best["wall"][name], best["cpu"][name]
        fast, cheap = (" / ".join(f"{best[p][base] / best[p][name]:.2f}" for base in bases) for p in ("wall", "cpu"))
        print(f"| {name} | {wall:.2f} | {size / wall:,.0f} | {fast} | {cpu:.2f} | {cheap} |")


def memory(folder: Path, megabytes: int) -> None:
    """Read gzip files of growing size and print the peak of each: it must not grow."""
    print("\n| gzip, MB within | wall s | CPU s | MB within a CPU s | peak MB |\n|---:|---:|---:|---:|---:|")
    for part in (megabytes // 4, megabytes):
        path = folder / f"{part}.ndjson.gz"
        with igzip.open(path, "wb", compresslevel=1) as handle:
            for block in blocks(part << 20):
                handle.write(block)
        cost = run(sys.executable, "-c", READERS["what analyze reads"], str(path))
        path.unlink()
        print(
            f"| {part:,} | {cost.wall:.1f} | {cost.cpu:.1f} | {part * 1.048576 / cost.cpu:,.0f} | {cost.megabytes:,} |"
        )


def main() -> None:
    """Measure and print tables for the README of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="of plain records for the comparison")
    parser.add_argument("--large", type=int, default=2048, help="megabytes within the larger gzip file; 0 for none")
    parser.add_argument("--kind", choices=MAKERS, default="payload", help="of records")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        speed(Path(folder), asked.megabytes, asked.rounds, asked.kind)
        if asked.large:
            memory(Path(folder), asked.large)


if __name__ == "__main__":
    main()
