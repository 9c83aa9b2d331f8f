"""The sweep: who is to be reminded or told today, found and written set-based in SQL (DESIGN section 4)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from sqlalchemy import Connection, Integer, bindparam, text
from sqlalchemy.types import Date
from sqlmodel import Session

from models.columns import Instant
from models.prepared import Prepared
from notifications.outbox_storm import hold_storm
from notifications.settings import post_settings
from tasks.holders import holders, reach
from tasks.letters import storm_limit
from tasks.todos import UNREACHED
from tasks.work import House
from tasks.workday_table import keep_calendar

# Nominal days are counted in ranks: a working day's rank is how many working days there are up to it, a day off has
# the rank of the working day before it. What is due is a comparison of whole numbers, the same on both databases.
# A rung that comes again has been reached by its latest repetition; m.repeat_workdays is empty for all others.
_LATEST = """m.day_offset + CASE WHEN :rank - c.rank - m.day_offset >= m.repeat_workdays
       THEN (:rank - c.rank - m.day_offset) / m.repeat_workdays * m.repeat_workdays ELSE 0 END"""
_COMING = """m.day_offset + CASE WHEN :rank - c.rank >= m.day_offset AND m.repeat_workdays IS NOT NULL
       THEN ((:rank - c.rank - m.day_offset) / m.repeat_workdays + 1) * m.repeat_workdays ELSE 0 END"""

_REACHED = f"""
  FROM step AS s
  JOIN calendar_day AS c ON c.day = COALESCE(s.due_on, s.anchor_on)
  JOIN policy_mark AS m ON m.policy = s.policy
  JOIN calendar_day AS w ON w.rank = c.rank + {_LATEST} AND w.is_workday
 WHERE s.state = 'open' AND s.next_on <= :today AND w.day >= s.next_on AND w.day <= :today
"""

_OCCASIONS = f"""
INSERT INTO occasion (step_id, nature, day_offset, nominal_on, made_on)
SELECT s.id, m.nature, {_LATEST}, w.day, :today {_REACHED}
   AND (m.nature = 'escalation' OR m.day_offset = (
        SELECT MAX(n.day_offset) FROM policy_mark AS n
         WHERE n.policy = s.policy AND n.nature = 'reminder' AND c.rank + n.day_offset <= :rank))
ON CONFLICT DO NOTHING
"""

_CONCERNED = """
SELECT p.organisation FROM occasion AS o JOIN step_party AS p ON p.step_id = o.step_id WHERE o.id > :last
 UNION SELECT successor FROM succession"""

# Whoever has chosen a shorter notice is spared earlier reminders, never the last one before the date or what is late.
# CROSS: SQLite would else look at every holder of a duty before it knows the organisation.
_NOTICES = f"""
INSERT INTO notice (occasion_id, person, organisation, on_behalf_of)
{holders(offices=_CONCERNED)}
SELECT o.id, h.person, MIN(h.office), CASE WHEN COUNT(*) = COUNT(h.on_behalf_of) THEN MIN(h.on_behalf_of) END
  FROM occasion AS o
  JOIN step AS s ON s.id = o.step_id
  JOIN policy_mark AS m ON m.policy = s.policy AND m.nature = o.nature
                       AND (m.day_offset = o.day_offset OR (m.repeat_workdays > 0 AND m.day_offset < o.day_offset))
  JOIN policy_tell AS t ON t.policy = m.policy AND t.nature = m.nature AND t.day_offset = m.day_offset
  JOIN step_party AS p ON p.step_id = s.id AND p.party = t.party
  CROSS JOIN holder AS h
  LEFT JOIN digest_choice AS q ON q.person = h.person
 WHERE o.id > :last AND h.organisation = p.organisation AND h.duty = t.duty
   AND (q.person IS NULL OR o.nature = 'escalation' OR o.day_offset >= -q.notice_days OR o.day_offset = (
        SELECT MAX(n.day_offset) FROM policy_mark AS n
         WHERE n.policy = s.policy AND n.nature = 'reminder' AND n.day_offset < 0))
 GROUP BY o.id, h.person
ON CONFLICT DO NOTHING
"""

# Where neither the person nor the office can be written to, the letter waits for the operator.
_LETTERS = f"""
INSERT INTO letter (key, message_id, kind, legal_class, person_code, organisation_code, recipient_name, address,
                    subject_key, facts, state, created_at, not_before, attempts, next_try_at)
SELECT 'digest:' || m.person || ':' || :day, '<digest.' || m.person || '.' || :day || '@' || :domain || '>',
       'digest', 'digest', p.code, o.code, COALESCE(p.name, o.name), {reach("p", "o")},
       :day, :facts, CASE WHEN {reach("p", "o")} = '' THEN 'held' ELSE 'queued' END, :now, :now, 0, :now
  FROM (SELECT n.person, MIN(n.organisation) AS organisation FROM notice AS n
         WHERE n.letter_key IS NULL GROUP BY n.person) AS m
  JOIN organisation AS o ON o.code = m.organisation
  LEFT JOIN person AS p ON p.code = m.person
 WHERE true
ON CONFLICT DO NOTHING
"""

_CHOSEN_TIMES = "SELECT DISTINCT digest_at FROM digest_choice"
_POSTPONE = """
UPDATE letter SET not_before = :moment, next_try_at = :moment
 WHERE kind = 'digest' AND subject_key = :day AND created_at = :now AND state = 'queued'
   AND person_code IN (SELECT person FROM digest_choice WHERE digest_at = :at)
"""

# A letter that has left already takes no more lines: such a notice stays loose and joins the next working day's.
_JOIN = """
UPDATE notice SET letter_key = 'digest:' || person || ':' || :day
 WHERE letter_key IS NULL
   AND EXISTS (SELECT 1 FROM letter AS l
                WHERE l.key = 'digest:' || notice.person || ':' || :day AND l.state IN ('queued', 'held'))
"""

_ONWARD = f"""
UPDATE step SET next_on = (
       SELECT MIN(w.day)
         FROM policy_mark AS m
         JOIN calendar_day AS c ON c.day = COALESCE(step.due_on, step.anchor_on)
         JOIN calendar_day AS w ON w.rank = c.rank + {_COMING} AND w.is_workday
        WHERE m.policy = step.policy AND c.rank + {_COMING} > :rank)
 WHERE state = 'open' AND next_on <= :today
"""


STATEMENTS = (_OCCASIONS, _NOTICES, _LETTERS, _JOIN, UNREACHED, _ONWARD)
"""What a sweep writes, in order; the benchmark issues them without this program around them."""


_LETTERS_NOW = Prepared(
    text(_LETTERS).bindparams(bindparam("today", type_=Date), bindparam("now", type_=Instant))
)
_POSTPONE_TO = Prepared(
    text(_POSTPONE).bindparams(bindparam("moment", type_=Instant), bindparam("now", type_=Instant))
)
_JOIN_NOW, _CHOSEN = Prepared(text(_JOIN)), Prepared(text(_CHOSEN_TIMES))
_ANY_DUE = Prepared(
    text("SELECT 1 FROM step WHERE state = 'open' AND next_on <= :today LIMIT 1").bindparams(
        bindparam("today", type_=Date)
    )
)
_ANY_LOOSE = Prepared(text("SELECT 1 FROM notice WHERE letter_key IS NULL LIMIT 1"))
_LAST = Prepared(text("SELECT COALESCE(MAX(id), 0) FROM occasion"))
_COUNTS = Prepared(
    text("SELECT nature, COUNT(*) FROM occasion WHERE id > :last GROUP BY nature").bindparams(
        bindparam("last", type_=Integer)
    )
)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep wrote: occasions by nature, notices to people, new digest letters."""

    reminded: int = 0
    escalated: int = 0
    notices: int = 0
    letters: int = 0


def sweep(house: House) -> Sweep:
    """Writes today's occasions and digest letters; nothing on a day off, nothing a second time.

    However long it has not run, an obligation gives one reminder (the latest due) and each rung of its ladder once;
    the last rung comes again every so many working days, and after an outage once for all it missed.
    A digest's lines are read when it is sent, so what is settled meanwhile is not told.
    """
    today = house.clock.today()
    if not house.workdays.is_workday(today):
        return Sweep()
    with house.glance() as look:
        if not (_is_any_due(look.session, today) or _is_any_loose(look.session)):
            return Sweep()
    with house.transaction() as work:
        keep_calendar(work.session, house.workdays)
        swept = sweep_day(work.session, today=today, rank=house.workdays.rank(today), now=work.now)
        if swept.letters:
            hold_storm(work.session, "digest", most=storm_limit(work), now=work.now)
        return swept


def sweep_day(session: Session | Connection, *, today: date, rank: int, now: datetime) -> Sweep:
    """The sweep's statements as of one working day, inside the caller's transaction."""
    if not _is_any_due(session, today):
        return Sweep(letters=_post_loose(session, today, now))
    last = _LAST.scalar(session)
    _dated(_OCCASIONS).rows(session, {"today": today, "rank": rank})
    notices = _dated(_NOTICES).each(session, [{"today": today, "last": last}])
    letters = _post_loose(session, today, now)
    _dated(_ONWARD).rows(session, {"today": today, "rank": rank})
    counts = dict(_COUNTS.rows(session, {"last": last}))
    return Sweep(int(counts.get("reminder", 0)), int(counts.get("escalation", 0)), notices, letters)


def _is_any_due(session: Session | Connection, today: date) -> bool:
    return _ANY_DUE.first(session, {"today": today}) is not None


def _is_any_loose(session: Session | Connection) -> bool:
    return _ANY_LOOSE.first(session) is not None


def _post_loose(session: Session | Connection, today: date, now: datetime) -> int:
    """Writes the day's digest for everybody who has notices without a letter, and joins the notices to it."""
    if not _is_any_loose(session):
        return 0
    day = today.isoformat()
    facts = '{"day": "' + day + '"}'
    given = {"day": day, "domain": post_settings().domain, "facts": facts, "now": now, "today": today}
    written = _LETTERS_NOW.each(session, [given])
    _JOIN_NOW.rows(session, {"day": day})
    _dated(UNREACHED).rows(session, {"day": day, "today": today})
    if written:
        _postpone(session, day, now)
    return written


def _postpone(session: Session | Connection, day: str, now: datetime) -> None:
    """Lets the digests just written leave at the times their readers have chosen, which are few; a past one is now."""
    for at in _CHOSEN.scalars(session):
        hour = time.fromisoformat(at)
        moment = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
        if moment > now:
            _POSTPONE_TO.rows(session, {"moment": moment, "now": now, "day": day, "at": at})


@cache
def _dated(statement: str) -> Prepared:
    return Prepared(text(statement).bindparams(bindparam("today", type_=Date)))
