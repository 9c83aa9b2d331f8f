"""The mail server's URL, and the way there: TLS with the certificate checked, a password never in the clear."""

import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.mail_server import MailUrlInvalid, Reports, StartTls, mail_server
from notifications.report import DispatchReport
from notifications.transport import SmtpTransport
from tests.notifications.letters import draft
from tests.notifications.scripted import ScriptedServer
from tests.notifications.sink import Sink
from tests.notifications.test_dispatch import post


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://localhost:2525", ("localhost", 2525, None, None, False, StartTls.OFFERED)),
        ("smtp://post.example", ("post.example", 25, None, None, False, StartTls.OFFERED)),
        ("smtp://post.example?starttls=required", ("post.example", 25, None, None, False, StartTls.REQUIRED)),
        ("smtp://post.example?starttls=never", ("post.example", 25, None, None, False, StartTls.NEVER)),
        ("smtp://u:p@localhost", ("localhost", 587, "u", "p", False, StartTls.OFFERED)),
        ("smtp://u:p%40ss@post.example", ("post.example", 587, "u", "p@ss", False, StartTls.REQUIRED)),
        ("smtps://u:p@post.example", ("post.example", 465, "u", "p", True, StartTls.REQUIRED)),
    ],
)
def test_mail_server_is_read_from_its_url(url, found):
    server = mail_server(url)

    assert found == (
        server.host,
        server.port,
        server.user,
        server.password,
        server.tls_from_start,
        server.start_tls,
    )


@pytest.mark.parametrize(
    ("url", "reports"),
    [
        ("smtp://post.example", Reports.DEFAULT),
        ("smtp://post.example?dsn=failure", Reports.FAILURE),
        ("smtp://post.example?dsn=failure,delay", Reports.DELAY),
        ("smtp://post.example?dsn=never", Reports.NEVER),
    ],
)
def test_reports_are_chosen_in_the_url(url, reports):
    assert mail_server(url).reports is reports


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("post.example", "expected smtp://"),
        ("http://post.example", "expected smtp://"),
        ("smtp://", "expected smtp://"),
        ("smtp://a:secret@c:port", "port"),
        ("smtp://a:secret@h/x", "expected smtp://"),
        ("smtp://a:secret@h?starttls=never", "travel in the clear to h:587"),
        ("smtp://a:secret@h?starttls=offered", "travel in the clear"),
        ("smtp://h?starttls=perhaps", "starttls='perhaps' is not one of required, offered, never"),
        ("smtp://h?dsn=always", "dsn='always' is not one of"),
        ("smtp://h?tls=yes", "there is no option tls"),
        ("smtps://h?starttls=required", "says nothing there"),
    ],
)
def test_other_urls_are_refused_without_their_password(url, reason):
    with pytest.raises(MailUrlInvalid) as refusal:
        mail_server(url)

    assert reason in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_missing_authorities_are_named(tmp_path):
    with pytest.raises(MailUrlInvalid, match=r"ca=.*none\.pem"):
        mail_server(f"smtp://h?ca={tmp_path / 'none.pem'}").tls()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that only its own file vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + dt.timedelta(days=365 * 100))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


@pytest.fixture
def server_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


class TlsSink(Sink):
    """Offers STARTTLS and takes no mail without it."""

    def __init__(self, context):
        super().__init__()
        self._context = context

    def options(self):
        return super().options() | {"tls_context": self._context, "require_starttls": True}


async def sent_over(outbox, url):
    outbox.write([draft("a")])
    return await post(outbox, SmtpTransport(url, sessions=1, timeout=5))


@pytest.mark.parametrize("starttls", ["required", "offered"])
async def test_starttls_with_a_certificate_that_is_vouched_for(
    small_outbox, certificate, server_tls, starttls
):
    with TlsSink(server_tls) as sink:
        report = await sent_over(
            small_outbox, f"{sink.url}?starttls={starttls}&ca={certificate / 'cert.pem'}"
        )

    assert report == DispatchReport(sent=1)


@pytest.mark.parametrize("starttls", ["required", "offered"])
async def test_starttls_with_a_strangers_certificate_stops_the_post(small_outbox, server_tls, starttls):
    with TlsSink(server_tls) as sink:
        report = await sent_over(small_outbox, f"{sink.url}?starttls={starttls}")

    assert "CERTIFICATE_VERIFY_FAILED" in str(report.stopped)
    assert small_outbox.states() == {"a": "queued"}


async def test_certificate_for_another_name_stops_the_post(small_outbox, certificate, server_tls):
    with TlsSink(server_tls) as sink:
        url = f"smtp://localhost:{sink.port}?starttls=required&ca={certificate / 'cert.pem'}"
        report = await sent_over(small_outbox, url)

    assert "CERTIFICATE_VERIFY_FAILED" in str(report.stopped)


async def test_server_without_starttls_is_refused_where_it_is_required(small_outbox):
    with Sink() as sink:
        report = await sent_over(small_outbox, f"{sink.url}?starttls=required")

    assert report.stopped is not None
    assert sink.recipients == []
    assert small_outbox.states() == {"a": "queued"}


async def test_tls_from_the_start(small_outbox, certificate, server_tls):
    with Sink(tls=server_tls) as sink:
        url = sink.url.replace("smtp://", "smtps://")
        refused = await sent_over(small_outbox, url)
        report = await sent_over(small_outbox, f"{url}?ca={certificate / 'cert.pem'}")

    assert "CERTIFICATE_VERIFY_FAILED" in str(refused.stopped)
    assert report == DispatchReport(sent=1)


@pytest.mark.parametrize(
    ("option", "mail", "rcpt"),
    [
        ("", False, ""),
        ("?dsn=failure", True, " NOTIFY=FAILURE"),
        ("?dsn=failure,delay", True, " NOTIFY=FAILURE,DELAY"),
        ("?dsn=never", True, " NOTIFY=NEVER"),
    ],
)
async def test_reports_are_asked_for_where_they_are_offered(small_outbox, option, mail, rcpt):
    with ScriptedServer() as server:
        report = await sent_over(small_outbox, f"{server.url}{option}")

    name = small_outbox.column("message_id")["a"].strip("<>").partition("@")[0]
    assert report == DispatchReport(sent=1)
    assert [line for line in server.lines if line.startswith(("MAIL", "RCPT"))] == [
        "MAIL FROM:<post@qianshou.example>" + (f" RET=HDRS ENVID={name}" if mail else ""),
        f"RCPT TO:<officer@city.example>{rcpt}",
    ]
