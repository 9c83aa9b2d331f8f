"""What surrounds every answer of the console: the headers that keep browsers careful, and how much may be sent."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.refusals import http_error

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""No script or style but our own files, no frame around us, no address of ours told to others."""

MAX_BODY = 12 * 1024 * 1024
"""So many bytes a request may have; a stamped scan is smaller."""

_STATIC = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_PAGE = [*_STATIC, (b"cache-control", b"no-store")]


class Careful:
    """Plain ASGI, because it stands around every request: the ready-made kind costs as much as a page's queries."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, its answer with our headers; a body that is too long is refused unread."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = _STATIC if scope["path"].startswith("/static/") else _PAGE

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in wanted if name not in given),
                ]
            await send(message)

        if _is_too_long(scope):
            answer = await run_in_threadpool(http_error, Request(scope), HTTPException(413))
            await answer(scope, receive, send_carefully)
            return
        await self.app(scope, _counted(receive), send_carefully)


def _is_too_long(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return not value.isdigit() or int(value) > MAX_BODY
    return False


def _counted(receive: Receive) -> Receive:
    """A body may come in pieces without its length being told: what has come is counted."""
    came = 0

    async def receive_counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > MAX_BODY:
            raise HTTPException(413)
        return message

    return receive_counted
