"""Letters: what was sent to whom and why, what the storm guard holds, what waits for somebody's word."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from console.caught import caught_text
from console.web.access import SIGNED_IN, needs
from console.web.act_links import act_links
from console.web.asked import asked_day, asked_number, asked_word, other_address
from console.web.export import FORMATS, exported
from console.web.pages.acts import performed
from console.web.routes import Pages
from console.web.visit import Visit
from console.web.wording import page_words
from models.mail import LetterState
from models.messages import say
from models.rules.access import Right, has_right
from notifications.archive import ArchiveUnreachable
from notifications.catalogue import catalogue
from notifications.settings import post_settings
from tasks.acts import act_of
from tasks.doubt import RESOLVE
from tasks.post import look_up_doubted
from tasks.queries.letter_history import letter_history
from tasks.queries.letters import (
    LetterFilter,
    LetterRow,
    letters_page,
    require_letter_seen,
    waiting_for_a_word,
)
from tasks.refusal import AlreadyDone, Refusal
from tasks.storm import storm_groups

pages = Pages()
EXPORTED = 20_000
"""So many letters a file holds at most; what is older has its own file by dates."""


@pages.get("/letters", SIGNED_IN)
def letters(visit: Visit) -> Response:
    """What was sent to whom, the newest first."""
    filters = _filter(visit)
    if visit.query.get("format", "") in FORMATS:
        return _file(visit, filters)
    found = letters_page(
        visit.work,
        visit.viewer,
        filters=filters,
        after=asked_number(visit.query, "after"),
        before=asked_number(visit.query, "before"),
    )
    return visit.render(
        "letters.html",
        page=found,
        query=visit.query,
        kinds=[(one.name, one.label) for one in catalogue().values()],
        states=[(one.value, say(f"cli.letter.standing.{one}")) for one in LetterState],
        batches=[one.number for one in visit.work.programme.batches],
        standing=standing,
        address=lambda **changes: other_address(visit.query, **changes),
        may_decide=_may_decide(visit),
    )


@pages.get("/letters/doubt", needs("operation"))
def doubted(visit: Visit) -> Response:
    """The letters that wait for somebody's word."""
    return visit.render("letters_doubt.html", rows=waiting_for_a_word(visit.work), standing=standing)


@pages.post("/letters/doubt", needs("operation"))
def give_word(visit: Visit) -> Response:
    """Somebody says what became of a letter; before a weighty one goes again, the archive is asked."""
    chosen = act_of(RESOLVE)
    key, archive = str(visit.form.get("letter", "")), post_settings().archive
    if archive is not None and visit.form.get("verdict") == "resend":
        try:
            place = look_up_doubted(visit.house, archive, key)
        except ArchiveUnreachable as fault:
            raise Refusal("post.archive_down", reason=str(fault)) from fault
        if place is not None:
            raise AlreadyDone("post.held_there", place=place)
    return performed(visit, chosen, visit.form)


@pages.get("/letters/storm", needs("operation"))
def storms(visit: Visit) -> Response:
    """What the storm guard holds, with a preview of the first letters."""
    groups = storm_groups(visit.work)
    links = {
        one.kind: act_links(
            ("post.release_storm", "post.drop_storm"),
            {"kind": one.kind},
            "/letters/storm",
            role=visit.viewer.role,
        )
        for one in groups
    }
    return visit.render("letters_storm.html", groups=groups, links=links)


@pages.get("/letter/{key:path}", SIGNED_IN)
def letter(visit: Visit) -> Response:
    """One letter: why it was written, to whom, its text as sent, every attempt with the server's reply."""
    work, key = visit.work, visit.path("key")
    require_letter_seen(work, visit.viewer, key)
    history = letter_history(work, key)
    facts = history.letter
    reads_text = visit.viewer.role != "operator"
    text = history.text.words.text if history.text else caught_text(visit.house.home, facts["message_id"])
    waits = facts["state"] in ("in_doubt", "refused", "held")
    return visit.render(
        "letter.html",
        letter=facts,
        history=history,
        text=text if reads_text else None,
        reads_text=reads_text,
        standing=standing(facts["state"]),
        weight=say(f"cli.letter.weight.{facts['legal_class']}"),
        became=lambda fate: say(f"cli.letter.became.{fate}"),
        about=f"/go/{quote(facts['subject_key'], safe=':+')}" if reads_text else "",
        may_decide=waits and visit.viewer.role in act_of(RESOLVE).by,
        in_doubt=facts["state"] == "in_doubt",
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A letter's state as people read it: a tone of the style sheet, a shape, a word."""

    tone: str
    shape: str
    word: str


_SHAPES = {
    "sent": ("fine", "✓"),
    "refused": ("bad", "▲"),
    "in_doubt": ("warn", "◆"),
    "held": ("warn", "◆"),
    "dropped": ("idle", "–"),
}


def standing(state: str) -> Standing:
    """Where a letter stands."""
    return Standing(*_SHAPES.get(state, ("idle", "○")), say(f"cli.letter.standing.{state}"))


def _filter(visit: Visit) -> LetterFilter:
    query = visit.query
    return LetterFilter(
        kind=asked_word(query, "kind"),
        state=asked_word(query, "state"),
        batch=asked_number(query, "batch"),
        text=asked_word(query, "q"),
        subject=asked_word(query, "about"),
        since=asked_day(query, "since"),
        until=asked_day(query, "until"),
    )


def _file(visit: Visit, filters: LetterFilter) -> Response:
    found = letters_page(visit.work, visit.viewer, filters=filters, limit=EXPORTED)
    words = page_words("letters")
    return exported(
        words["title"],
        [
            words[name]
            for name in ("kind", "subject", "recipient", "office", "address", "state", "at", "tries")
        ],
        (_cells(one) for one in found.rows),
        as_format=visit.query["format"],
    )


def _cells(one: LetterRow) -> list[object]:
    moment = one.sent_at or one.not_before
    word = standing(one.state).word
    return [
        one.label,
        one.title,
        one.recipient,
        one.organisation_name,
        one.address,
        word,
        moment,
        one.attempts,
    ]


def _may_decide(visit: Visit) -> bool:
    return has_right(visit.viewer.role, Right.READ, "operation")
