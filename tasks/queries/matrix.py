"""Stages by cities: how much is open, due soon, late and settled in each cell of a batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from models.rules.access import Scope, Viewer
from models.step import Step
from tasks.queries.counting import how_many
from tasks.queries.reach import OF_PAIRS, cities_seen
from tasks.queries.scope import reach, steps_seen
from tasks.queries.steps import lateness
from tasks.work import Work

PROVINCE = "province"
"""The column of steps that belong to no city."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a city, or the province's own steps."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What is owed in one stage and column; a total leaves `stage` or `city` empty, and with it that filter.

    `soon` and `late` are parts of `open`; `worst` is the largest lateness in working days, None where nothing is late.
    """

    stage: str | None
    city: str | None
    open: int = 0
    soon: int = 0
    late: int = 0
    settled: int = 0
    worst: int | None = None

    @property
    def filter(self) -> dict[str, str]:
        """What a link to the cell's steps asks for."""
        return {name: value for name, value in (("stage", self.stage), ("city", self.city)) if value}


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One stage with a cell for every column, in their order, and its total."""

    stage: str
    label: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole batch; `soon_until` is the last day that counts as due soon."""

    batch: int
    as_of: date
    soon_until: date
    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[Cell, ...]
    total: Cell


def stage_matrix(work: Work, viewer: Viewer, batch: int, *, soon_workdays: int = 5) -> Matrix:
    """Every stage of the pack by every city that the viewer sees; cancelled steps are not counted. A pure read.

    Raises NotFound for a batch that there is not.
    """
    work.batch(batch)
    soon_until = work.workdays.add_workdays(work.today, soon_workdays)
    found = _counted(work, viewer, batch, soon_until)
    columns = tuple(Column(one.code, one.name) for one in cities_seen(work, viewer))
    if reach(viewer, OF_PAIRS) is Scope.ALL:
        columns += (Column(PROVINCE, work.programme.label("artifact", PROVINCE)),)
    rows = []
    for stage in work.programme.stages:
        cells = tuple(found.get((stage.code, one.code), Cell(stage.code, one.code)) for one in columns)
        rows.append(MatrixRow(stage.code, stage.label, cells, _sum(stage.code, None, cells)))
    totals = tuple(
        _sum(None, one.code, (row.cells[place] for row in rows)) for place, one in enumerate(columns)
    )
    return Matrix(batch, work.today, soon_until, columns, tuple(rows), totals, _sum(None, None, totals))


def _counted(work: Work, viewer: Viewer, batch: int, soon_until: date) -> dict[tuple[str, str], Cell]:
    is_open = col(Step.state) == "open"
    due = col(Step.due_on)
    late = and_(is_open, due < work.today)
    wanted = (
        select(
            col(Step.kind),
            col(Step.city),
            how_many(is_open),
            how_many(and_(is_open, due >= work.today, due <= soon_until)),
            how_many(late),
            how_many(col(Step.state) == "settled"),
            func.min(case((late, due))),
        )
        .where(col(Step.batch) == batch, steps_seen(work, viewer, OF_PAIRS))
        .group_by(col(Step.kind), col(Step.city))
    )
    found: dict[tuple[str, str], Cell] = {}
    for kind, city, opened, soon, overdue, settled, oldest in work.session.connection().execute(wanted):
        stage, place = work.programme.step(kind).stage, city or PROVINCE
        cell = Cell(stage, place, opened, soon, overdue, settled, lateness(work, oldest))
        found[stage, place] = _sum(stage, place, (found.get((stage, place), Cell(stage, place)), cell))
    return found


def _sum(stage: str | None, city: str | None, cells: Iterable[Cell]) -> Cell:
    listed = tuple(cells)
    return Cell(
        stage,
        city,
        sum(one.open for one in listed),
        sum(one.soon for one in listed),
        sum(one.late for one in listed),
        sum(one.settled for one in listed),
        max((one.worst for one in listed if one.worst is not None), default=None),
    )
