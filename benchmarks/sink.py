"""The server that the post is measured against: Postfix's smtp-sink where it is installed, else one in Python.

`python -m benchmarks.sink` prints its port and serves: the smallest SMTP server that accepts everything.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_REPLIES = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin"))


def program(name: str) -> str | None:
    """Where a program of Postfix is; None where it is not installed."""
    return shutil.which(name, path=_PLACES)


@contextmanager
def sink() -> Iterator[int]:
    """A server on loopback for as long as it is needed; gives its port."""
    smtp_sink = program("smtp-sink")
    with _postfix_sink(smtp_sink) if smtp_sink else _python_sink() as port:
        yield port


@contextmanager
def _postfix_sink(path: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([path, *user, f"127.0.0.1:{port}", "100"]) as process:
        try:
            _await(port)
            yield port
        finally:
            process.kill()


def _await(port: int) -> None:
    for _ in range(200):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("smtp-sink does not listen")


@contextmanager
def _python_sink() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline() if process.stdout else 0)
        finally:
            process.kill()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    try:
        while line := await reader.readline():
            command = line[:4].upper()
            writer.write(_REPLIES.get(command, b"250 ok\r\n"))
            if command == b"DATA":
                await writer.drain()
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
            if command == b"QUIT":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
