"""A form that cannot be read is refused in Chinese, field by field."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.acts import act_of, read_form
from tasks.faults import fault_place, fault_text
from tasks.refusal import BadInput


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int
    sum: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=2)
    most: int = Field(default=0, le=5, ge=0)
    day: date = date(2024, 1, 1)
    at: time = time(9)
    moment: datetime | None = None
    flag: bool = True
    leg: Literal["A", "B", "C"] = "A"
    names: list[str] = []
    grid: dict[str, int] = {}


@pytest.mark.parametrize(
    ("given", "place", "text"),
    [
        ({}, "number", "缺少此项"),
        ({"number": "二"}, "number", "应为整数"),
        ({"number": 1, "sum": "1.234"}, "sum", "应为数字，小数位数不要过多"),
        ({"number": 1, "most": 9}, "most", "数值过大"),
        ({"number": 1, "most": -1}, "most", "数值过小"),
        ({"number": 1, "day": "明天"}, "day", "应为日期，如 2024-03-15"),
        ({"number": 1, "at": "noon"}, "at", "应为时刻，如 09:00"),
        ({"number": 1, "moment": "noon"}, "moment", "应为日期和时刻，如 2024-03-15T09:00"),
        ({"number": 1, "flag": "也许"}, "flag", "应为是（true）或否（false）"),
        ({"number": 1, "leg": "D"}, "leg", "只能是 A、B、C"),
        ({"number": 1, "names": "x"}, "names", "应为列表"),
        ({"number": 1, "grid": []}, "grid", "应为名称与值的对应"),
        ({"number": 1, "grid": {"a": "x"}}, "grid.a", "应为整数"),
        ({"number": 1, "else": 1}, "else", "没有这一项，请核对名称"),
    ],
)
def test_a_fault_is_said_with_its_place(given: dict[str, Any], place: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate(given)

    assert [(fault_place(one), fault_text(one)) for one in refused.value.errors()] == [(place, text)]


def test_an_act_that_cannot_be_read_says_every_fault_in_chinese() -> None:
    with pytest.raises(BadInput) as refused:
        read_form(act_of("agreement.draft"), {"pair": 1, "indicators": [], "payment_plan": [{"leg": "D"}]})

    assert not re.search(r"[a-z]{2,} (should|be|valid|required)", refused.value.text)
    assert "payment_plan.0.leg：只能是 A、B、C" in refused.value.text
    assert "payee_account：缺少此项" in refused.value.text
