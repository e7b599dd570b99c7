"""Runs simulated days, several at once: each on a database of its own, the same plan to the same end."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from backoffice.dispatch import ranking
from storage.engine import Database
from tests.chaos import rig
from tests.simulation.day import Day, Lived, Plan


def run(plan: Plan) -> Lived:
    return asyncio.run(_lived(plan))


async def _lived(plan: Plan) -> Lived:
    with _folder() as folder:
        database = await Database.open(await rig.fresh_file(folder, "day"))
        try:
            return await Day(plan, database).live()
        finally:
            await database.close()


@contextmanager
def _folder() -> Iterator[Path]:
    """In memory where there is such a place: durability is not what is tried here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def pairs(
    small: Plan, weights: ranking.Weights, seeds: Sequence[int], processes: int
) -> list[tuple[Lived, Lived]]:
    plans = [
        replace(small, seed=seed, policy=policy)
        for seed in seeds
        for policy in (weights, ranking.NEAREST_FIRST)
    ]
    if processes < 2:
        days = [run(plan) for plan in plans]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            days = list(pool.map(run, plans))
    return list(zip(days[::2], days[1::2], strict=True))
