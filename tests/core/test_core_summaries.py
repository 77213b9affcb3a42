"""Summaries: any split and order of the logs, merged in any grouping, is one run over everything."""

from __future__ import annotations

import random
import shutil
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from core_events import EVENTS, RULES, SIGNALS, assert_same, some_events
from core_runs import analyze, essence, groups
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan import keeping, reduce, rules, sampling, schema, settling, shingles, summaries, survey
from extractscan.errors import InputError, UsageError

QUICK = settings(max_examples=15, deadline=None, derandomize=True)


def seen(frame: pl.DataFrame, cut: int = 60, most: int = sampling.NO_CAP) -> survey.Survey:
    taken = survey.Survey(SIGNALS, sampler=sampling.Sampler(most=most))
    for batch in frame.iter_slices(cut):
        sample = taken.add(batch)
        taken.read(sample, *shingles.marks(sample.events[schema.PROMPT]))
        masks = reduce.event_intent(sample.events, lambda texts: rules.match(texts, RULES)).to_numpy()
        taken.asked(sample.who[masks > 0], sample.levels[masks > 0], masks[masks > 0])
    return taken


def part(frame: pl.DataFrame, most: int = sampling.NO_CAP) -> settling.Part:
    return settling.Part(*seen(frame, most=most).parts(), most)


def whole(one: settling.Part) -> dict[str, pl.DataFrame]:
    return {**one.tables, "content": pl.concat(one.ranges)}


@pytest.mark.parametrize(("all_texts", "spread"), [(10**6, 1), (60, 10_000), (60, 1)])
@settings(QUICK, max_examples=8)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 150), max_size=4), st.randoms(use_true_random=False))
def test_parts_in_any_order_and_grouping_are_the_whole(
    all_texts: int, spread: int, seed: int, cuts: list[int], draw: random.Random
) -> None:
    """The same tables and the same summary, whether all texts are read or a sample, of which wording is repeated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "ALL_TEXTS", all_texts)
        patch.setattr(sampling, "SPREAD", spread)
        patch.setattr(sampling, "ALONE", spread)
        frame = some_events(150, seed)
        order = list(range(150))
        draw.shuffle(order)
        pieces = [frame[order][a:b] for a, b in pairwise(sorted({0, *cuts, 150}))]
        draw.shuffle(pieces)
        half = len(pieces) // 2
        pairs = [settling.combined([part(one) for one in some]) for some in (pieces[:half], pieces[half:]) if some]
        merged, once = whole(settling.combined(pairs)), whole(settling.combined([part(frame)]))
        for name, table in once.items():
            assert merged[name].equals(table), name
        assert_same(settling.settled([part(one) for one in pieces], 2), seen(frame).summary(2))


@settings(QUICK, max_examples=4)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 150), max_size=4))
def test_parts_of_which_only_a_sample_was_kept_are_a_sample_of_the_whole(seed: int, cuts: list[int]) -> None:
    """The same as one pass with that sample; and of a whole that is sampled as much anyway, the same as without it."""
    frame = some_events(150, seed)
    pieces = [frame[a:b] for a, b in pairwise(sorted({0, *cuts, 150}))]
    few = [part(one, 2) for one in pieces]
    assert_same(settling.settled([few[0], *map(part, pieces[1:])], 1), seen(frame, most=2).summary(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "ALL_TEXTS", 1)
        patch.setattr(sampling, "LEAST_TEXTS", 2)
        assert_same(settling.settled([part(one, 2) for one in pieces], 1), seen(frame).summary(1))
        assert_same(settling.settled([part(one, 2) for one in pieces], 1), settling.settled([*map(part, pieces)], 1))


def test_a_summary_says_of_how_many_prompts_it_keeps_the_wording(world: Path, tmp_path: Path) -> None:
    """It is smaller, whatever it is merged into keeps no more, and logs beside it are read alike."""
    full, few = folders(tmp_path, world, 2, sample=None), folders(tmp_path / "few", world, 2, sample=8)
    kept = [sum(len(pl.read_parquet(each / "content.parquet")) for each in some) for some in (full, few)]
    assert kept[1] < 0.8 * kept[0]
    assert summaries.open_summary(str(full[0])).manifest.sample is None
    for name, inputs in (("a", [few[0], full[1]]), ("b", [few[0], tmp_path / "day1.parquet"]), ("c", few)):
        (tmp_path / name).mkdir()
        assert keeping.keep([*map(str, inputs)], tmp_path / name).sample == 8
    assert tables(tmp_path / "a") == tables(tmp_path / "b") == tables(tmp_path / "c")
    accounts = world / "accounts.parquet"
    expected = essence(analyze(few, accounts))
    assert essence(analyze([few[0], tmp_path / "day1.parquet"], accounts)) == expected
    assert essence(analyze([tmp_path / "c"], accounts)) == expected


def folders(tmp_path: Path, world: Path, days: int = 3, **options: Any) -> list[Path]:
    """Cut the world's log by days and reduce each."""
    tmp_path.mkdir(exist_ok=True)
    log = pl.read_parquet(world / "logs.parquet")
    number = (log["timestamp"].dt.ordinal_day() - log["timestamp"].dt.ordinal_day().min()) * days // 10
    made = []
    for day in range(days):
        path = tmp_path / f"day{day}.parquet"
        log.filter(number.clip(0, days - 1) == day).write_parquet(path)
        made.append(tmp_path / f"summary{day}")
        made[-1].mkdir()
        keeping.keep([str(path)], made[-1], **options)
    return made


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".parquet"}


def test_summaries_of_days_are_analyzed_as_one_log(world: Path, tmp_path: Path) -> None:
    """The same report but for its inputs, as long as the logs lie where they did; merged summaries are no different."""
    made = folders(tmp_path, world)
    accounts = world / "accounts.parquet"
    expected = essence(analyze([tmp_path / f"day{n}.parquet" for n in range(3)], accounts))
    assert essence(analyze(made, accounts)) == expected
    assert essence(analyze([made[2], tmp_path / "day0.parquet", made[1]], accounts)) == expected
    both, all_ = tmp_path / "both", tmp_path / "all"
    both.mkdir()
    all_.mkdir()
    keeping.keep([str(made[1]), str(made[0])], both)
    keeping.keep([str(both), str(tmp_path / "day2.parquet")], all_, accounts=str(accounts))
    once = tmp_path / "once"
    once.mkdir()
    keeping.keep([str(world / "logs.parquet")], once, accounts=str(accounts))
    assert tables(all_) == tables(once)
    assert essence(analyze([all_])) == expected
    report = analyze([all_])
    assert [each.role for each in report.inputs] == ["log", "log", "log", "summary"]


def test_without_the_logs_networks_stand_and_no_harvest_is_told(world: Path, tmp_path: Path) -> None:
    """The same groups, as coordinated at most, with the reason; their events are counted from the summary."""
    made = folders(tmp_path, world)
    accounts = world / "accounts.parquet"
    before = analyze(made, accounts)
    (tmp_path / "day1.parquet").write_bytes(b"something else")
    after = analyze(made, accounts)
    assert sorted(map(len, groups(before).values())) == sorted(map(len, groups(after).values()))
    assert {n.verdict for n in after.networks} == {"coordinated"}
    assert sorted(n.events for n in after.networks) == sorted(n.events for n in before.networks)
    assert sorted(n.tokens for n in after.networks) == sorted(n.tokens for n in before.networks)
    assert any("logs behind the summaries are not here" in line for line in after.limits)
    assert all(any("could not be judged" in note for note in n.notes) for n in after.networks)
    assert not any(item.rows for n in after.networks for item in n.evidence)
    assert [each.role for each in after.inputs] == ["summary"] * 3 + ["accounts"]


def test_no_prompt_stands_in_a_summary(world: Path, tmp_path: Path) -> None:
    """Nor, under a key, any name of an account, an address, a card or a mailbox."""
    key = b"0123456789abcdef0123456789abcdef"
    made = folders(tmp_path, world, 1, key=key, accounts=str(world / "accounts.parquet"))
    log = pl.read_parquet(world / "logs.parquet")
    side = pl.read_parquet(world / "accounts.parquet")
    text = b"".join(
        pl.read_parquet(path).write_ndjson().encode() for path in made[0].iterdir() if path.suffix == ".parquet"
    )
    sought = [*log["prompt"].drop_nulls().head(200), *log["account_id"].unique(), *log["client_ip"].unique()]
    sought += [*side["payment_fingerprint"].drop_nulls(), *side["email"].drop_nulls(), *log["user_agent"].unique()]
    assert not [value for value in sought if value.encode() in text]
    plain = analyze([world / "logs.parquet"], world / "accounts.parquet")
    hidden = analyze(made)
    assert hidden.networks
    largest = max(len(n.accounts) for n in plain.networks)
    assert max(len(n.accounts) for n in hidden.networks) >= 0.9 * largest
    assert all(member.account_id.startswith("account_") for n in hidden.networks for member in n.accounts)


def test_a_log_counts_once(world: Path, tmp_path: Path) -> None:
    """Neither in two summaries nor in one and beside it."""
    (made,) = folders(tmp_path, world, 1)
    for other in (tmp_path / "day0.parquet", tmp_path / "copy"):
        if other.name == "copy":
            shutil.copytree(made, other)
        with pytest.raises(UsageError, match="would count twice"):
            analyze([made, other])


def test_summaries_that_do_not_fit_are_refused(world: Path, tmp_path: Path) -> None:
    """Of other rules, other keys, another version, or not as they were written."""
    (made,) = folders(tmp_path, world, 1)
    log = tmp_path / "day0.parquet"
    keyed = tmp_path / "keyed"
    keyed.mkdir()
    keeping.keep([str(log)], keyed, key=b"k" * 32)
    rule = tmp_path / "mine.toml"
    shipped = Path(rules.__file__).with_name("jailbreak_search.toml").read_text(encoding="utf-8")
    rule.write_text(shipped.replace('id = "', 'id = "own_'), encoding="utf-8")
    with pytest.raises(UsageError, match="other intent rules"):
        analyze([made], rule_files=[str(rule)])
    with pytest.raises(UsageError, match="under another key"):
        analyze([keyed, log])
    with pytest.raises(UsageError, match="has no key"):
        analyze([keyed, made])
    with pytest.raises(UsageError, match="--accounts with summaries under a key"):
        keeping.keep([str(keyed)], made, accounts=str(world / "accounts.parquet"))
    for option in ({"last": __import__("datetime").timedelta(days=1)},):
        with pytest.raises(UsageError, match="--last with a summary"):
            analyze([made], **option)
    manifest = made / summaries.MANIFEST
    content = manifest.read_bytes()
    manifest.write_bytes(content.replace(b'"version": 1', b'"version": 9'))
    with pytest.raises(InputError, match="a summary of version 9"):
        analyze([made])
    manifest.write_bytes(b"{}")
    with pytest.raises(InputError, match="no summary that can be read"):
        analyze([made])
    manifest.write_bytes(content)
    (made / "texts.parquet").unlink()
    with pytest.raises(InputError, match=r"texts\.parquet is not what was written"):
        analyze([made])


def test_merging_keyed_summaries_keeps_their_key(world: Path, tmp_path: Path) -> None:
    """Pseudonyms stay pseudonyms."""
    made = folders(tmp_path, world, 2, key=b"k" * 32)
    target = tmp_path / "both"
    target.mkdir()
    written = keeping.keep([str(each) for each in made], target)
    assert written.key == summaries.key_id(b"k" * 32)
    assert msgspec.json.decode((target / summaries.MANIFEST).read_bytes(), type=summaries.Manifest) == written
    assert written.events == len(pl.read_parquet(world / "logs.parquet"))


def test_a_summary_of_no_texts_merges(tmp_path: Path) -> None:
    """A log without prompts has no content, and is merged all the same."""
    bare = EVENTS.select("timestamp", "account_id", "client_ip")
    for name, frame in (("a", bare), ("b", EVENTS)):
        frame.write_parquet(tmp_path / f"{name}.parquet")
        (tmp_path / name).mkdir()
        keeping.keep([str(tmp_path / f"{name}.parquet")], tmp_path / name)
    read = settling.settled([summaries.open_summary(str(tmp_path / name)).part() for name in "ab"], 1)
    assert int(read.totals["events"].sum()) == 2 * len(EVENTS)
    assert all(len(getattr(read, field.name)) for field in fields(reduce.Summary))
