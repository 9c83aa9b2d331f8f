"""The year's end of the pairs: own accounts of both sides, the nominator's judgement, its co-signature (S22, S23)."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.attached import attached
from console.web.fields import Field, fields_of
from console.web.listing import BulkAct, Column, answer, listed
from console.web.pages.fieldwork import pair_year_path
from console.web.routes import Pages
from console.web.terms import years_of
from console.web.visit import Visit
from console.web.wording import page_words
from models.evaluation import Evaluation, SelfEvaluation
from models.pairing import Pair
from tasks.acts import act_of
from tasks.parties import organisation_of, scope_of_pair
from tasks.queries.evaluation_board import PairEvaluation, city_reports, pair_evaluations, rollup_published
from tasks.queries.fieldwork_sheet import fieldwork_sheet, split_pair_year
from tasks.queries.happenings import happenings
from tasks.queries.scope import own_offices
from tasks.queries.spending_rows import spending_rows
from tasks.shortfalls import missing_days
from tasks.steps import is_open
from tasks.work import Work

pages = Pages()

SIDES = ("recipient", "sender")
COSIGN = BulkAct("evaluation.cosign_evaluation", "pair")
_GRADE_MARKS = {"excellent": "fine", "good": "fine", "pass": "idle", "fail": "bad"}


@pages.get("/evaluation", needs("evaluation"))
def evaluation(visit: Visit) -> Response:
    """The pairs of a year: who has filed, who has judged, whose turn it is."""
    year, years = years_of(visit)
    found = pair_evaluations(visit.work, visit.viewer, year)
    rows = [_row(visit, one, year) for one in found]
    words = page_words("evaluation")["columns"]
    columns = [
        Column("pair", words["pair"], kind="key", link="path"),
        Column("city", words["city"], chosen=True),
        Column("institutions", words["institutions"]),
        Column("recipient", words["recipient"], kind="state", chosen=True),
        Column("sender", words["sender"], kind="state", chosen=True),
        Column("grade", words["grade"], kind="state", chosen=True),
        Column("cosigned", words["cosigned"], kind="state", chosen=True),
        Column("turn", words["turn"], chosen=True),
        Column("due_on", words["due_on"], kind="day"),
    ]
    bulk = [COSIGN] if any("key" in row for row in rows) else []
    table = replace(listed(visit, columns, rows, bulk=bulk), hidden={"year": str(year)})
    reports = city_reports(visit.work, visit.viewer, year)
    return answer(
        visit, "evaluation.html", page_words("evaluation")["title"], table, rows, year=year, years=years,
        found=found, reports=reports, rollup=rollup_published(visit.work, year),
        rollup_open=is_open(visit.work, "S25", str(year)),
    )  # fmt: skip


@pages.get("/evaluation/{key}", needs("evaluation"))
def evaluation_page(visit: Visit) -> Response:
    """One pair's year: the figures of the records, both own accounts, the judgement; and the form whose turn it is."""
    key, year = split_pair_year(visit.path("key"))
    visit.require("evaluation", key)
    work = visit.work
    sheet = fieldwork_sheet(work, key, year)
    pair = work.session.get_one(Pair, key)
    filed = {
        side: one
        for side in SIDES
        if (one := work.session.get(SelfEvaluation, (key, year, side))) is not None
    }
    judged = work.session.get(Evaluation, f"{key}:{year}")
    own = own_offices(work, visit.viewer.organisation)
    side = next((one for one in SIDES if getattr(sheet.pair, one) in own), "")
    spending = spending_rows(work, visit.viewer, pair.batch, year, pair=key)
    recorded = next((one for one in spending.rows if one.side == side), None)
    files = bool(side) and side not in filed and is_open(work, "S22", f"{key}:{year}")
    rural = organisation_of(work, "nominator_rural", scope_of_pair(work, pair))
    return visit.render(
        "evaluation_pair.html",
        sheet=sheet,
        filed=filed,
        judged=judged,
        grade_mark=_GRADE_MARKS.get(judged.grade, "idle") if judged else "idle",
        side=side,
        files=files,
        fields=()
        if recorded is None or recorded.lines or not files
        else _file_fields(visit, work, key, year, side),
        recorded=recorded,
        spending_path=_spending_path(visit, key, year) if files else "",
        judges=len(filed) == len(SIDES) and judged is None and pair.nominator in own,
        grades=work.rules(pair.batch).names("evaluation.grades"),
        cosigns=judged is not None and judged.state == "evaluated" and rural in own,
        money=spending,
        indicator=work.programme.indicator,
        clauses=[work.programme.clause(one) for one in ("K33", "K46", "K37")],
        attached=attached(visit, ("evaluation", f"{key}:{year}")),
        missing=[one.text for one in missing_days(work, pair, year)] if len(filed) == len(SIDES) else [],
        fieldwork_path=pair_year_path(key, year),
        events=happenings(work, "self_evaluation", *(f"{key}/{year}/{one}" for one in SIDES))
        + happenings(work, "evaluation", f"{key}:{year}"),
    )


def evaluation_path(pair: str, year: int) -> str:
    """Where a pair's evaluation is shown."""
    return f"/evaluation/{quote(f'{pair}:{year}', safe=':')}"


def _row(visit: Visit, one: PairEvaluation, year: int) -> dict[str, Any]:
    words, programme = page_words("evaluation")["words"], visit.work.programme
    done, missing = words["filed"], words["missing"]
    row: dict[str, Any] = {
        "pair": one.pair.key,
        "path": evaluation_path(one.pair.key, year),
        "city": one.pair.city_name,
        "institutions": f"{one.pair.sender_name} → {one.pair.recipient_name}",
        "grade": programme.label("evaluation_grade", one.grade) if one.grade else missing,
        "grade_mark": _GRADE_MARKS.get(one.grade, "idle"),
        "cosigned": words["cosigned"] if one.state == "cosigned" else missing,
        "cosigned_mark": "fine" if one.state == "cosigned" else "idle",
        "turn": programme.party_label(one.waits_for) if one.waits_for else words["nobody"],
        "due_on": one.due_on,
    }
    for side in SIDES:
        row[side] = done if side in one.filed else missing
        row[f"{side}_mark"] = "fine" if side in one.filed else "idle"
    beside = one.pair.nominator.startswith(f"{visit.viewer.division}-")
    if beside and one.waits_for == "nominator_rural" and visit.viewer.role in ("county_rural", "city_rural"):
        row["key"] = one.pair.key
    return row


def _file_fields(visit: Visit, work: Work, pair: str, year: int, side: str) -> tuple[Field, ...]:
    """The questions about money in one's own account, where nothing was recorded in the course of the year."""
    given = {"pair": pair, "year": str(year), "side": side}
    wanted = ("spending",) if side == "sender" else ("spending", "board_for")
    asked = fields_of(work, visit.viewer, act_of("evaluation.file_self_evaluation"), given)
    return tuple(one for one in asked if one.name in wanted)


def _spending_path(visit: Visit, pair: str, year: int) -> str:
    given = {"pair": pair, "year": str(year)}
    back = evaluation_path(pair, year)
    return act_links(["disbursement.record_spending"], given, back, role=visit.viewer.role)[0].path
