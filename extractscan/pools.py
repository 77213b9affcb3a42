"""Tells a list that everybody runs from a pool from which each draws a few."""

from __future__ import annotations

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.harvest import ITEMS_PART, MEMBERS_PART, PROMPT_KEY, SHARED_ITEM, many


def listed(stream: pl.DataFrame) -> tuple[int, float]:
    """Tell how long the list of items is that many members sent, and which part of it the median member did.

    By whole prompts where most shared items are, else by the wording that they share.

    Args:
        stream: Events of one group's stream, as from `harvest.classify`.

    Returns:
        0 and 1.0 where there is no such list.
    """
    shared = stream.filter(SHARED_ITEM)
    members = stream[schema.ACCOUNT].n_unique()
    sent = shared.filter(pl.col(PROMPT_KEY).is_not_null()).select(schema.ACCOUNT, PROMPT_KEY)
    whole = sent.filter(pl.col(schema.ACCOUNT).n_unique().over(PROMPT_KEY) >= many(members))
    if len(whole) * 2 >= len(shared) > 0:
        items, each = whole[PROMPT_KEY].n_unique(), whole.unique()[schema.ACCOUNT].value_counts()["count"].to_numpy()
        return items, float(np.median(np.concatenate([each, np.zeros(members - len(each))]))) / items
    parts = shared.filter(pl.col(ITEMS_PART) > 0)[ITEMS_PART].to_numpy()
    if not len(parts):
        return 0, 1.0
    held = stream.group_by(schema.ACCOUNT).agg(pl.col(MEMBERS_PART).first())[MEMBERS_PART].to_numpy()
    return round(1.0 / float(np.median(parts))), float(np.median(held))
