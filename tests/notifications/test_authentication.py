"""What our own server found out about a sender's domain counts; what anybody else wrote there does not."""

from email import message_from_string

import pytest

from notifications.authentication import failed_checks

OURS = ("mx.hunan.example",)


def failed(*values: str, servers: tuple[str, ...] = OURS, domain: str = "city.example") -> tuple[str, ...]:
    head = "".join(f"Authentication-Results: {one}\r\n" for one in values)
    mail = message_from_string(f"From: a@{domain}\r\n{head}\r\nx")
    return failed_checks(mail, servers=servers, domain=domain)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("mx.hunan.example; spf=fail smtp.mailfrom=city.example", ("spf",), id="spf"),
        pytest.param("mx.hunan.example; spf=fail smtp.mailfrom=a@city.example", ("spf",), id="an address"),
        pytest.param("mx.hunan.example; dkim=fail header.d=city.example", ("dkim",), id="dkim"),
        pytest.param("mx.hunan.example; dkim=fail header.i=@city.example", ("dkim",), id="dkim's identity"),
        pytest.param(
            "mx.hunan.example; dmarc=fail (p=NONE) header.from=city.example", ("dmarc",), id="dmarc"
        ),
        pytest.param("mx.hunan.example; dmarc=fail", ("dmarc",), id="no domain is named"),
        pytest.param(
            "mx.hunan.example; spf=pass smtp.mailfrom=city.example; dmarc=fail header.from=city.example",
            ("dmarc",),
            id="one of three",
        ),
        pytest.param(
            "mx.hunan.example;\r\n\tspf=fail smtp.mailfrom=city.example;\r\n dkim=fail header.d=city.example",
            ("dkim", "spf"),
            id="folded",
        ),
        pytest.param(
            "MX.Hunan.Example 1; SPF=HardFail smtp.MailFrom=City.Example", ("spf",), id="cases, version"
        ),
        pytest.param(
            '"mx.hunan.example"; spf = fail smtp.mailfrom = city.example', ("spf",), id="blanks, quotes"
        ),
        pytest.param("(x) mx.hunan.example (y;z); spf/1=fail (a;b)", ("spf",), id="comments"),
        pytest.param(
            "mx.hunan.example; spf=fail (sender (a@b; not allowed) smtp.mailfrom=b.example",
            ("spf",),
            id="a comment without end",
        ),
        pytest.param(
            'mx.hunan.example; spf=fail smtp.mailfrom="x;dmarc=pass"@city.example', ("spf",), id="quoted"
        ),
        pytest.param(
            "mx.hunan.example; spf=fail smtp.mailfrom=post.city.example", ("spf",), id="a part of it"
        ),
        pytest.param("mx.hunan.example; spf=fail smtp.mailfrom=list.example", (), id="a forwarder's"),
        pytest.param("mx.hunan.example; dkim=fail header.d=notcity.example", (), id="another that ends so"),
        pytest.param("mx.hunan.example; spf=softfail; dkim=neutral; dmarc=temperror", (), id="no fail"),
        pytest.param("mx.hunan.example; spf=pass; dkim=pass; dmarc=pass", (), id="all is well"),
        pytest.param(
            r'mx.hunan.example; spf=fail smtp.mailfrom="a\"; b"@city.example', ("spf",), id="an escaped quote"
        ),
        pytest.param("mx.hunan.example; none", (), id="nothing was tried"),
        pytest.param("mx.hunan.example; arc=fail", (), id="another method"),
        pytest.param('mx.hunan.example; spf=pass reason="dkim=fail"', (), id="a reason is no result"),
        pytest.param("mx.elsewhere.example; spf=fail", (), id="another server"),
        pytest.param("mx.hunan.example.evil.example; spf=fail", (), id="a server that begins so"),
        pytest.param("", (), id="empty"),
        pytest.param(";;;==(", (), id="no header at all"),
    ],
)
def test_a_header_says_what_failed(value: str, found: tuple[str, ...]) -> None:
    assert failed(value) == found


def test_a_pass_of_another_takes_nothing_away() -> None:
    values = ("mx.hunan.example; dmarc=fail header.from=city.example", "mx.evil.example; dmarc=pass")

    assert (failed(*values), failed(*reversed(values))) == (("dmarc",), ("dmarc",))


def test_without_a_name_nothing_is_looked_at() -> None:
    assert failed("mx.hunan.example; spf=fail", servers=()) == ()


def test_several_servers_may_be_ours() -> None:
    assert failed("b.example; spf=fail", servers=("a.example", "b.example")) == ("spf",)
