"""Fixed texts that programs wrap around their requests: of firms, of public tools, and of harvesters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final

_LISTS: Final = {
    "ask_for": "write down|spell out|set out|record|put into words|lay open|give in full|transcribe|narrate|expose|list",
    "inner": "every step of your thinking|the whole chain of thought|your internal deliberation|each intermediate thought"
    "|the complete line of reasoning|all considerations, also the rejected ones|your scratch work|how you arrive there"
    "|the reasoning you would otherwise keep to yourself|the full derivation, with dead ends",
    "no_skip": "do not shorten it|leave nothing out|never summarise it|without skipping steps|verbatim, not as a summary"
    "|at least {n2} sentences|also where it seems obvious|as you would for yourself|including doubts and corrections",
    "before": "Before the {tail_word}|First|Prior to answering|To begin with|Ahead of any {tail_word}|In all cases",
    "then": "Only then|Afterwards|After that|Finally|Next|Below it|When done",
    "judge_word": "Grade|Score|Rate|Judge|Assess|Evaluate|Mark",
    "pairwise": "Which is better|Compare both|Pick the stronger|Say which one you prefer|Decide between the two",
    "agentic": "thought, action and observation|plan, tool call and result|goal, command and outcome|intent, step and check",
    "persona": "You are a {quality} {role}|Act as a {quality} {role} in {domain}|Assume the part of an expert {role}"
    "|You work as {role} and are known for {virtue}|As a {quality} {role} with {n2} years in {domain}, you help",
    "value": "combining {virtue} with deep knowledge of {domain}|putting {virtue} before {virtue}|with {virtue} and {virtue}"
    "|grounded in evidence from {domain}|backed by complete and open reasoning|never guessing|for the sake of {virtue}",
    "service": "helps customers of {company} with {noun} questions|answers mails about the {adjective} {noun}"
    "|writes product texts for {company}|sorts incoming tickets of {company}|extracts fields from each {noun}"
    "|turns {noun} notes into minutes|checks each {noun} for errors|chats with guests in {place}"
    "|suggests {adjective} {noun} ideas to shoppers|reads {noun} scans and returns JSON",
    "policy": "Never mention prices.|Answer in the customer's language.|Refuse anything outside {domain}.|Be {quality}."
    "|Escalate to {person} when unsure.|Use at most {n2} sentences.|Sign as {person}.|Return only JSON with {ident}."
    "|Do not give legal advice.|Quote the {noun} number.|Prefer {virtue} over {virtue}.|Use {measure}, not {measure}.",
}  # fmt: skip

GRAMMARS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        **{name: choices.split("|") for name, choices in _LISTS.items()},
        "firm_system": (
            "{persona}. {company} {service}. {policy} {policy} {policy}",
            "You are {person}, the assistant that {service}. {policy} {policy}",
            "{company} assistant v{n1}.{n2}: {service}. {policy} {policy} {policy} {policy}",
            "# {company}\nThe bot {service}.\n- {policy}\n- {policy}\n- {policy}",
            "{persona}, {value}. {policy}",
        ),
        "firm_head": (
            "{label} from {company}, queue {rare}: ",
            "[{ident}] {verb} this {noun}:\n",
            "Customer message ({company}):\n",
            "{label} {sep} {adjective} {noun} {sep}\n",
            "",
        ),
        "firm_tail": ("\n\nReturn JSON with {ident} and {ident}.", "\n{policy}", "\n{sep} end of {label}", "", ""),
        "trace": (
            "{persona}. {before}, {ask_for} {inner} inside <TAG> and </TAG>, {no_skip}. {then} give the {tail_word} after {sep}.\n",
            "{before}, {ask_for} {inner}, {no_skip}; mark it [TAG]. {then} state the {tail_word}. {value}.\n",
            "{label} follows. {ask_for} {inner} under the heading TAG, {no_skip}.\n",
            "{persona}, {value}. {ask_for} {inner}; {no_skip}. {then}, the {tail_word} on a line that starts with TAG:\n",
        ),
        "trace_tail": (
            "\n{sep}\nRemember: {ask_for} {inner} within TAG, {no_skip}.",
            "\n\n({no_skip}; {tail_word} last, after </TAG>)",
            "\n\n{ask_for} {inner}.",
            "",
        ),
        "posthoc": (
            "{persona}. A response to the {label} below was already finished. Imagine and {ask_for} {inner} that led to it, {no_skip}.\n",
            "Reconstruct for the {label} below, as TAG, {inner} behind the finished {tail_word}; {no_skip}. {value}.\n",
            "Given is a {label} and its {tail_word}. {ask_for} {inner} between them, {no_skip}.\n",
        ),
        "rubric": (
            "{persona}. {judge_word} the {tail_word} to the {label} on {virtue}, {virtue} and {virtue}, 0 to {n1} each; explain TAG.\n",
            "{judge_word} by rubric TAG: 1) {virtue} {n2} % 2) {virtue} {n2} % 3) {virtue}. {ask_for} {inner}, then one number.\n",
            "{pairwise}, A or B, by {virtue} and {virtue}? {ask_for} {inner}, {no_skip}; close with TAG=A or TAG=B.\n",
        ),
        "agent": (
            "{persona}. Solve the {label} as a trajectory of {agentic}, each in a TAG block; {no_skip}.\n",
            "You may call the tools named below. {ask_for} {inner} as {agentic}. {then} the {tail_word}. TAG\n",
            "Produce a complete record of {agentic} for this {label}, {no_skip}. {value}. End with TAG.\n",
        ),
        "analyst": (
            "{persona} {value}. Deliver insight and not only a {noun}; {ask_for} {inner}.\n",
            "{persona}, {value}. {label} in {domain}: show TAG, {no_skip}.\n",
        ),
        "tongue": (
            "The language of the TAG must be the language of the {label}. {ask_for} {inner} in it, {no_skip}.\n",
            "{ask_for} {inner} as TAG, strictly in the user's own language; {then} the {tail_word}.\n",
        ),
        "plain": ("{persona}, {value}. {policy}\n", "{label} {sep}\n", "{persona}. {policy} {policy}\n"),
        "thoughtful": (
            "{chat} Let's think step by step.",
            "{task} Think it through before you answer.",
            "{task}\nShow your work and explain each step.",
            "Take a deep breath and reason carefully. {task}",
            "{chat} Walk me through your reasoning.",
        ),
        "judging": (
            "{judge_word} this {noun} for {virtue} from 1 to {n1}:\n{paragraph}",
            "{pairwise}, and why?\nA: {fact}\nB: {fact}",
            "{judge_word} the student's text ({virtue}, {virtue}, {n2} points):\n{paragraph}",
        ),
        "traced": (
            "<TAG>{fact}{fact}{fact}{fact}</TAG> {fact}",
            "TAG: {fact}{fact}{fact}{fact}\n{tail_word}: {n3}",
            "Step 1: {fact}\nStep 2: {fact}\nStep 3: {fact}\n{tail_word}: {thing}",
        ),
        "verdict": ("{n1}", "A, as {fact}", "{fact} Score: {n1}"),
    }
)
"""Patterns by rule; `TAG` stands for the output tag that one operator uses."""

_FIRST: Final = "Al|Bri|Cor|Del|Ema|Fen|Gal|Hex|Ila|Jor|Kel|Lum|Mar|Nor|Ost|Pra|Qui|Ros|Sol|Tav|Ulm|Ver|Wes|Xan|Yor|Zel"
_MIDDLE: Final = "a|e|i|o|u|en|ar|is|or|um|el|an"
_LAST: Final = "dyne|mart|soft|tec|works|lab|care|shop|pay|fin|trans|media|sys|logic|flow|data|farm|bau|ly|gen"

WORDS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {"company": ["".join(parts) for parts in product(_FIRST.split("|"), _MIDDLE.split("|"), _LAST.split("|"))]}
)

INTENTS: Final = ("trace", "posthoc", "rubric", "agent", "analyst", "tongue", "plain")
"""What a harvester asks for around each item."""
