"""Hidden networks that harvest, modelled on campaigns that providers have made public."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from extractscan.simulate.harvest import composed, deck, operator, wordings
from extractscan.simulate.keys import key_of
from extractscan.simulate.plot import Batch, Plot
from extractscan.simulate.rhythm import times
from extractscan.simulate.traffic import emit


def work_queue(plot: Plot) -> Iterator[Batch]:
    """Deal one work list over many accounts with an even load and one to three wordings."""
    crowd = operator(plot)
    who, when = times(plot.scene, plot.rng, crowd)
    keys = deck(plot.rng, when, key_of("deck", plot.name, plot.scene.seed) >> 1)
    yield from emit(plot, crowd, who, when, composed(wordings(plot, plot.count(1, 3))), keys)


def low_and_slow(plot: Plot) -> Iterator[Batch]:
    """Send about two requests an account and day, with one injected sentence."""
    crowd = operator(plot)
    daily = plot.rng.uniform(1, 4)
    crowd = crowd.change(
        load=np.maximum(1, plot.rng.poisson(daily * plot.scene.days * plot.rng.uniform(0.2, 1), plot.size))
    )
    who, when = times(plot.scene, plot.rng, crowd)
    keys = deck(plot.rng, when, key_of("deck", plot.name, plot.scene.seed) >> 1)
    yield from emit(plot, crowd, who, when, composed(wordings(plot, 1), languages=plot.count(1, 4)), keys)
