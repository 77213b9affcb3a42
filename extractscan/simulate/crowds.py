"""Unrelated people whom an occasion makes look alike: a benchmark, an agent, a timer, a meme, a release, an outage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.simulate import clients
from extractscan.simulate.crowd import AGENT, CHAT, CRON, PERSON, people
from extractscan.simulate.hiding import even_loads
from extractscan.simulate.keys import key_of, mix
from extractscan.simulate.neighbours import behind, townsfolk
from extractscan.simulate.ordinary import blend, usual
from extractscan.simulate.plot import HOUR, Batch, Plot, Stream, Text
from extractscan.simulate.rhythm import times, within
from extractscan.simulate.traffic import emit
from extractscan.simulate.wordings import innocent, wordings


def benchmark_harness(plot: Plot) -> Iterator[Batch]:
    """Let unrelated laboratories run one public benchmark, every one its items in order from the top."""
    rng, scene = plot.rng, plot.scene
    length = plot.count(20, 400)
    runs = rng.integers(1, 4, plot.size)
    crowd = people(plot).change(load=length * runs, client=_one_of(plot, "python-sdk"), users=0)
    who = np.repeat(np.arange(plot.size), length * runs)
    item = np.concatenate([np.tile(np.arange(length), run) for run in runs])
    begin = np.repeat((rng.random(int(runs.sum())) * 0.95 * scene.span).astype(np.int64), length)
    when = begin + item * int(plot.between(0.5, 30) * 1e6) + rng.integers(0, 500_000, len(item))
    keys = mix(item.astype(np.uint64), key_of("benchmark", plot.name, scene.seed) >> 1)
    compose = innocent(wordings(plot, 1, intent="plain" if plot.coin() else None))
    yield from emit(plot, crowd, who, within(rng, crowd, who, when), compose, keys)


def _one_of(plot: Plot, family: str) -> np.ndarray:
    versions = clients.of_family(family)
    return np.array(versions)[plot.rng.integers(0, len(versions), plot.size)]


def coding_agent(plot: Plot) -> Iterator[Batch]:
    """Let many developers use one public coding agent with its long system prompt."""
    crowd = people(plot).change(mode=AGENT, client=_one_of(plot, "agent"), rhythm=PERSON)
    who, when = times(plot.scene, plot.rng, crowd)
    yield from emit(plot, crowd, who, when, usual(plot, crowd))


def cron_on_the_hour(plot: Plot) -> Iterator[Batch]:
    """Let unrelated jobs start at full hours."""
    crowd = people(plot).change(rhythm=CRON, load=even_loads(plot, 5, 300))
    who, when = times(plot.scene, plot.rng, crowd)
    late = plot.rng.exponential(plot.between(1, 60) * 1e6, len(who)).astype(np.int64)
    when = within(plot.rng, crowd, who, when // HOUR * HOUR + late)
    yield from emit(plot, crowd, who, when, usual(plot, crowd))


def viral_prompt(plot: Plot) -> Iterator[Batch]:
    """Let people try a prompt that went round for a few days, beside their own traffic."""
    rng, scene = plot.rng, plot.scene
    crowd = people(plot).change(mode=CHAT)
    who, when = times(scene, rng, crowd)
    tried = rng.random(len(who)) < rng.uniform(0.05, 0.6)
    peak = rng.uniform(0, 0.8) * scene.span
    when[tried] = (peak + rng.gamma(1.5, plot.between(5, 40) * HOUR, int(tried.sum()))).astype(np.int64)
    compose = blend(usual(plot, crowd), innocent(wordings(plot, 1), languages=plot.count(1, 5)), tried)
    yield from emit(plot, crowd, who, within(rng, crowd, who, when), compose)


def release_rush(plot: Plot) -> Iterator[Batch]:
    """Let people try a new model in the hours after its release, many with the same few test questions."""
    rng, scene = plot.rng, plot.scene
    crowd = people(plot).change(adopts=rng.uniform(0.4, 1, plot.size), adopts_after=0)
    who, when = times(scene, rng, crowd)
    rushed = rng.random(len(who)) < rng.uniform(0.3, 0.8)
    when[rushed] = scene.release + rng.exponential(plot.between(3, 40) * HOUR, int(rushed.sum())).astype(np.int64)
    keys = mix(rng.integers(0, 1 << 62, len(who)).astype(np.uint64), 0)
    asked = rushed & (rng.random(len(who)) < 0.3)
    questions = rng.integers(0, plot.count(2, 30), int(asked.sum())).astype(np.uint64)
    keys[asked] = mix(questions, key_of("release", scene.seed) >> 1)
    yield from emit(plot, crowd, who, within(rng, crowd, who, when), usual(plot, crowd), keys)


def outage_storm(plot: Plot) -> Iterator[Batch]:
    """Let an outage fail everybody's calls for an hour or two, and clients send the same request again and again."""
    rng, scene = plot.rng, plot.scene
    crowd = people(plot)
    who, when = times(scene, rng, crowd)
    begin = int(rng.uniform(0.05, 0.9) * scene.span)
    hit = rng.random(len(who)) < rng.uniform(0.05, 0.3)
    when[hit] = begin + rng.integers(0, int(plot.between(0.3, 4) * HOUR), int(hit.sum()))
    tries = np.where(hit, rng.integers(1, 8, len(who)), 1)
    source = np.repeat(np.arange(len(who)), tries)
    step = np.arange(len(source)) - np.repeat(np.cumsum(tries) - tries, tries)
    waits = (2.0 ** np.minimum(step, 6) * 1e6).astype(np.int64)
    keys = mix(source.astype(np.uint64), key_of(plot.name, plot.first, scene.seed) >> 1)
    failing = (hit[source]) & (step < tries[source] - 1)
    inner = usual(plot, crowd)

    def compose(stream: Stream) -> Text:
        text = inner(stream)
        bad = pl.Series(failing[stream.number])
        frame = pl.DataFrame({"bad": bad})
        code = frame.select(pl.when("bad").then(529).otherwise(200)).to_series()
        error = frame.select(pl.when("bad").then(pl.lit("overloaded"))).to_series()
        silent = (
            pl.DataFrame({"bad": bad, "text": text.completion}).select(pl.when(~pl.col("bad")).then("text")).to_series()
        )
        return Text(text.prompt, silent, text.system, text.campaign, {schema.STATUS_CODE: code, schema.ERROR: error})

    moved = within(rng, crowd, who[source], when[source] + waits * (step > 0))
    yield from emit(plot, crowd, who[source], moved, compose, keys)


def generation_script(plot: Plot) -> Iterator[Batch]:
    """Let students on one campus, and some strangers, run a public script that makes exercises from random seeds."""
    rng = plot.rng
    crowd = townsfolk(plot)
    campus = rng.random(plot.size) < rng.uniform(0.6, 0.95)
    crowd = behind(plot, crowd, plot.count(1, 6), np.where(campus, rng.uniform(0.5, 1, plot.size), 0.0))
    crowd = crowd.change(client=_one_of(plot, "python-sdk"), hosted=False)
    who, when = times(plot.scene, rng, crowd)
    scripted = rng.random(len(who)) < rng.uniform(0.2, 0.95, plot.size)[who]
    keys = mix(rng.integers(0, 1 << 62, len(who)).astype(np.uint64), 0)
    seeds = rng.integers(0, plot.count(50, 5000), int(scripted.sum())).astype(np.uint64)
    keys[scripted] = mix(seeds, key_of("script", plot.name, plot.scene.seed) >> 1)
    compose = blend(usual(plot, crowd), innocent(wordings(plot, plot.count(1, 3))), scripted)
    yield from emit(plot, crowd, who, when, compose, keys)
