"""English words and sentence patterns that simulated people and programs write with."""

from __future__ import annotations

import keyword
import pydoc_data.topics
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Final

_LISTS: Final[Mapping[str, str]] = {
    "noun": "invoice|shipment|ledger|sensor|patient record|lease|playlist|recipe|garden|budget|roadmap|contract|backup"
    "|newsletter|warehouse|timetable|thesis|dashboard|portfolio|questionnaire|survey|prototype|turbine|greenhouse|museum"
    "|bakery|clinic|marathon|podcast|screenplay|sonnet|lesson plan|syllabus|grant proposal|cover letter|résumé|wedding"
    " speech|travel plan|mortgage|insurance claim|tax return|loan|pension|auction|election|treaty|lawsuit|patent"
    "|trademark|press release|headline|slogan|menu|wine list|workout|diet|allergy|vaccine|fracture|migraine|bridge"
    "|tunnel|railway|ferry|drone|satellite|telescope|microscope|battery|solar panel|heat pump|boiler|faucet|fence"
    "|bicycle|carburetor|gearbox|violin|choir|opera|chess opening|crossword|board game|novel|short story|biography"
    "|spreadsheet|pivot table|slide deck|meeting|interview|onboarding|appraisal|payroll|inventory|supplier|customer"
    "|refund|subscription|coupon|checkout|help desk|outage|incident|migration|firewall|cluster|pipeline|scheduler"
    "|cache|queue|index|schema|parser|compiler|renderer|tokenizer|classifier|embedding|forecast|anomaly|cohort|funnel",
    "adjective": "quarterly|annual|regional|overdue|duplicate|seasonal|handmade|vintage|compact|modular|portable"
    "|reliable|fragile|noisy|sparse|nested|legacy|internal|public|draft|final|weekly|bilingual|rural|urban|coastal"
    "|clinical|legal|fiscal|academic|minimal|detailed|informal|polite|urgent|ambitious|cheap|premium|recycled|wireless"
    "|analog|synthetic|historic|medieval|modern|tropical|arctic|volatile|steady|hidden|shared|remote|hybrid|monthly",
    "verb": "summarise|rewrite|translate|compare|outline|explain|review|shorten|expand|critique|simplify|classify"
    "|estimate|plan|draft|proofread|reorganise|validate|schedule|troubleshoot|document|illustrate|annotate|paraphrase"
    "|cross-check|prioritise|calculate|visualise|convert|merge|split|rank|audit|redesign|benchmark|migrate|refactor",
    "audience": "a ten-year-old|my manager|the board|new hires|a sceptical client|our landlord|second-year students"
    "|a journalist|my grandmother|the support team|an auditor|investors|volunteers|a job interviewer|the city council"
    "|beginners|a nurse|field engineers|my co-founder|parents|the night shift|a reviewer|tourists|first-time buyers",
    "domain": "logistics|dentistry|beekeeping|maritime law|epidemiology|astronomy|pottery|banking|robotics|agronomy"
    "|genealogy|film editing|typography|cryptography|geology|plumbing|aviation|real estate|oncology|linguistics"
    "|game design|e-commerce|archaeology|urban planning|metallurgy|fintech|veterinary care|tourism|fashion|energy"
    "|statistics|combinatorics|number theory|organic chemistry|thermodynamics|optics|macroeconomics|ethics|music theory",
    "place": "Lisbon|Osaka|Nairobi|Toronto|Recife|Leipzig|Lyon|Busan|Auckland|Kraków|Oaxaca|Hanoi|Tampere|Izmir|Pune"
    "|Cork|Bergen|Valparaíso|Daegu|Porto|Accra|Kazan|Riga|Cebu|Bilbao|Antwerp|Fukuoka|Medellín|Galway|Tainan|Split",
    "person": "Amara|Bjorn|Chiara|Dmitri|Elif|Farid|Grace|Hiro|Ines|Jonas|Kavya|Liam|Mei|Nadia|Omar|Petra|Quentin"
    "|Rosa|Samir|Tess|Uma|Viktor|Wanda|Xavier|Yara|Zeno|Aiko|Bruno|Carmen|Deniz|Esther|Femi|Greta|Hassan|Ivana",
    "reason": "because the deadline is close|since the old one broke|so that we can publish it|before the next audit"
    "|as the numbers do not add up|for a workshop on {when}|because nobody understands it|as my editor asked for it"
    "|to save some money|for my daughter's homework|after the last update|in case the supplier fails",
    "constraint": "in under {n3} words|as a table with {n1} columns|as a numbered list|without jargon|in a friendly tone"
    "|with {n1} examples|and cite the assumptions|as JSON|in two paragraphs|with a short summary on top|step by step"
    "|in plain British English|and keep the original order|as bullet points|with pros and cons|for a slide",
    "unit": "function|class|script|query|decorator|generator|test|module|command-line tool|regular expression|middleware"
    "|hook|component|stored procedure|macro|struct|trait|handler|worker|migration|serializer|context manager",
    "code_lang": "Python|TypeScript|Rust|Go|Java|C#|Kotlin|Swift|SQL|Bash|Ruby|PHP|C++|Scala|R|Julia|Elixir|Haskell"
    "|Lua|Dart|Perl|PowerShell|MATLAB|Clojure",
    "lib": "pandas|numpy|FastAPI|Django|React|Vue|Spring|tokio|serde|Flask|SQLAlchemy|Postgres|Redis|Kafka|Terraform"
    "|Kubernetes|Docker|pytest|Next.js|Svelte|Rails|Laravel|.NET|OpenCV|PyTorch|scikit-learn|ffmpeg|nginx|SQLite|Spark",
    "action": "retries failed requests|parses dates|deduplicates rows|streams a large file|validates an address|merges"
    " two sorted lists|computes a rolling median|walks a directory tree|rate-limits calls|rotates log files|converts"
    " currencies|draws a histogram|normalises names|encrypts a field|caches results for {n2} minutes|diffs two trees"
    "|schedules jobs|renders a template|uploads in parts of {n2} MB|finds the shortest path|detects cycles|samples {n3}"
    " rows|paginates results|watches a folder|reads a serial port|escapes HTML|matches brackets|compresses images",
    "failure": "it returns an empty list|it hangs after {n2} seconds|I get a segmentation fault|the types do not match"
    "|memory grows without end|the test passes only locally|it is off by one|the order changes between runs|it raises"
    " KeyError: '{rare}'|CI fails with exit code {n2}|the page flickers|the join doubles the rows|it deadlocks"
    "|accents are broken|the time zone is wrong|it needs {n3} MB for nothing",
    "greeting": "||||Hi, |Hello! |hey |Good morning, |Quick question: |OK so |Thanks for earlier. |Sorry, one more: |Hm. ",
    "closer": "||||| Thanks!| Thank you.| Any ideas?| Be brief.| What would you do?| cheers| Please explain why.| Keep it"
    " short.| No need for code.| I'm new to this.| Is that normal?",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "measure": "euros|pounds|units|litres|kilometres|hours|rows|tickets|visitors|kWh|pages|patients|orders|seats|tonnes",
    "trend": "rose|fell|stalled|doubled|recovered|slipped|peaked|levelled off|halved|exceeded the plan|missed the target",
    "role": "analyst|engineer|tutor|editor|planner|assistant|reviewer|translator|chemist|paralegal|coach|dispatcher"
    "|architect|researcher|statistician|copywriter|economist|librarian|auditor|strategist|mathematician|teacher",
    "quality": "careful|patient|rigorous|concise|friendly|exact|sceptical|experienced|thorough|pragmatic|meticulous",
    "virtue": "accuracy|clarity|completeness|honesty|reproducibility|economy|depth|fairness|consistency|tact|rigour",
    "tag": "reasoning|think|trace|scratch|analysis|work|steps|derivation|inner|notes|process|rationale|path|mind|cot",
    "tail_word": "answer|result|final|solution|response|output|conclusion|verdict|outcome|reply",
    "sep": "###|---|***|===|>>>|:::|~~~|[[]]|<|>||//|##|%%|@@",
    "label": "Task|Problem|Question|Input|Case|Query|Item|Request|Prompt|Exercise|Instance|Ticket|Entry|Sample|Unit",
}  # fmt: skip

GRAMMARS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        **{name: choices.split("|") for name, choices in _LISTS.items() if "{" in choices},
        "when": ("{weekday}", "{n1} {month}", "the {n2}th", "{month} {year}", "next {weekday}"),
        "thing": (
            "the {adjective} {noun}",
            "our {noun} for {month}",
            "a {adjective} {noun} in {place}",
            "{person}'s {noun}",
            "the {noun} and the {adjective} {noun}",
            "a {noun} from {year}",
            "{n2} {adjective} {noun} entries",
            "the {rare} {noun}",
        ),
        "fact": (
            "{person} said that {thing} {trend} by {n2} percent in {month}. ",
            "In {place}, {thing} costs about {n4} {measure}, not counting {thing}. ",
            "We counted {n4} {measure} on {weekday} and {n3} on {when}. ",
            "The {domain} team wants {thing} before {when}, {reason1}. ",
            "According to {person}, {rare} and {rare} belong to {thing}. ",
            "Between {month} and {month} the {noun} {trend}, while {thing} {trend}. ",
            "It was agreed with {person} that nobody touches {thing}. ",
            "There are {n2} open points, most about {rare} {noun} and {adjective} {noun}. ",
            "{person} from {place} disagrees: {thing} never {trend}. ",
            "Section {n1}.{n1} covers {rare}, {rare} and the {adjective} {rare} rule. ",
            "Note {n3}: {thing} was moved to {place} on {when}. ",
            "If {thing} fails, call {person} (ext. {n4}). ",
        ),
        "paragraph": (
            "{fact}{fact}{fact}",
            "{fact}{fact}{fact}{fact}{fact}",
            "{fact}{fact}{fact}{fact}{fact}{fact}{fact}",
        ),
        "document": (
            "{paragraph}\n\n{paragraph}",
            "{paragraph}\n\n{paragraph}\n\n{paragraph}",
            "{fact}\n- {thing}\n- {thing}\n- {thing}\n\n{paragraph}",
            "Subject: {adjective} {noun}\nFrom: {person}\nDate: {when}\n\n{paragraph}\n\n{person}",
        ),
        "chat": (
            "{greeting}{verb} {thing} for {audience} {constraint}.{closer}",
            "{greeting}how do I {verb} {thing} {reason}?{closer}",
            "{greeting}what is the difference between {thing} and {thing} in {domain}?{closer}",
            "{greeting}can you {verb} {thing} {constraint}? It is about {domain} in {place}.{closer}",
            "{greeting}{fact}What should I tell {audience}?{closer}",
            "{greeting}my {noun} {trend} since {when}, {fact}{closer}",
            "{greeting}give me {n2} ideas for {thing} {reason}.{closer}",
            "{greeting}is it true that {thing} {trend} in {year}? {fact}{closer}",
            "{verb} {thing}",
            "{rare} {rare} {noun} meaning",
            "{greeting}I have {n3} {measure} and {thing}. {fact}Please {verb} it {constraint}.{closer}",
            "{greeting}write {thing} to {person} in {place}, {constraint}. Mention that {fact}{closer}",
            "{n4} * {n3} + {n2}?",
            "{greeting}in {domain}, why would anyone {verb} {thing}?{closer}",
        ),
        "paste": (
            "{verb} this {constraint}:\n\n{document}",
            "{document}\n\nPlease {verb} the text above for {audience}.{closer}",
            "{greeting}here are my notes from {when}. {verb} them {constraint}.\n\n{document}",
            "Context:\n{paragraph}\nQuestion: what happened to {thing}?",
            "{paragraph}\n\ntl;dr?",
        ),
        "line": (
            "    {ident} = {ident}({ident}, {n3})\n",
            "    if {ident} > {n3}:\n        return {ident}[{n1}]\n",
            "    for {ident} in {ident}:\n        {ident}.append({ident} * {n2})\n",
            "    # {thing}\n",
            "    raise ValueError('{rare} {noun} {n3}')\n",
            "    {ident}.{rare}({kw}={n4}, {ident}='{rare}')\n",
            "    while not {ident}.{rare}():\n        {ident} += {n1}\n",
            "    SELECT {ident}, count(*) FROM {ident} WHERE {ident} = '{rare}' GROUP BY {n1}\n",
        ),
        "snippet": (
            "def {ident}({ident}, {ident}={n2}):\n{line}{line}{line}    return {ident}\n",
            "class {ident}:\n    {ident}: int = {n3}\n{line}{line}{line}{line}{line}",
            "const {ident} = async ({ident}) => {\n{line}{line}}\n",
            "fn {ident}({ident}: &str) -> usize {\n{line}{line}{line}}\n",
            "{line}{line}{line}{line}{line}{line}{line}",
        ),
        "code": (
            "Write a {code_lang} {unit} that {action}, using {lib}. {closer}",
            "{greeting}my {code_lang} {unit} should be one that {action}, but {failure}:\n```\n{snippet}```{closer}",
            "Refactor so that it {action}:\n\n{snippet}\n{snippet}",
            "{failure} with {lib} {n1}.{n2}, what now?\n{snippet}",
            "Add tests for `{ident}`; it {action} and {action}.\n```{code_lang}\n{snippet}{snippet}```",
            "Port this from {code_lang} to {code_lang}:\n{snippet}",
            "{greeting}which is better for a {adjective} {noun} service, {lib} or {lib}? It {action}.{closer}",
            "Traceback in {ident}.py line {n3}: {failure}. The {unit} {action}.\n{snippet}",
            "Review this diff for the {adjective} {noun} {unit}:\n-{line}+{line}{line}",
        ),
        "task": (
            "A {adjective} {noun} holds {n3} {measure}; every {weekday} {n2} leave and {n1} return. When is it empty?",
            "Let {ident} be a {adjective} {noun} with {n2} {measure}. Show that {thing} {trend} when {n3} is exceeded.",
            "Implement a {code_lang} {unit} that {action} and {action}, in less than {n2} lines, with {lib}.",
            "Given {n4} {measure} of {rare} and {n3} of {rare}, plan {thing} under {n2} {measure} a day.",
            "Explain from {domain} why {thing} {trend} although {thing} {trend}. {fact}",
            "You have tools {ident}, {ident} and {ident}. {verb} {thing} {constraint}. {fact}",
            "Fix the repository: {failure} when the {unit} {action}. File {ident}.py:\n{snippet}",
            "Compare {thing} with {thing} under the rules of {domain}: {fact}{fact}",
            "Find the error in this argument about {domain}: {fact}{fact}Therefore {thing} {trend}.",
            "Design an experiment in {domain} on {thing} with {n3} {measure}; {fact}",
            "{paragraph}\nWhich of {person}, {person} and {person} is right about {thing}?",
            "Analyse: {ident},{ident},{rare}\n{n4},{n3},{n2}\n{n4},{n3},{n2}\n{n3},{n3},{n1}\nWhat explains {ident}?",
        ),
        "reply": (
            "{fact}{fact}",
            "Here is how to {verb} {thing}. {fact}{fact}{fact}",
            "{snippet}",
            "Yes: {fact}{fact}",
            "1. {verb} {thing}\n2. {verb} {thing}\n3. {verb} {thing}\n{fact}",
        ),
    }
)
"""Patterns by rule; the first sentence of a public text and of a private one come from the same mould."""


@cache
def words() -> Mapping[str, Sequence[str]]:
    """Return every English inventory, with numbers, identifiers and rare words made from the standard library."""
    text = " ".join(pydoc_data.topics.topics.values())
    rare = sorted(set(re.findall(r"\b[a-z]{5,11}\b", text)) - set(keyword.kwlist))
    verbs = "get|set|load|make|find|parse|read|sum|merge|check|build|emit|fold|scan|split|flush|wrap|plan".split("|")
    lists = {name: choices.split("|") for name, choices in _LISTS.items() if "{" not in choices}
    numbers = {f"n{digits}": [str(i) for i in range(1, 10**digits)] for digits in (1, 2, 3, 4)}
    return MappingProxyType(
        {
            **lists,
            **numbers,
            "rare": rare,
            "ident": [f"{verb}_{word}" for verb, word in product(verbs, rare[::3])],
            "kw": keyword.kwlist,
            "year": [str(year) for year in range(1890, 2027)],
            "reason1": ["as agreed", "by contract", "for safety", "if possible", "to be sure", "as always"],
        }
    )
