"""Langfuse: observations and traces of blob exports, joined by trace, and the trace that its page downloads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers import langfuse_columns as columns
from extractscan.readers.addresses import forwarded
from extractscan.readers.cast import joined_names
from extractscan.readers.exchange import Exchange
from extractscan.readers.outlines import by_blocks
from extractscan.readers.source import Column, Field, Fold, Record, Side, Source, has_keys

KEY: Final = "Langfuse trace id"

_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_OF_THE_API: Final = frozenset({"traceId", "userId", "sessionId"})
"""Names that only the API writes in this way."""
_NESTED: Final = 3
"""JSON text in JSON text in JSON text: the most that exports were seen to nest."""


def _open(value: Any) -> Any:
    """Open JSON text that was written as text again, as inputs and outputs of traces are."""
    for _ in range(_NESTED):
        if not isinstance(value, str):
            break
        value = chat.parse(value)
    return value


class Observation:
    """One observation and what its own file says of its trace."""

    __slots__ = ("exchange", "metadata", "parameters", "row", "trace", "usage")

    def __init__(self, row: Mapping[str, Any], trace: Mapping[str, Any]) -> None:
        self.row, self.trace = row, trace
        self.metadata = chat.object_of(_open(row.get("metadata"))) or chat.object_of(_open(trace.get("metadata")))
        self.parameters = chat.object_of(_open(row.get("model_parameters")))
        self.usage = chat.object_of(row.get("usage_details"))
        asked = _open(row.get("input"))
        self.exchange = Exchange(
            row, {"messages": asked} if isinstance(asked, list) else asked, _open(row.get("output"))
        )

    def told(self, name: str) -> Any:
        """A field of the observation, else of its trace."""
        return self.row.get(name) or self.trace.get(name)


def _blob(record: Record) -> Observation:
    """One row of a blob export, or the same with the names that the API gives its fields."""
    return Observation(_snake(record) if any(record.get(name) for name in _OF_THE_API) else record, {})


def _snake(record: Any) -> Mapping[str, Any]:
    filled = [(str(name), value) for name, value in chat.object_of(record).items() if value is not None]
    return {_HUMP.sub(r"_\1", name).lower(): value for name, value in filled}


def _page(record: Record) -> Observation:
    """One observation of a downloaded trace."""
    return Observation(_snake(record.get("observation")), _snake(record.get("trace")))


def _parts(record: Record) -> Sequence[Record]:
    observations = record.get("observations")
    found = observations if isinstance(observations, list) else []
    return [{"trace": record.get("trace"), "observation": each} for each in found]


def _attribute(*names: str) -> Callable[[Observation], Any]:
    """An attribute that instrumentation put into the metadata, at its top or beside the resource."""

    def read(seen: Observation) -> Any:
        places = [seen.metadata, *(chat.object_of(seen.metadata.get(k)) for k in ("attributes", "resourceAttributes"))]
        return next((place[name] for name in names for place in places if place.get(name)), None)

    return read


_USER: Final = _attribute("user_id", "langfuse_user_id", "userId", "user.id", "enduser.id")
_ADDRESS: Final = _attribute("client.address", "http.client_ip", "client_ip", "net.sock.peer.addr")


def _latency(seen: Observation) -> Any:
    """Milliseconds from start to end; exports count `latency` in seconds here and in milliseconds there."""
    start, end = (_moment(seen.row.get(name)) for name in ("start_time", "end_time"))
    return round((end - start).total_seconds() * 1000) if start and end else None


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value) if value else None


def _definitions(seen: Observation) -> Any:
    return _open(seen.row.get("tool_definitions"))


def _tools(seen: Observation) -> Any:
    defined = _definitions(seen)
    if isinstance(defined, dict):
        return joined_names(list(defined))
    return joined_names(_open(seen.parameters.get("tools")) or seen.exchange.setting("tools"))


_DEFINED: Final[columns.Told] = (_tools, lambda seen: isinstance(_definitions(seen), dict))
_GIVEN: Final[columns.Told] = (_tools, lambda seen: bool(_open(seen.parameters.get("tools"))))


def _parameter(*names: str) -> Callable[[Observation], Any]:
    def read(seen: Observation) -> Any:
        given = next((seen.parameters[name] for name in names if seen.parameters.get(name) is not None), None)
        return seen.exchange.setting(*names) if given is None else given

    return read


def _used(*names: str) -> Callable[[Observation], Any]:
    return lambda seen: next((seen.usage[name] for name in names if seen.usage.get(name) is not None), None)


def _cost(seen: Observation) -> Any:
    total = seen.row.get("total_cost")
    return chat.object_of(seen.row.get("cost_details")).get("total") if total is None else total


def _completion(seen: Observation) -> Any:
    return chat.response_text(seen.exchange.response)


def _row(name: str) -> Callable[[Observation], Any]:
    return lambda seen: seen.row.get(name)


_MAX_TOKENS: Final = ("max_tokens", "max_completion_tokens", "maxOutputTokens")
_READ: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Observation], Any]]]] = MappingProxyType(
    {
        schema.TIMESTAMP: (("start_time",), _row("start_time")),
        schema.ACCOUNT: (("user_id", "metadata"), lambda o: o.told("user_id") or _USER(o)),
        schema.SESSION: (("session_id",), lambda o: o.told("session_id")),
        schema.REQUEST: (("id",), _row("id")),
        schema.CLIENT_IP: (("metadata",), lambda o: forwarded(_ADDRESS(o))),
        schema.USER_AGENT: (("metadata",), _attribute("user_agent.original", "http.user_agent", "user_agent")),
        schema.MODEL: (
            ("provided_model_name", "model"),
            lambda o: o.row.get("provided_model_name") or o.row.get("model"),
        ),
        schema.ENDPOINT: (("name",), _row("name")),
        schema.PROMPT: (("input",), lambda o: chat.request_prompt(o.exchange.request)),
        schema.SYSTEM_PROMPT: (("input",), lambda o: chat.request_system(o.exchange.request)),
        schema.COMPLETION: (("output",), _completion),
        schema.INPUT_TOKENS: (("usage_details",), _used(*columns.IN)),
        schema.OUTPUT_TOKENS: (("usage_details",), _used(*columns.OUT)),
        schema.CACHED_TOKENS: (("usage_details",), _used(*columns.CACHED)),
        schema.MAX_TOKENS: (("model_parameters",), _parameter(*_MAX_TOKENS)),
        schema.TEMPERATURE: (("model_parameters",), _parameter("temperature")),
        schema.N_CHOICES: (("model_parameters",), _parameter("n")),
        schema.TOOL_NAMES: (("tool_definitions", "model_parameters", "input"), _tools),
        schema.ERROR: (("level",), lambda o: "failure" if o.row.get("level") == "ERROR" else None),
        schema.LATENCY: (("start_time", "end_time"), _latency),
        schema.COST: (("total_cost", "cost_details"), _cost),
    }
)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _spelt(paths: Sequence[str]) -> tuple[str, ...]:
    """The names of fields in blob exports, and those of the API where they differ."""
    return (*paths, *(camel for path in paths if (camel := _camel(path)) != path))


def _on_page(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{place}.{_camel(path)}" for path in paths for place in ("observations", "trace"))


def _keeps(seen: Observation) -> str | None:
    return None if seen.row.get("type") in {None, "GENERATION"} else "no model call"


def _version(record: Record) -> tuple[float, str]:
    """Order the versions of an observation: windows of exports overlap, and each holds the row as it was then."""
    told = record.get("updated_at") or record.get("updatedAt")
    try:
        moment = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    except ValueError:
        return float("-inf"), repr(record)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), repr(record)


_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        **columns.PLAIN,
        schema.TIMESTAMP: columns.started(*sorted(_OF_THE_API)),
        schema.ACCOUNT: columns.account(_blob, _USER),
        schema.CLIENT_IP: columns.told(_blob, _READ[schema.CLIENT_IP][1], "metadata"),
        schema.USER_AGENT: columns.told(_blob, _READ[schema.USER_AGENT][1], "metadata"),
        schema.MAX_TOKENS: columns.parameter(_blob, _parameter(*_MAX_TOKENS), *_MAX_TOKENS),
        schema.TEMPERATURE: columns.parameter(_blob, _parameter("temperature"), "temperature"),
        schema.N_CHOICES: columns.parameter(_blob, _parameter("n"), "n"),
        schema.TOOL_NAMES: columns.tools(_blob, _DEFINED, _GIVEN),
    }
)
"""Of blocks whose records have the names of blob exports; those with the names of the API are read one by one."""

_NOTES: Final = ("account_id is the user of the trace, as the application set it",)
_LINKS: Final = "users, sessions; addresses and clients if instrumentation put them into the metadata"
_WANTS: Final = (
    "Observations name nobody unless the application sets a user: give the traces export of the same time too."
)

OBSERVATIONS: Final = by_blocks(
    Source(
        name="langfuse",
        title="Langfuse observations (blob exports, pages of its API; joined with traces if given)",
        recognised="fields `trace_id`, `provided_model_name`, `usage_details` (or `traceId`, `usageDetails`)",
        links_accounts=_LINKS,
        carries_prompts="yes",
        matches=lambda records: any(
            has_keys(records, *names)
            for names in (
                ("trace_id", "provided_model_name"),
                ("trace_id", "usage_details", "start_time"),
                ("traceId", "usageDetails", "startTime"),
            )
        ),
        view=_blob,
        fields=MappingProxyType(
            {name: Field(_spelt(paths), read, _COLUMNS.get(name)) for name, (paths, read) in _READ.items()}
        ),
        late=frozenset({schema.ERROR}),
        notes=_NOTES,
        keys=MappingProxyType({KEY: Field(_spelt(("trace_id",)), _row("trace_id"))}),
        keeps=_keeps,
        aside=columns.ASIDE,
        heads=_OF_THE_API | {"type"},
        fold=Fold(
            key=lambda record: record.get("id"),
            merge=lambda records: records[0] if len(records) == 1 else max(records, key=_version),
            heads=frozenset({"id", "updated_at", "updatedAt"}),
            column=columns.KEY,
            says="rows are other versions of an observation: the last one counts",
        ),
        wants=_WANTS,
    )
)

PAGE: Final = Source(
    name="langfuse_ui",
    title="Langfuse trace downloads (one JSON object with a trace and its observations)",
    recognised="fields `trace` and `observations`",
    links_accounts=_LINKS,
    carries_prompts="if downloaded with inputs and outputs",
    matches=lambda records: has_keys(records, "trace", "observations"),
    view=_page,
    fields=MappingProxyType({name: Field(_on_page(paths), read) for name, (paths, read) in _READ.items()}),
    late=frozenset({schema.ERROR}),
    notes=_NOTES,
    parts=_parts,
    keeps=_keeps,
    heads=frozenset({"trace", "observations"}),
    wants="The trace names nobody: the application set no user for it.",
)

TRACES: Final = Side(
    name="langfuse_traces",
    title="Langfuse traces (blob exports, pages of its API)",
    recognised="fields `session_id`, `bookmarked`, `public`, `release`",
    matches=lambda records: (
        has_keys(records, "session_id", "bookmarked", "public", "release")
        or has_keys(records, "id", "sessionId", "public", "release", "userId", without=("observations",))
    ),
    view=_blob,
    on=KEY,
    key=Field(("id",), _row("id")),
    fields=MappingProxyType(
        {
            name: Field(_spelt(_READ[name][0]), _READ[name][1])
            for name in (schema.ACCOUNT, schema.SESSION, schema.CLIENT_IP, schema.USER_AGENT)
        }
    ),
    heads=_OF_THE_API,
    rank=Field(_spelt(("updated_at",)), _row("updated_at")),
    hint="Give the observations export of the same time too: it holds the calls.",
)
