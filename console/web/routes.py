"""How a page becomes a route: sign-in, access, token and transaction are seen to here, once for all pages."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPMethod

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.web.access import Access
from console.web.refusals import answer_of
from console.web.uploads import MAX_FILES
from console.web.visit import BEFORE_COOKIE, COOKIE, BadToken, Console, Forbidden, MustChange, Visit
from tasks.refusal import NotFound
from tasks.sign_in import touch, visitor
from tasks.work import Work

View = Callable[[Visit], Response]
TOKEN_FIELD = "csrf"
MAX_FIELDS = 4_000
BEFORE_CHANGE = ("/identity", "/identity/password", "/sign-out")
"""Where somebody with a one-time password may go."""


@dataclass(slots=True)
class Pages:
    """The routes of one module of pages."""

    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, access: Access, *, in_turn: bool = False) -> Callable[[View], View]:
        """A page that is looked at: runs in one reading transaction, never writes.

        A page `in_turn` takes milliseconds and is made one after the other: made at once, each would wait for the
        interpreter at every question, and the slowest of four took twice as long.
        """

        def register(view: View) -> View:
            async def endpoint(request: Request) -> Response:
                return await to_thread.run_sync(
                    _answer,
                    request,
                    access,
                    lambda visit: look_at(visit, access, view),
                    limiter=_turns() if in_turn else None,
                )

            self._add(path, endpoint, HTTPMethod.GET, access, view)
            return view

        return register

    def post(self, path: str, access: Access) -> Callable[[View], View]:
        """An act: the session's token is demanded; the view performs and redirects."""

        def register(view: View) -> View:
            async def endpoint(request: Request) -> Response:
                try:
                    form = await _form_of(request)
                    return await run_in_threadpool(
                        _answer, request, access, lambda visit: act_on(visit, access, view), form
                    )
                finally:
                    # What was uploaded lies in temporary files until then.
                    await request.close()

            self._add(path, endpoint, HTTPMethod.POST, access, view)
            return view

        return register

    def _add(
        self,
        path: str,
        endpoint: Callable[[Request], Response] | Callable[[Request], Awaitable[Response]],
        method: HTTPMethod,
        access: Access,
        view: View,
    ) -> None:
        endpoint.__name__ = view.__name__
        endpoint.access = access  # type: ignore[union-attr]
        self.routes.append(Route(path, endpoint, methods=[method.value], name=view.__name__))


_TURNS: RunVar[CapacityLimiter] = RunVar("turns")


def _turns() -> CapacityLimiter:
    """Whose turn it is, for each event loop of its own."""
    try:
        return _TURNS.get()
    except LookupError:
        turns = CapacityLimiter(1)
        _TURNS.set(turns)
        return turns


def console_of(request: Request) -> Console:
    """What the process shares."""
    found: Console = request.app.state.console
    return found


async def _form_of(request: Request) -> FormData:
    """What was posted; what cannot be read as a form is a bad request."""
    try:
        return await request.form(max_fields=MAX_FIELDS, max_files=MAX_FILES)
    except (LookupError, ValueError) as unreadable:
        raise HTTPException(400) from unreadable


def _answer(
    request: Request, access: Access, run: Callable[[Visit], Response], form: FormData | None = None
) -> Response:
    visit = Visit(console_of(request), request, None, form or FormData())
    try:
        if access.demonstration and not visit.console.demonstration:
            raise NotFound("web.no_page", path=request.url.path)
        return run(visit)
    except Exception as error:  # noqa: BLE001  (the one boundary of a request: every error becomes a page)
        return answer_of(visit, error)


def look_at(visit: Visit, access: Access, view: View) -> Response:
    """What a view shows of one reading transaction, to whoever may come here."""
    with visit.house.look() as work:
        _admit(visit, access, work)
        visit.opened = work
        try:
            answer = view(visit)
        finally:
            visit.opened = None
    return _leave(visit, answer)


def act_on(visit: Visit, access: Access, view: View) -> Response:
    """What a view does for whoever may come here with the session's token."""
    with visit.house.look() as work:
        _admit(visit, access, work)
    _require_token(visit)
    return _leave(visit, view(visit))


def _admit(visit: Visit, access: Access, work: Work) -> None:
    """Finds out who visits and whether they may come here; the work becomes theirs."""
    token = visit.request.cookies.get(COOKIE)
    visit.known = visitor(work, token) if token else None
    if visit.known is not None:
        work.actor = visit.actor
    if access.public:
        return
    if visit.visitor.must_change and visit.request.url.path not in BEFORE_CHANGE:
        raise MustChange
    if not access.allows(visit.viewer):
        raise Forbidden(access.kind)


def _leave(visit: Visit, answer: Response) -> Response:
    if visit.known is not None:
        touch(visit.house, visit.known)
    if visit.fresh_token:
        answer.set_cookie(BEFORE_COOKIE, visit.fresh_token, **visit.cookie_manners())
    return answer


def _require_token(visit: Visit) -> None:
    given = visit.form.get(TOKEN_FIELD) or visit.request.headers.get("X-CSRF-Token") or ""
    expected = visit.known.csrf if visit.known else visit.request.cookies.get(BEFORE_COOKIE, "")
    if not expected or not hmac.compare_digest(str(given).encode(), expected.encode()):
        raise BadToken
