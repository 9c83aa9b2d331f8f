"""LibreOffice, where it is installed, turns .doc and .odt into .docx: in its own folder, offline, within a time."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from documents.reading.table import Unreadable

PATIENCE = 60
"""Seconds; a first start takes ten, a form one or two."""
MAX_OUTPUT = 40 * 1024 * 1024
MAX_MEMORY = 2 * 1024 * 1024 * 1024
_PROGRAMS = ("soffice", "libreoffice")
_PROFILE = Path(__file__).with_name("office_profile.xcu")


def office_program() -> str | None:
    """The path of LibreOffice, None where it is not installed."""
    return next((path for one in _PROGRAMS if (path := shutil.which(one))), None)


def convert_to_docx(name: str, content: bytes, ending: str) -> bytes:
    """The content as .docx; raises Unreadable where LibreOffice is missing, fails or takes too long.

    Nothing of the file's own name reaches the program. Whatever it starts ends with it.
    """
    program = office_program()
    if program is None:
        raise Unreadable("documents.no_office", {"name": name, "ending": ending})
    with tempfile.TemporaryDirectory(prefix="qianshou-office-") as folder:
        home = Path(folder)
        given = home / f"given{ending}"
        given.write_bytes(content)
        settings = home / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        shutil.copyfile(_PROFILE, settings)
        made = home / "out" / "given.docx"
        if not _run(program, home, given, made.parent) or not made.is_file():
            raise Unreadable("documents.office_failed", {"name": name})
        return made.read_bytes()


def _run(program: str, home: Path, given: Path, into: Path) -> bool:
    """Whether the program has ended well in time; its whole group of processes is ended in any case."""
    command = [
        *(program, "--headless", "--invisible", "--nologo", "--norestore", "--nolockcheck", "--nodefault"),
        f"-env:UserInstallation={(home / 'profile').as_uri()}",
        *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(into), str(given)),
    ]
    with subprocess.Popen(
        command,
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        _limit(process.pid)
        try:
            return process.wait(PATIENCE) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            # The group outlives its first process by what that has started.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours but the way to programs; proxies that answer nobody, for what does not read the profile."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "no_proxy": "",
    }


def _limit(process: int) -> None:
    """Bounds what the program and what it starts may write and compute; set from outside, as threads may be running."""
    for what, most in (
        (resource.RLIMIT_FSIZE, MAX_OUTPUT),
        (resource.RLIMIT_CPU, PATIENCE),
        (resource.RLIMIT_DATA, MAX_MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process, what, (most, most))
