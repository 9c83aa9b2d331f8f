"""The demonstration's clock moved from a page: one mover at a time, and what it caused is told."""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from deploy.advancing import is_served, show_in_dashboard
from models.messages import say
from tasks.clockwork import days_until, goal_named
from tasks.heartbeat import watch_and_beat
from tasks.installation import Settings
from tasks.work import House

_MOVING = Lock()


def move_on(house: House, settings: Settings, name: str) -> Mapping[str, Any]:
    """Moves the clock to the next `workday`, `deadline` or `week`; returns what that caused, in words for a page."""
    with _MOVING:
        done = list(days_until(house, goal_named(house, name)))
        watched = watch_and_beat(house)
    counts = {
        "now": house.clock.now().isoformat(" ", "minutes")[:16],
        "days": len(done),
        "chores": sum(len(one.chores) for one in done),
        "reminded": sum(one.reminded for one in done),
        "escalated": sum(one.escalated for one in done),
        "letters": sum(one.letters for one in done),
        "faults": len(watched.faults) if watched else 0,
    }
    caused = {say(f"web.advanced.{key}"): value for key, value in counts.items()}
    if is_served(settings):
        failed = show_in_dashboard(settings)
        caused[say("web.advanced.shown")] = failed or say("web.advanced.started")
    return caused
