"""Which worker has which GPU: a row a place on it, held under the worker's lease.

Owns: that two workers that look at once take two GPUs. GPUs are known by their UUIDs, which no two in the world share,
so that workers in containers, or under two names of one machine, see each other.
Leaves to others: which GPUs there are (workers), the lease (leases).
"""

from collections.abc import Sequence
from itertools import count

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S, run_out
from tuner.database.patience import patient
from tuner.database.tables import GpuClaimRow


@patient
def claim(db: Database, worker_id: str, gpus: Sequence[str]) -> tuple[str, int]:
    """Take a place on the GPU that has the fewest workers, of equals the first; gives it and the place, from 0.

    What the worker held before is free. It holds this one as long as it gives signs of life, or for a lease.
    """
    while True:
        with db.session() as session, session.begin():
            session.execute(sa.delete(GpuClaimRow).where(GpuClaimRow.worker_id == worker_id))
            held = session.execute(
                sa.select(GpuClaimRow.gpu, GpuClaimRow.place).where(
                    GpuClaimRow.gpu.in_(gpus), ~run_out(GpuClaimRow.lease_until)
                )
            ).all()
        taken = {name: {row.place for row in held if row.gpu == name} for name in gpus}
        gpu = min(gpus, key=lambda name: len(taken[name]))
        place = next(each for each in count() if each not in taken[gpu])
        if _take(db, worker_id, gpu, place):
            return gpu, place


@patient
def claims_of_others(db: Database, worker_id: str, gpus: Sequence[str]) -> dict[tuple[str, int], float]:
    """Until when other workers hold which places, by the database's clock; each of their signs of life changes it."""
    with db.reading() as session:
        rows = session.scalars(
            sa.select(GpuClaimRow).where(
                GpuClaimRow.gpu.in_(gpus), GpuClaimRow.worker_id != worker_id, ~run_out(GpuClaimRow.lease_until)
            )
        )
        return {(row.gpu, row.place): row.lease_until for row in rows}


def _take(db: Database, worker_id: str, gpu: str, place: int) -> bool:
    """Whether the place was free to the last; the primary key, and the lease of who left it, decide."""
    holds = {"worker_id": worker_id, "lease_until": utc_now() + LEASE_S}
    which = (GpuClaimRow.gpu == gpu, GpuClaimRow.place == place)
    with db.session() as session, session.begin():
        left = sa.update(GpuClaimRow).where(*which, run_out(GpuClaimRow.lease_until)).values(**holds)
        if session.execute(left).rowcount == 1:  # type: ignore[attr-defined]  # of an update
            return True
    try:
        with db.session() as session, session.begin():
            session.execute(sa.insert(GpuClaimRow).values(gpu=gpu, place=place, **holds))
    except sa.exc.IntegrityError:
        return False
    return True
