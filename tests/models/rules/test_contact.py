"""F12, F13, F16, F17: mobile numbers and mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.contact import email_breaches, mobile_breaches
from tests.models.rules.standin import codes


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param("13800138000", [], id="F12-plain"),
        pytest.param("+86 138-0013-8000", [], id="F12-country-code"),
        pytest.param("\uff11\uff13800138000", [], id="F12-full-width"),
        pytest.param("1380013800", ["mobile"], id="F12-10-digits"),
        pytest.param("12800138000", ["mobile"], id="F12-not-a-mobile"),
        pytest.param("0731-84502000", ["mobile"], id="F12-landline"),
    ],
)
def test_mobile(number: str, expected: list[str]) -> None:
    assert codes(mobile_breaches(number, "F12")) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("officer@city.example", [], id="F13-sample-domain"),
        pytest.param("a.b+c@163.com", [], id="F13-plain"),
        pytest.param("a@b", ["email"], id="F13-no-dot"),
        pytest.param("a b@163.com", ["email"], id="F13-space"),
        pytest.param("a@163.com,b@163.com", ["email"], id="F13-two"),
        pytest.param("a@163.com\r\nBcc: b@163.com", ["email_control"], id="F13-header"),
        pytest.param("a\n@163.com", ["email_control"], id="F13-line-break"),
        pytest.param("\u5f20@163.com", ["email_local"], id="F13-local-part"),
        pytest.param("@163.com", ["email"], id="F13-empty-local-part"),
    ],
)
def test_email(address: str, expected: list[str]) -> None:
    assert codes(email_breaches(address, "F13")) == expected


@given(st.text())
def test_no_text_raises_and_accepted_ones_can_be_sent_to(text: str) -> None:
    mobile_breaches(text, "F12")
    if not email_breaches(text, "F13"):
        assert text.rpartition("@")[0].isascii()
        assert "\n" not in text
        assert "\r" not in text
