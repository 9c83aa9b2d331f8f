"""A3: which of two records of a city's list counts."""

from datetime import UTC, datetime

import pytest

from models.rules.mailing import Record, Source, counting_record
from tests.models.rules.standin import reading

MAIL = Record(Source.EMAIL, datetime(2022, 3, 9, 8, tzinfo=UTC))
ENTRY = Record(Source.SYSTEM, datetime(2022, 3, 10, 8, tzinfo=UTC))
LATER_MAIL = Record(Source.EMAIL, datetime(2022, 3, 11, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wins", "records", "counts"),
    [
        pytest.param("first_complete", [ENTRY, MAIL], MAIL, id="A3-default-mail-came-first"),
        pytest.param("first_complete", [ENTRY, LATER_MAIL], ENTRY, id="A3-default-entry-came-first"),
        pytest.param("email", [ENTRY, LATER_MAIL], LATER_MAIL, id="A3-email"),
        pytest.param("email", [ENTRY], None, id="A3-email-without-a-mail"),
        pytest.param("system", [ENTRY, MAIL], ENTRY, id="A3-system"),
        pytest.param("system", [MAIL], None, id="A3-system-without-an-entry"),
    ],
)
def test_counting_record(wins: str, records: list[Record], counts: Record | None) -> None:
    assert counting_record(records, reading(application__which_wins=wins)) == counts


def test_unknown_reading_is_an_error() -> None:
    with pytest.raises(ValueError, match="A3"):
        counting_record([MAIL], reading(application__which_wins="fax"))
