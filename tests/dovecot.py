"""A real IMAP server for tests: Debian's dovecot on loopback, with a password and a certificate of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.clock import SystemClock

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
USER, PASSWORD = "shouli", "geheim"
PATIENCE_S = 15


@dataclass(frozen=True)
class Dovecot:
    """A running server; mails are put straight into its folders, as its delivery agent would."""

    port: int
    mails: Path
    authority: Path

    @property
    def url(self) -> str:
        """How it is opened: over TLS, believing its own certificate only."""
        return f"imaps://{USER}:{PASSWORD}@localhost:{self.port}/INBOX?ca={self.authority}"

    def deliver(self, name: str, raw: bytes, folder: str = "") -> None:
        """One more mail in a folder."""
        inner = self.mails / (f".{folder}" if folder else "") / "new"
        path = inner / name
        path.write_bytes(raw)
        if os.getuid() == 0:
            shutil.chown(path, _OWNER)


_OWNER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


@contextmanager
def running_dovecot(folders: tuple[str, ...] = ()) -> Iterator[Dovecot]:
    """The server on a free port with a folder of its own, which the user without rights may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="qianshou-imap-") as folder:
        yield from _running(Path(folder), folders)


def _running(folder: Path, folders: tuple[str, ...]) -> Iterator[Dovecot]:
    """Starts it, waits for it, ends it by its own process id."""
    if PROGRAM is None:
        raise RuntimeError("dovecot-imapd is not installed")
    group = "nogroup" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    mails = folder / "mails"
    for one in ("", *(f".{name}" for name in folders)):
        for part in ("new", "cur", "tmp"):
            (mails / one / part).mkdir(parents=True)
    for path in (folder, mails, *mails.rglob("*")):
        path.chmod(0o777)
        if os.getuid() == 0 and path != folder:
            shutil.chown(path, _OWNER, group)
    authority = _certificate(folder)
    port = _free_port()
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(folder=folder, port=port, owner=_OWNER, group=group, user=USER, password=PASSWORD)
    )
    process = subprocess.Popen(
        [PROGRAM, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield Dovecot(port, mails, authority)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
disable_plaintext_auth = no
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mails
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}
}}
"""


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    path = folder / "server.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("dovecot did not start")
