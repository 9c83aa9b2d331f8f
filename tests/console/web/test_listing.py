"""Any table: looked through, filtered, sorted, turned over, and taken away as a file in which nothing runs."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from console.web.export import exported, harmless
from console.web.listing import PER_PAGE, Column, Listing, listed
from console.web.visit import Console, Visit
from tasks.refusal import BadInput
from tests.factory import make_bench

COLUMNS = (
    Column("name", "名称"),
    Column("city", "市州", chosen=True),
    Column("fen", "金额", kind="money"),
)
ROWS: list[dict[str, Any]] = [
    {"key": "a", "name": "甲机构", "city": "长沙市", "fen": 300},
    {"key": "b", "name": "=1+1", "city": "株洲市", "fen": None},
    {"key": "c", "name": "丙机构", "city": "长沙市", "fen": 100},
]


@pytest.fixture
def ask(sqlite_url: str) -> Any:
    """The table that an address's parameters ask for."""
    console = Console(make_bench(sqlite_url).house)
    found: list[Listing | BadInput] = []
    rows = list(ROWS)

    def page(request: Request) -> Response:
        try:
            found.append(listed(Visit(console, request, None), COLUMNS, rows))
        except BadInput as refused:
            found.append(refused)
        return Response()

    client = TestClient(Starlette(routes=[Route("/", page)]))

    def asked(more: list[dict[str, Any]] | None = None, **query: str) -> Any:
        rows[:] = more or ROWS
        client.get("/", params=query)
        return found[-1]

    return asked


def keys(table: Listing) -> list[str]:
    return [row["key"] for row in table.rows]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, ["a", "b", "c"]),
        ({"q": "机构"}, ["a", "c"]),
        ({"q": "  甲 "}, ["a"]),
        ({"f.city": "株洲市"}, ["b"]),
        ({"f.city": ""}, ["a", "b", "c"]),
        ({"f.city": "长沙市", "q": "丙"}, ["c"]),
        ({"sort": "fen"}, ["c", "a", "b"]),
        ({"sort": "-fen"}, ["a", "c", "b"]),
        ({"page": "9"}, ["a", "b", "c"]),
        ({"page": "x"}, ["a", "b", "c"]),
    ],
)
def test_table_shows_what_is_asked_for(ask: Any, query: dict[str, str], wanted: list[str]) -> None:
    assert keys(ask(**query)) == wanted


def test_table_offers_the_words_of_a_column(ask: Any) -> None:
    assert ask().words == {"city": ("株洲市", "长沙市")}


def test_sorting_by_no_column_is_refused(ask: Any) -> None:
    assert isinstance(ask(sort="password"), BadInput)


def test_head_turns_the_order_round_and_keeps_the_filter(ask: Any) -> None:
    table = ask(sort="fen", **{"f.city": "长沙市"})

    assert table.turned("fen") == "?sort=-fen&f.city=%E9%95%BF%E6%B2%99%E5%B8%82"
    assert (table.sorted_by("fen"), table.sorted_by("name")) == ("ascending", "none")


def test_long_table_is_turned_over(ask: Any) -> None:
    many = [{"key": str(number), "name": str(number)} for number in range(PER_PAGE + 1)]

    first, second = ask(many), ask(many, page="2")

    assert (len(first.rows), keys(second), first.pages, first.count) == (
        PER_PAGE,
        [str(PER_PAGE)],
        2,
        PER_PAGE + 1,
    )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A0"])
def test_no_cell_of_a_file_is_a_formula(cell: str) -> None:
    body = exported("表", ["名称"], [[cell]], as_format="csv").body.decode("utf-8-sig")  # type: ignore[union-attr]
    book = load_workbook(BytesIO(bytes(exported("表", ["名称"], [[cell]], as_format="xlsx").body)))

    assert not body.splitlines()[1].lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))
    assert [row[0].data_type for row in book.active.iter_rows(min_row=2)] == ["s"]
    assert str(harmless(cell))[0] not in "=+-@\t\r"


def test_file_is_named_in_chinese_and_begins_with_the_mark_that_excel_wants() -> None:
    answer = exported("配对表", ["名称"], [["甲"]], as_format="csv")

    assert bytes(answer.body).startswith(b"\xef\xbb\xbf")
    assert (
        answer.headers["content-disposition"]
        == "attachment; filename*=UTF-8''%E9%85%8D%E5%AF%B9%E8%A1%A8.csv"
    )


def test_unknown_format_is_no_file() -> None:
    with pytest.raises(ValueError, match="pdf"):
        exported("表", [], [], as_format="pdf")
