"""A mailbox that is read over IMAP: as much of the protocol as the archive needs, on loopback."""

import re
import socketserver
import threading

SEARCH = re.compile(r'UID SEARCH HEADER Message-ID "([^"]*)"', re.IGNORECASE)


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        box = self.server.box
        self._say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            box.commands.append(command)
            word = command.partition(" ")[0].upper()
            if word == "LOGIN" and command != f'LOGIN "{box.user}" "{box.password}"':
                self._say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
            elif word == "EXAMINE" and command != f'EXAMINE "{box.folder}"':
                self._say(f"{tag} NO no such folder")
            elif word == "LOGOUT":
                self._say("* BYE", f"{tag} OK")
                return
            else:
                self._say(*self._lines(command), f"{tag} OK done")

    def _lines(self, command: str) -> list[str]:
        if command.upper() == "CAPABILITY":
            return ["* CAPABILITY IMAP4rev1"]
        if found := SEARCH.match(command):
            held = self.server.box.message_ids
            return [f"* SEARCH {held.index(found.group(1)) + 1}" if found.group(1) in held else "* SEARCH"]
        return ["* 0 EXISTS"] if command.startswith("EXAMINE") else []

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    box: "Mailbox"


class Mailbox:
    """Holds Message-IDs in one folder and keeps what it was asked."""

    def __init__(self, *message_ids: str, folder: str = "Sent copies") -> None:
        self.message_ids = list(message_ids)
        self.folder = folder
        self.user, self.password = "archive@office.example", "pass word"
        self.commands: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.box = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        port = self._server.server_address[1]
        return f"imap://archive%40office.example:pass%20word@127.0.0.1:{port}/Sent%20copies"

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
