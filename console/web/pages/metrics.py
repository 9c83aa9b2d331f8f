"""Figures of the service for a monitor on this machine, in Prometheus' text format."""

from collections.abc import Iterator
from ipaddress import ip_address

from starlette.responses import PlainTextResponse, Response

from console.web.access import PUBLIC
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.queries.doctor import readiness
from tasks.queries.operation import Figures, figures
from tasks.refusal import NotEntitled

pages = Pages()
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@pages.get("/metrics", PUBLIC)
def metrics(visit: Visit) -> Response:
    """Open and overdue steps by stage, letters by state, events, the age of the last heartbeat, readiness."""
    if not _is_local(visit):
        raise NotEntitled("api.loopback")
    found = figures(visit.work, visit.house.home)
    age = (visit.work.now - found.heartbeat).total_seconds() if found.heartbeat else None
    lines = _lines(found, age, ready=not readiness(visit.house))
    return PlainTextResponse("\n".join(lines) + "\n", media_type=MEDIA_TYPE)


def _is_local(visit: Visit) -> bool:
    client = visit.request.client
    try:
        return client is not None and ip_address(client.host).is_loopback
    except ValueError:
        return False


def _lines(found: Figures, age: float | None, *, ready: bool) -> Iterator[str]:
    yield from _head("qianshou_steps_open", "Open steps by stage.")
    yield from (f'qianshou_steps_open{{stage="{one.stage}"}} {one.open}' for one in found.stages)
    yield from _head("qianshou_steps_overdue", "Open steps past their date by stage.")
    yield from (f'qianshou_steps_overdue{{stage="{one.stage}"}} {one.overdue}' for one in found.stages)
    yield from _head("qianshou_letters", "Letters by state.")
    yield from (f'qianshou_letters{{state="{state}"}} {count}' for state, count in found.letters.items())
    yield from _head("qianshou_events_total", "Events of the audit trail.", "counter")
    yield f"qianshou_events_total {found.events}"
    if age is not None:
        yield from _head("qianshou_heartbeat_age_seconds", "Seconds since the last sound watch.")
        yield f"qianshou_heartbeat_age_seconds {age:.0f}"
    yield from _head("qianshou_ready", "Whether the house does its work.")
    yield f"qianshou_ready {int(ready)}"


def _head(name: str, help_text: str, kind: str = "gauge") -> tuple[str, str]:
    return (f"# HELP {name} {help_text}", f"# TYPE {name} {kind}")
