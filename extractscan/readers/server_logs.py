"""Logs of inference servers: they hold prompts and settings by request id, and know no account.

vLLM writes `Received request ID: prompt: …, params: SamplingParams(…)`, SGLang `Receive: obj=…(rid=…)` and
`Finish: …`; both quote Python values, which are parsed as literals and never evaluated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import text_lines
from extractscan.readers.source import Field, Record, Side

_VLLM: Final = re.compile(r"Received request (?P<id>[^\s:]+): prompt: (?P<rest>.*)", re.DOTALL)
_SGLANG: Final = re.compile(r"\] (?P<what>Receive|Finish)(?: OpenAI)?: obj=(?P<rest>.*)", re.DOTALL)
_STRING: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_LONGEST: Final = 4 << 20
"""Characters of a quoted text that are parsed; a longer one is cut by every server before."""
_TURNS: Final = (
    re.compile(r"<\|im_start\|>(?P<role>\w+)\n(?P<text>.*?)(?:<\|im_end\|>|\Z)", re.DOTALL),
    re.compile(r"<\|start_header_id\|>(?P<role>\w+)<\|end_header_id\|>\n*(?P<text>.*?)(?:<\|eot_id\|>|\Z)", re.DOTALL),
    re.compile(r"<start_of_turn>(?P<role>\w+)\n(?P<text>.*?)(?:<end_of_turn>|\Z)", re.DOTALL),
)
"""How common chat templates mark turns."""

REASON: Final = (
    "it names no accounts, so it shows volume only and nothing can be linked; its prompts and settings count where "
    "the log of the gateway in front has the same request ids"
)
HINT: Final = "Give it together with the log of the gateway in front, which knows the accounts."


class Line:
    """One line, taken apart once: the request's id, its quoted text, and the settings that follow it."""

    __slots__ = ("answer", "id", "settings", "turns")

    def __init__(self, record: Record) -> None:
        line = record.get(text_lines.LINE)
        text = line if isinstance(line, str) else ""
        self.id: str | None = None
        self.settings = ""
        self.answer: str | None = None
        self.turns: list[tuple[str, str]] = []
        if (found := _VLLM.search(text)) is not None:
            self.id = re.sub(r"^(cmpl-.*)-\d+$", r"\1", found["id"])
            self._take(found["rest"], 0)
        elif (found := _SGLANG.search(text)) is not None:
            self._take_sglang(found["rest"], finished=found["what"] == "Finish")

    def _take(self, rest: str, start: int) -> None:
        quoted = _STRING.match(rest, start)
        if quoted is not None and (prompt := _literal(quoted[0])):
            self.turns = _turns(prompt)
            self.settings = rest[quoted.end() :]

    def _take_sglang(self, rest: str, *, finished: bool) -> None:
        head = _outside(rest)
        request, _, response = rest.partition(", out=") if finished else (rest, "", "")
        self.id = _quoted(request, "rid") or _quoted(response, "id")
        start = head.find("text=")
        if start >= 0:
            self._take(rest, start + len("text="))
        self.settings = request if not self.settings else self.settings
        self.answer = _quoted(response, "text")


def _literal(quoted: str) -> str | None:
    if len(quoted) > _LONGEST:
        return None
    try:
        found = ast.literal_eval(quoted)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) and found else None


def _outside(text: str) -> str:
    """The text with the inside of every quoted string blanked, so that a prompt cannot pose as a field."""
    return _STRING.sub(lambda found: "'" * len(found[0]), text)


def _quoted(text: str, name: str) -> str | None:
    """The quoted value of `name=` or `'name':` outside of other quoted strings."""
    shown = _outside(text)
    start = shown.find(f"{name}='")
    if start >= 0:
        found = _STRING.match(text, start + len(name) + 1)
        return _literal(found[0]) if found is not None else None
    for found in _STRING.finditer(text):
        if found[0][1:-1] == name and (value := re.match(r": *", text[found.end() :])) is not None:
            quoted = _STRING.match(text, found.end() + value.end())
            return _literal(quoted[0]) if quoted is not None else None
    return None


def _turns(prompt: str) -> list[tuple[str, str]]:
    """Cut a prompt at the marks of its chat template; without any it is one turn of the user."""
    for pattern in _TURNS:
        if turns := [(found["role"], found["text"].strip()) for found in pattern.finditer(prompt)]:
            return turns
    return [("user", prompt)]


def _last(role: str) -> Any:
    def read(line: Line) -> Any:
        return next((text for who, text in reversed(line.turns) if who == role and text), None)

    return read


def _setting(*names: str) -> Any:
    """Read a number or a word among the settings: `name=0.7` or `'name': 0.7`."""
    patterns = [re.compile(rf"\b{name}(?:=|': *)(?P<value>[\w.+-]+)") for name in names]

    def read(line: Line) -> Any:
        found = next((hit for pattern in patterns if (hit := pattern.search(line.settings))), None)
        return None if found is None or found["value"] == "None" else found["value"]

    return read


_ROOT: Final = (text_lines.LINE,)

_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        schema.PROMPT: Field(_ROOT, _last("user")),
        schema.SYSTEM_PROMPT: Field(_ROOT, _last("system")),
        schema.COMPLETION: Field(_ROOT, lambda line: line.answer),
        schema.MAX_TOKENS: Field(_ROOT, _setting("max_tokens", "max_new_tokens")),
        schema.TEMPERATURE: Field(_ROOT, _setting("temperature")),
        schema.N_CHOICES: Field(_ROOT, _setting("n")),
    }
)


def _no_request(line: Line) -> str | None:
    return None if line.id is not None else "lines that name no request"


def _server(name: str, title: str, kind: str) -> Side:
    return Side(
        name=name,
        title=title,
        recognised="how its lines begin",
        matches=text_lines.is_of(kind),
        view=Line,
        on="request id",
        key=Field(_ROOT, lambda line: line.id),
        fields=_FIELDS,
        keeps=_no_request,
        heads=frozenset(_ROOT),
        why=REASON,
        hint=HINT,
    )


VLLM: Final = _server("vllm", "a vLLM server log", "vllm")
SGLANG: Final = _server("sglang", "an SGLang server log", "sglang")
