"""A mail server that does what a script says at each stage: refuse, delay, hang up, say nothing, and keep a log."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future

MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r$", re.MULTILINE)
KEY = re.compile(rb"^X-Qianshou-Key: (\S+)\r$", re.MULTILINE)
ADDRESS = re.compile(r"<([^>]*)>")
SLOW = 0.05

STAGES = ("connect", "ehlo", "mail", "rcpt", "data", "text", "dot", "after", "quit")
"""Where a script is asked: `text` while the text comes, `dot` in place of the 250, `after` once the letter is taken."""


class Cut(Exception):
    """The server hangs up."""


class ScriptedServer:
    """Accepts everything unless `script(stage, recipient)` says otherwise; `accepted` counts what it took for good.

    A letter counts as accepted when the server has made up its mind to take it, whether or not its 250 arrives.
    """

    def __init__(self, script: Callable[[str, str], str] = lambda stage, to: "") -> None:
        self.script = script
        self.accepted: Counter[str] = Counter()
        self.keys: list[str] = []
        self.envelopes: dict[str, list[str]] = {}
        self.lines: list[str] = []
        self.letters_by_connection: list[int] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._conversations: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, what):
        waiting: Future = asyncio.run_coroutine_threadsafe(what, self._loop)
        return waiting.result(10)

    async def _stop(self) -> None:
        self._server.close()
        for task in tuple(self._conversations):
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        self.letters_by_connection.append(0)
        number = len(self.letters_by_connection) - 1
        try:
            await self._talk(reader, writer, number)
        except (Cut, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        to: list[str] = []
        await self._answer(writer, "connect", "", "220 scripted")
        while line := (await reader.readline()).decode().strip():
            self.lines.append(line)
            match line[:4].upper():
                case "EHLO":
                    await self._answer(writer, "ehlo", "", "250-scripted\r\n250-DSN\r\n250 8BITMIME")
                case "MAIL":
                    to = []
                    await self._answer(writer, "mail", "", "250 ok")
                case "RCPT":
                    found = ADDRESS.search(line)
                    address = found.group(1) if found else ""
                    if await self._answer(writer, "rcpt", address, "250 ok"):
                        to.append(address)
                case "DATA":
                    await self._data(reader, writer, to, number)
                case "QUIT":
                    await self._answer(writer, "quit", "", "221 bye")
                    raise Cut
                case _:
                    await self._say(writer, "250 ok")

    async def _data(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, envelope: list[str], number: int
    ) -> None:
        to = envelope[0] if envelope else ""
        if not await self._answer(writer, "data", to, "354 go on"):
            return
        if self.script("text", to) == "cut":
            await reader.readline()
            raise Cut
        text = await reader.readuntil(b"\r\n.\r\n")
        refusal = self.script("dot", to)
        if refusal:
            await self._act(writer, refusal)
            return
        message_id, key = MESSAGE_ID.search(text), KEY.search(text)
        assert message_id is not None
        assert key is not None
        self.accepted[message_id.group(1).decode()] += 1
        self.envelopes[message_id.group(1).decode()] = list(envelope)
        self.keys.append(key.group(1).decode())
        self.letters_by_connection[number] += 1
        await self._answer(writer, "after", to, "250 2.0.0 taken")

    async def _answer(self, writer: asyncio.StreamWriter, stage: str, to: str, usual: str) -> bool:
        """Does what the script says in place of the usual; whether the usual was said."""
        told = self.script(stage, to)
        if told in ("", "slow"):
            if told:
                await asyncio.sleep(SLOW)
            await self._say(writer, usual)
            return True
        await self._act(writer, told)
        return False

    async def _act(self, writer: asyncio.StreamWriter, told: str) -> None:
        if told == "cut":
            raise Cut
        if told == "silent":
            await asyncio.sleep(30)
            raise Cut
        await self._say(writer, told)
        if told.startswith("421"):
            raise Cut

    async def _say(self, writer: asyncio.StreamWriter, words: str) -> None:
        writer.write(f"{words}\r\n".encode())
        await writer.drain()
