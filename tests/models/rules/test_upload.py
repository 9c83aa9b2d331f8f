"""What may be handed in as a file: a corpus of good ones and of bad ones, each answered within two seconds."""

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages import say
from models.rules.upload import MEDIA_TYPES, media_type_of, plain_name, upload_fault
from tests.models.rules.corpus import BAD, GOOD, office

PATIENCE = 2


@pytest.mark.parametrize(("name", "make"), GOOD.values(), ids=GOOD)
def test_what_people_hand_in_is_taken(name: str, make: Callable[[], bytes]) -> None:
    assert upload_fault(plain_name(name), make()) is None


@pytest.mark.parametrize(("name", "make", "code"), BAD.values(), ids=BAD)
def test_what_is_refused_is_refused_soon_and_in_words(
    name: str, make: Callable[[], bytes], code: str
) -> None:
    content = make()

    began = time.perf_counter()
    fault = upload_fault(plain_name(name), content)
    lasted = time.perf_counter() - began

    assert fault is not None
    assert (fault.code, lasted < PATIENCE) == (code, True)
    assert "请" in say(f"upload.{fault.code}", **fault.facts)


def test_name_twice_in_a_directory_is_refused() -> None:
    twice = office({"word/Styles.xml": b"<a/>", "word/styles.xml": b"<a/>"})

    fault = upload_fault("a.docx", twice)

    assert fault is not None
    assert fault.code == "office_damaged"


@given(st.text(max_size=200))
def test_any_name_is_answered(name: str) -> None:
    fault = upload_fault(plain_name(name), b"%PDF- %%EOF")

    if fault is None:
        kept = plain_name(name)
        assert media_type_of(kept) == MEDIA_TYPES[".pdf"]
        assert not any(unicodedata.category(sign) in ("Cc", "Cf") or sign in "/\\:" for sign in kept)


@given(st.binary(max_size=2_000), st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_content_is_answered(content: bytes, ending: str) -> None:
    for begin in (b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"):
        fault = upload_fault(f"a{ending}", begin + content)

        assert fault is None or "请" in say(f"upload.{fault.code}", **fault.facts)


@given(st.integers(0, 600), st.integers(0, 255))
def test_any_byte_of_an_office_file_may_be_another(place: int, value: int) -> None:
    content = bytearray(office())
    content[place % len(content)] = value

    fault = upload_fault("a.docx", bytes(content))

    assert fault is None or fault.code.startswith(("office_", "content_"))
