"""Converts .odt and .doc to .docx by LibreOffice where it is installed: alone, without network, for so long at most."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from documents.reading.document import Unreadable

PROGRAM = "soffice"
PATIENCE_S = 60
_KEPT_SETTINGS = ("PATH", "LANG", "LC_ALL", "TMPDIR")


def is_installed() -> bool:
    """Whether this machine can convert."""
    return shutil.which(PROGRAM) is not None


def converted(name: str, content: bytes, ending: str) -> bytes:
    """The bytes of a .docx with what the file says. Raises Unreadable where that does not work out.

    Every conversion has a profile and a folder of its own, which are removed; whatever it has started is ended.
    """
    if not is_installed():
        raise Unreadable("documents.no_office", {"name": name, "ending": ending})
    with tempfile.TemporaryDirectory(prefix="qianshou-convert-") as folder:
        home = Path(folder)
        source = home / f"in{ending}"
        source.write_bytes(content)
        _run(home, source, name)
        made = home / "out" / "in.docx"
        if not made.is_file():
            raise Unreadable("documents.not_converted", {"name": name})
        return made.read_bytes()


def _run(home: Path, source: Path, name: str) -> None:
    command = [
        PROGRAM,
        f"-env:UserInstallation=file://{home}/profile",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", "docx:MS Word 2007 XML"),
        *("--outdir", str(home / "out"), str(source)),
    ]
    settings = {key: os.environ[key] for key in _KEPT_SETTINGS if key in os.environ}
    # No proxy, no home: what a document would fetch has been refused before, this is the second lock.
    settings |= {"HOME": str(home), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        command,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("documents.slow_conversion", {"name": name, "seconds": PATIENCE_S}) from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()
