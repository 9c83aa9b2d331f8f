"""Sheets of many lines as offices fill them in, for tests: heads, lines, and bytes."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from tests.factory import sample_uscc

SENDER_HEADS = (
    "序号",
    "统一社会信用代码",
    "机构名称",
    "联系人",
    "联系人邮箱",
    "联系人手机",
    "收款户名",
    "开户行",
    "银行账号",
    "服务专长",
)
CONTACT_HEADS = ("序号", "单位", "岗位", "姓名", "电子邮箱", "手机", "人员代码")
USER_HEADS = ("序号", "单位", "姓名", "电子邮箱", "人员代码", "账号办理")


def sheet(heads: Sequence[Any], *lines: Sequence[Any], above: int = 0, title: str = "名册") -> bytes:
    """An .xlsx with one sheet: so many titles above, the heads, the lines."""
    book = Workbook()
    page = book.active
    page.title = title
    for number in range(above):
        page.append([f"标题{number + 1}"])
    page.append(list(heads))
    for line in lines:
        page.append(list(line))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def sender_line(serial: int, **changes: Any) -> list[Any]:
    """A sender nobody knows, as a line."""
    name = f"深圳样例机构{serial}（示例）"
    plain: dict[str, Any] = {
        "number": serial,
        "uscc": sample_uscc(serial, "440305"),
        "name": name,
        "contact": f"联系人{serial}",
        "email": f"sender{serial}@people.example",
        "mobile": f"138{serial:08d}",
        "account": name,
        "bank": "样例银行",
        "number_of_account": f"6200{serial:012d}",
        "strengths": "社工站运营",
    }
    return list({**plain, **changes}.values())
