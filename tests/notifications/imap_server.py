"""A mailbox server for tests: as much of IMAP4rev1 as reading unseen mails needs, on loopback, in a thread."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Mailbox:
    """The mails of one folder; `seen` are the numbers of those that were marked."""

    def __init__(self, mails: list[bytes], password: str = "secret") -> None:
        self.mails = dict(enumerate(mails, start=1))
        self.password = password
        self.seen: set[int] = set()

    def answer(self, tag: str, line: str) -> list[bytes]:
        """The server's lines for one command."""
        word, _, rest = line.partition(" ")
        name = f"{word} {rest.partition(' ')[0]}".upper() if word.upper() == "UID" else word.upper()
        done = f"{tag} OK done".encode()
        match name:
            case "CAPABILITY":
                return [b"* CAPABILITY IMAP4rev1", done]
            case "LOGIN" if self.password in rest:
                return [done]
            case "LOGIN" | "FAIL":
                return [f"{tag} NO wrong name or password".encode()]
            case "SELECT" if "INBOX" in rest:
                return [f"* {len(self.mails)} EXISTS".encode(), done]
            case "SELECT":
                return [f"{tag} NO no such folder".encode()]
            case "UID SEARCH":
                unseen = " ".join(str(one) for one in self.mails if one not in self.seen)
                return [f"* SEARCH {unseen}".encode(), done]
            case "UID FETCH":
                number = int(re.findall(r"\d+", rest)[0])
                raw = self.mails[number]
                head = f"* {number} FETCH (UID {number} BODY[] {{{len(raw)}}}\r\n".encode()
                return [head + raw + b")", done]
            case "UID STORE":
                self.seen.add(int(re.findall(r"\d+", rest)[0]))
                return [done]
            case "LOGOUT":
                return [b"* BYE", done]
            case _:
                return [f"{tag} BAD".encode()]


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[int]:
    """The port on loopback at which the mailbox answers, one connection after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, mailbox))
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _serve(listener: socket.socket, mailbox: Mailbox) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as stream:
            connection.sendall(b"* OK ready\r\n")
            for raw in stream:
                tag, _, line = raw.decode().strip().partition(" ")
                connection.sendall(b"\r\n".join(mailbox.answer(tag, line)) + b"\r\n")
                if line.upper() == "LOGOUT":
                    break
