"""Customers with many accounts or a harvest's look who hide nothing: firms, researchers, resellers, victims."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from extractscan.simulate import clients
from extractscan.simulate.crowd import CHAT, FIRM, JUDGE, PERSON, STEADY, loads, people
from extractscan.simulate.hiding import cards, even_loads, reseller
from extractscan.simulate.keys import hex_ids, key_of, mix
from extractscan.simulate.neighbours import behind, old_customers, one_firm
from extractscan.simulate.ordinary import blend, usual
from extractscan.simulate.plot import Batch, Compose, Crowd, Plot
from extractscan.simulate.rhythm import times, within
from extractscan.simulate.traffic import emit
from extractscan.simulate.vocabulary import LANGUAGES
from extractscan.simulate.wordings import deck, innocent, wordings


def _work(plot: Plot, crowd: Crowd, compose: Compose) -> Iterator[Batch]:
    who, when = times(plot.scene, plot.rng, crowd)
    yield from emit(plot, crowd, who, when, compose)


def _listed(plot: Plot, crowd: Crowd, compose: Compose) -> Iterator[Batch]:
    who, when = times(plot.scene, plot.rng, crowd)
    keys = deck(plot.rng, when, key_of("list", plot.name, plot.first, plot.scene.seed) >> 1)
    yield from emit(plot, crowd, who, when, compose, keys)


def _firm_texts(plot: Plot, crowd: Crowd) -> Compose:
    """Mix what employees write themselves with the firm's own templates."""
    share = plot.rng.uniform(0.2, 1.0)
    total = int(crowd.habits["load"].sum())
    shared = innocent(wordings(plot, plot.count(1, 6), intent="plain"))
    return blend(usual(plot, crowd), shared, plot.rng.random(total) < share)


def company(plot: Plot) -> Iterator[Batch]:
    """Let one verified organization hold many accounts, with one card, one office and its own templates."""
    crowd = one_firm(plot, people(plot), declared=True)
    crowd = crowd.change(mode=np.where(plot.rng.random(plot.size) < 0.5, FIRM, CHAT))
    yield from _work(plot, crowd, _firm_texts(plot, crowd))


def undeclared_company(plot: Plot) -> Iterator[Batch]:
    """Let a company without a declared organization show only in its mail domain, its card and its age."""
    crowd = old_customers(plot, one_firm(plot, people(plot), declared=False))
    yield from _work(plot, crowd, _firm_texts(plot, crowd))


def licensed_distillation(plot: Plot) -> Iterator[Batch]:
    """Let a verified organization distil with permission: a harvest in everything but concealment."""
    crowd = one_firm(plot, people(plot), declared=True)
    crowd = crowd.change(load=even_loads(plot), rhythm=STEADY, client=int(crowd.habits["client"][0]), users=0)
    yield from _listed(plot, crowd, innocent(wordings(plot, plot.count(1, 8))))


def permitted_researcher(plot: Plot) -> Iterator[Batch]:
    """Let one person on a research plan ask for reasoning traces."""
    crowd = people(plot).change(plan="research", load=even_loads(plot, 50, 800), users=0)
    yield from _listed(
        plot, crowd, innocent(wordings(plot, plot.count(1, 5), intent=str(plot.rng.choice(["trace", "rubric"]))))
    )


def app_backend(plot: Plot) -> Iterator[Batch]:
    """Let an application serve many end users through a few accounts with one template by design."""
    rng = plot.rng
    crowd = one_firm(plot, people(plot), declared=plot.coin(0.8))
    crowd = crowd.change(
        users=rng.integers(30, 3000, plot.size),
        load=loads(rng, plot.size, min(plot.between(100, 3000), plot.budget / plot.size), 0.6),
        hour=float(rng.uniform(10, 20)),
        spread=4.0,
        rhythm=PERSON,
        client=int(crowd.habits["client"][0]),
        mode=CHAT,
    )
    compose = innocent(wordings(plot, plot.count(1, 4), intent="plain"), languages=plot.count(1, 10))
    yield from _work(plot, crowd, compose)


def plain_reseller(plot: Plot) -> Iterator[Batch]:
    """Carry other people's requests through accounts of a reseller, with no harvest among them."""
    crowd = reseller(plot)
    yield from _work(plot, crowd, usual(plot, crowd))


def annotation_vendor(plot: Plot) -> Iterator[Batch]:
    """Let a vendor's translators and annotators work off one list by one guideline, in hours of people."""
    rng, size = plot.rng, plot.size
    crowd = one_firm(plot, people(plot), declared=plot.coin()).change(rhythm=PERSON, hosted=False, weekend=0.1)
    home = plot.coin()
    crowd = crowd.change(pool_share=rng.uniform(0, 0.2, size) if home else rng.uniform(0.7, 1, size), mode=JUDGE)
    variants = wordings(plot, plot.count(1, 5), intent=str(rng.choice(["rubric", "plain", "analyst"])))
    yield from _listed(plot, crowd, innocent(variants, languages=plot.count(1, 6)))


def stolen_keys(plot: Plot) -> Iterator[Batch]:
    """Let a thief use old paying accounts' keys, from a second client and address, beside the owners' own rhythm."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    crowd = old_customers(plot, people(plot)).change(second=0.0, load=loads(rng, size, 60.0, 0.8))
    who, when = times(scene, rng, crowd)
    theft = rng.uniform(0.1, 0.8, size) * scene.span
    extra = loads(rng, size, float(plot.between(15, 200)), 0.7)
    thief = np.repeat(np.arange(size), extra)
    later = theft[thief] + rng.random(len(thief)) * (scene.span - theft[thief])
    client = int(rng.choice(len(clients.table()), p=clients.weights(("api",))))
    stolen = behind(plot, crowd, plot.count(1, 30), 1.0, hosted=True, seen=0)
    abused = stolen.change(client=client, mode=CHAT, rhythm=STEADY, language=rng.integers(0, len(LANGUAGES), size))
    yield from emit(plot, crowd, who, when, usual(plot, crowd))
    used = within(rng, crowd, thief, later.astype(np.int64))
    own = mix(np.arange(len(thief), dtype=np.uint64), key_of("thief", plot.name, plot.first, scene.seed) >> 1)
    for batch in emit(plot, abused, thief, used, usual(plot, abused), own, salt="thief"):
        yield Batch(batch.events, batch.accounts.clear())


def startup_credits(plot: Plot) -> Iterator[Batch]:
    """Let unrelated young firms sign up with one accelerator's code and credits, within weeks."""
    crowd = people(plot)
    keys = crowd.habit("key")
    crowd = crowd.change(
        referral_code=f"LAUNCH{plot.rng.integers(10, 999)}",
        payment_fingerprint=None,
        mode=FIRM,
        organization_id=hex_ids("org_", mix(keys, 69)),
        organization_verified=plot.rng.random(plot.size) < 0.5,
    )
    yield from _work(plot, crowd, usual(plot, crowd))


def gift_cards(plot: Plot) -> Iterator[Batch]:
    """Let strangers pay with prepaid cards whose fingerprints are those of their batch."""
    crowd = cards(plot, people(plot), plot.count(2, 12))
    yield from _work(plot, crowd, usual(plot, crowd))
