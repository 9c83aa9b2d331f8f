"""The letters that a viewer may see, the newest first, page by page: what was sent to whom, and where each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, false, or_, select, union
from sqlmodel import col

from models.application import Application
from models.clock import SHANGHAI
from models.mail import Letter
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Right, Scope, Viewer, grant_of, has_right
from notifications.catalogue import letter_kind
from tasks.queries.letter_subjects import subject_lines
from tasks.queries.scope import Condition, county_offices, own_offices
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

PAGE = 50
"""So many letters a page has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """What the list is narrowed to; `text` is looked for in recipients and addresses, the days are China's."""

    kind: str | None = None
    state: str | None = None
    batch: int | None = None
    text: str | None = None
    subject: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter of a list; `label` is its kind's, `title` its subject line, `about` the key it is about."""

    id: int
    key: str
    kind: str
    label: str
    legal_class: str
    state: str
    title: str
    about: str
    recipient: str
    organisation: str
    organisation_name: str
    address: str
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    attempts: int
    reply: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Some letters; `next` is the number to go on after, `previous` the number to go back before."""

    rows: tuple[LetterRow, ...]
    next: int | None
    previous: int | None


def sees_all_letters(viewer: Viewer) -> bool:
    """Whether every letter is in the viewer's scope: the province's, and whoever runs the service."""
    grant = grant_of(viewer.role, "reminder")
    everywhere = grant is not None and Right.READ in grant.rights and grant.scope is Scope.ALL
    return everywhere or has_right(viewer.role, Right.WRITE, "operation")


def letters_page(
    work: Work,
    viewer: Viewer,
    *,
    filters: LetterFilter | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> LetterPage:
    """The letters written before number `after`, or those next written after number `before`; counts nothing."""
    narrowed = _narrowed(filters or LetterFilter())
    backward = before is not None
    if after is not None:
        narrowed.append(col(Letter.id) < after)
    if before is not None:
        narrowed.append(col(Letter.id) > before)
    found = _numbers(work, viewer, narrowed, limit + 1, backward=backward)
    has_more, found = len(found) > limit, found[:limit]
    rows = _rows(work, sorted(found, reverse=True))
    first, last = (rows[0].id, rows[-1].id) if rows else (None, None)
    return LetterPage(
        rows,
        next=last if has_more or backward else None,
        previous=first if (has_more if backward else after is not None) else None,
    )


def require_letter_seen(work: Work, viewer: Viewer, key: str) -> None:
    """Raises NotFound for a letter that is not there or not in the viewer's scope; the two look alike."""
    if not _numbers(work, viewer, [col(Letter.key) == key], 1):
        raise NotFound("cli.no_letter", field="key", key=key)


def waiting_for_a_word(work: Work, *, limit: int = 200) -> list[LetterRow]:
    """The letters on which somebody has to decide, the oldest first: in doubt, refused, held for want of an address."""
    waits = or_(
        col(Letter.state).in_(("in_doubt", "refused")),
        and_(col(Letter.state) == "held", col(Letter.reply).not_like("storm:%")),
    )
    found = work.session.execute(select(col(Letter.id)).where(waits).order_by(col(Letter.id)).limit(limit))
    return list(_rows(work, [number for number in found.scalars() if number is not None]))


def _numbers(
    work: Work, viewer: Viewer, narrowed: Sequence[Condition], limit: int, *, backward: bool = False
) -> list[int]:
    """The numbers of the first letters that the viewer may see, way by way so that each finds its index."""
    order = col(Letter.id).asc() if backward else col(Letter.id).desc()
    if sees_all_letters(viewer):
        wanted: Any = select(col(Letter.id)).where(*narrowed).order_by(order).limit(limit)
    else:
        parts = [
            select(select(col(Letter.id)).where(way, *narrowed).order_by(order).limit(limit).subquery().c.id)
            for way in _ways(work, viewer)
        ]
        found = union(*parts).subquery("found")
        by = found.c.id.asc() if backward else found.c.id.desc()
        wanted = select(found.c.id).order_by(by).limit(limit)
    return [int(one) for one in work.session.connection().execute(wanted).scalars()]


def _ways(work: Work, viewer: Viewer) -> list[Condition]:
    """By what a letter belongs to a viewer: whom it went to, or the pair or application that it is about."""
    grant = grant_of(viewer.role, "reminder")
    own = col(Letter.organisation_code).in_(own_offices(work, viewer.organisation))
    if grant is None or Right.READ not in grant.rights:
        return [false()]
    if grant.scope is Scope.CITY and viewer.city:
        return [own, *_of_city(viewer.city)]
    if grant.scope is Scope.COUNTY:
        return [own, *_of_county(work, viewer)]
    if viewer.role == "sender_bureau":
        return [own, _to(col(Organisation.kind) == "sender")]
    return [own]


def _of_city(city: str) -> list[Condition]:
    """Who judges a city's applications is not a city's to see (K25): letters to experts are theirs alone."""
    return [
        _to(col(Organisation.city) == city, col(Organisation.kind) != "reviewer"),
        col(Letter.subject_key).in_(select(col(Pair.key)).where(col(Pair.city) == city)),
        col(Letter.subject_key).in_(select(col(Application.key)).where(col(Application.city) == city)),
    ]


def _of_county(work: Work, viewer: Viewer) -> list[Condition]:
    offices = county_offices(work, viewer)
    recommended = select(col(Application.uscc)).where(col(Application.nominator).in_(offices))
    return [
        col(Letter.organisation_code).in_(offices),
        _to(
            col(Organisation.division) == viewer.division,
            col(Organisation.kind).in_(("county_civil", "county_rural", "recipient")),
        ),
        col(Letter.organisation_code).in_(recommended),
        col(Letter.subject_key).in_(select(col(Pair.key)).where(col(Pair.nominator).in_(offices))),
    ]


def _to(*which: Condition) -> Condition:
    return col(Letter.organisation_code).in_(select(col(Organisation.code)).where(*which))


def _narrowed(filters: LetterFilter) -> list[Condition]:
    pairs = (
        (Letter.kind, filters.kind),
        (Letter.state, filters.state),
        (Letter.batch, filters.batch),
        (Letter.subject_key, filters.subject),
    )
    found: list[Condition] = [col(column) == value for column, value in pairs if value is not None]
    if filters.text:
        found.append(
            or_(
                col(Letter.recipient_name).contains(filters.text, autoescape=True),
                col(Letter.address).contains(filters.text, autoescape=True),
            )
        )
    if filters.since is not None:
        found.append(col(Letter.created_at) >= _morning(filters.since))
    if filters.until is not None:
        found.append(col(Letter.created_at) < _morning(filters.until + timedelta(days=1)))
    return found


def _morning(day: date) -> datetime:
    try:
        return datetime.combine(day, time(), SHANGHAI)
    except OverflowError as error:
        raise BadInput("web.bad_date", field="until", label="until", found=str(day)) from error


def _rows(work: Work, numbers: Sequence[int]) -> tuple[LetterRow, ...]:
    wanted = (
        select(Letter, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.code) == col(Letter.organisation_code))
        .where(col(Letter.id).in_(numbers))
    )
    found = {letter.id: (letter, name) for letter, name in work.session.execute(wanted)}
    titles = subject_lines(work, [found[number][0] for number in numbers])
    return tuple(_row(*found[number], titles[number]) for number in numbers)


def _row(letter: Letter, organisation: str | None, title: str) -> LetterRow:
    assert letter.id is not None
    return LetterRow(
        id=letter.id,
        key=letter.key,
        kind=letter.kind,
        label=letter_kind(letter.kind).label,
        legal_class=letter.legal_class,
        state=letter.state,
        title=title,
        about=letter.subject_key,
        recipient=letter.recipient_name,
        organisation=letter.organisation_code,
        organisation_name=organisation or letter.organisation_code,
        address=letter.address,
        created_at=letter.created_at,
        not_before=letter.not_before,
        sent_at=letter.sent_at,
        attempts=letter.attempts,
        reply=letter.reply or "",
    )
