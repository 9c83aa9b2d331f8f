"""The deployments: every flow once, with its note, its tags and one slot, served from this package."""

from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.acting import perform_act
from flows.deadlines import deadlines
from flows.lifecycle import STAGES, lifecycle
from flows.post import post
from flows.words import FLOWS, flow_note, flow_title

BY_CODE: dict[str, Flow[..., Any]] = {
    "lifecycle": lifecycle,
    **STAGES,
    "deadlines": deadlines,
    "post": post,
    "acting": perform_act,
}
"""Code → flow; the code is what schedules, triggers and artifacts say."""


async def deployments() -> list[RunnerDeployment]:
    """Every deployment. Schedules are not theirs: `sync_schedules` keeps those, so that a restart moves none.

    One run at a time, a second one is cancelled: the first does everything due anyway.
    """
    slot = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    return [
        await BY_CODE[code].ato_deployment(
            name=flow_title(code),
            description=flow_note(code),
            tags=[flow_title(code)],
            concurrency_limit=slot,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for code in FLOWS
    ]
