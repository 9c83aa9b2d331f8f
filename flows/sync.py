"""Moves the deployments' schedules to the dates as they stand: announced, extended or passed."""

from collections.abc import Iterable
from dataclasses import dataclass

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule
from prefect.exceptions import ObjectNotFound
from sqlalchemy import select

from flows.schedule import ZONE, ScheduleRow, schedules
from flows.words import FLOWS, flow_title
from models.clock import SystemClock
from models.messages import say
from models.opening import Batch
from tasks.work import House


@dataclass(frozen=True, slots=True)
class Moved:
    """What one look at the schedules changed."""

    created: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def text(self) -> str:
        """The same in words."""
        if not (self.created or self.changed or self.removed):
            return say("flows.schedules_kept")
        return say("flows.schedules_moved", created=self.created, changed=self.changed, removed=self.removed)


def full_name(code: str) -> str:
    """A deployment as Prefect's client names it: flow and deployment have the same title."""
    return f"{flow_title(code)}/{flow_title(code)}"


def rows_of(house: House) -> list[ScheduleRow]:
    """The schedules there should be by the batches in the database, as of the house's today."""
    with house.look() as work:
        batches = list(work.session.execute(select(Batch)).scalars())
        return schedules(batches, house.programme, house.workdays, work.today)


def may_run_by_itself(house: House) -> bool:
    """Whether schedules are active: where the clock is not the machine's, nothing runs on the machine's clock."""
    return isinstance(house.clock, SystemClock)


async def sync_schedules(house: House) -> Moved:
    """Creates, changes and removes schedules until they are those of `rows_of`; safe to repeat.

    A deployment that is not served here is left out. Runs that Prefect has scheduled already go with their schedule.
    """
    rows, active = rows_of(house), may_run_by_itself(house)
    created = changed = removed = 0
    async with get_client() as client:
        for code in FLOWS:
            try:
                deployment = await client.read_deployment_by_name(full_name(code))
            except ObjectNotFound:
                continue
            mine = [row for row in rows if row.deployment == code]
            one = await _sync_deployment(client, deployment, mine, active=active)
            created, changed, removed = created + one.created, changed + one.changed, removed + one.removed
    return Moved(created, changed, removed)


async def _sync_deployment(
    client: PrefectClient, deployment: DeploymentResponse, rows: Iterable[ScheduleRow], *, active: bool
) -> Moved:
    known = {one.slug or "": one for one in await client.read_deployment_schedules(deployment.id)}
    wanted = {row.slug: row for row in rows}
    missing, changed, removed = [], 0, 0
    for slug, row in wanted.items():
        found = known.get(slug)
        if found is not None and _is(found, row, active=active):
            continue
        if found is not None:
            await client.delete_deployment_schedule(deployment.id, found.id)
            changed += 1
        missing.append(schedule_of(row, active=active))
    for slug, found in known.items():
        if slug not in wanted:
            await client.delete_deployment_schedule(deployment.id, found.id)
            removed += 1
    if missing:
        await client.create_deployment_schedules(deployment.id, missing)
    return Moved(len(missing) - changed, changed, removed)


def schedule_of(row: ScheduleRow, *, active: bool) -> DeploymentScheduleCreate:
    """A row as Prefect takes it."""
    when: CronSchedule | RRuleSchedule = (
        CronSchedule(cron=row.cron, timezone=ZONE)
        if row.on is None
        else RRuleSchedule(rrule=row.when, timezone=ZONE)
    )
    return DeploymentScheduleCreate(schedule=when, active=active, slug=row.slug)


def _is(found: DeploymentSchedule, row: ScheduleRow, *, active: bool) -> bool:
    when = found.schedule
    same = (
        when.cron == row.cron
        if isinstance(when, CronSchedule)
        else isinstance(when, RRuleSchedule) and when.rrule == row.when
    )
    return same and found.active == active
