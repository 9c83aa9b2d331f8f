"""A20: the period of a batch whose end the notice does not write."""

from datetime import date

import pytest

from models.programme.periods import period_of
from tests.models.programme.packs import entry, planted, set_value


@pytest.mark.parametrize(
    ("reading", "end"),
    [
        pytest.param("programme_end", date(2025, 12, 31), id="A20-default"),
        pytest.param("as_first_batch", date(2025, 11, 30), id="A20-as-long-as-the-first"),
    ],
)
def test_end_of_an_unwritten_period(reading: str, end: date) -> None:
    pack, _ = planted(lambda data: set_value(data, "batches.unwritten_period", reading))

    assert pack is not None
    assert period_of(pack, 2) == (date(2024, 2, 1), end)
    assert period_of(pack, 1) == (date(2022, 3, 1), date(2023, 12, 31))


def test_no_period_goes_beyond_the_programme() -> None:
    def late(data: dict) -> None:
        set_value(data, "batches.unwritten_period", "as_first_batch")
        entry(data, "batches", 2, "number")["period_start"] = date(2024, 6, 1)

    pack, _ = planted(late)

    assert pack is not None
    assert period_of(pack, 2) == (date(2024, 6, 1), date(2025, 12, 31))


def test_what_the_notice_writes_needs_no_reading() -> None:
    def written(data: dict) -> None:
        set_value(data, "batches.unwritten_period", "as_first_batch")
        entry(data, "batches", 2, "number")["period_end"] = date(2025, 6, 30)

    pack, _ = planted(written)

    assert pack is not None
    assert period_of(pack, 2) == (date(2024, 2, 1), date(2025, 6, 30))
