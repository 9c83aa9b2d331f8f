"""The to-do page over the network, one worker over many open steps, beside the same page made of constants."""

import http.client
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.sweep import STEPS, TODAY, fill_steps
from benchmarks.todo import LETTERS, _spread
from console.web.app import make_app
from console.web.pages.todo import PER_PAGE, todo
from console.web.visit import COOKIE, Console, Visit
from models.clock import VirtualClock
from models.db import make_engine
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from tasks.sign_in import enter_as, visitor
from tasks.work import House

REQUESTS = 300
WARM = 30
PARALLEL = 4
OFFICE, PERSON = "o0", "p0"
"""The office with most to do: a quarter of all steps."""


def run() -> Iterator[tuple[str, float, str]]:
    """Serves both pages from a process of its own and asks for each again and again."""
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder) / "console.sqlite")
        token = enter_as(house, PERSON, OFFICE).token
        house.engine.dispose()
        yield f"open steps; letters {LETTERS:,}", STEPS, "steps"
        with _served(house, token) as port:
            for way, clients in (("one after another", 1), (f"{PARALLEL} at once", PARALLEL)):
                ours = _asked(port, "/todo", token, clients)
                constant = _asked(port, "/constant", token, clients)
                yield f"{way}: requests", ours[0], "a second"
                yield f"{way}: 99th percentile", ours[1] * 1e3, "ms"
                yield f"{way}: the same page of constants", constant[0], "a second"
                yield f"{way}: ratio to constants", ours[0] / constant[0], "times"


def _house(path: Path) -> House:
    engine = make_engine(f"sqlite:///{path}", durable=False)
    fill_steps(engine, load_workdays(), STEPS)
    with engine.begin() as connection:
        _spread(connection)
        connection.execute(text("UPDATE organisation SET kind = 'recipient'"))
    return House(
        engine, VirtualClock(TODAY), load_programme(), load_workdays(), load_divisions(), sample=True
    )


@contextmanager
def _served(house: House, token: str) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(house, token, port))
    process.start()
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(house: House, token: str, port: int) -> None:
    app = make_app(Console(house, demonstration=True))
    app.router.routes.append(Route("/constant", _constant_page(house, token)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


class _Told(Visit):
    """A visit that keeps what its page was made of."""

    def render(self, template: str, /, status: int = 200, **facts: Any) -> Response:
        self.request.app.state.told = facts
        return super().render(template, status, **facts)


def _constant_page(house: House, token: str) -> Any:
    """The same template with what the page itself was made of, asked once; nobody is asked who they are."""
    with house.look() as work:
        known = visitor(work, token)
    if known is None:
        raise RuntimeError("nobody has come in")

    def page(request: Request) -> Response:
        if not hasattr(request.app.state, "told"):
            asking = _Told(request.app.state.console, request, replace(known))
            with asking.looking():
                todo(asking)
        return Visit(request.app.state.console, request, replace(known)).render(
            "todo.html", **request.app.state.told
        )

    return page


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the console does not listen")


def _asked(port: int, path: str, token: str, clients: int) -> tuple[float, float]:
    """Requests a second and the 99th percentile, with so many clients that each keep a connection."""

    def ask(times: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"})
            answer = connection.getresponse()
            body = answer.read()
            taken.append(time.perf_counter() - began)
            if answer.status != 200 or body.count(b"/step/") < PER_PAGE:
                raise RuntimeError(f"{path}: {answer.status}, {body.count(b'/step/')} rows")
        connection.close()
        return taken

    ask(WARM)
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        taken = [one for part in pool.map(ask, [REQUESTS // clients] * clients) for one in part]
        lasted = time.perf_counter() - began
    return len(taken) / lasted, sorted(taken)[len(taken) * 99 // 100]
