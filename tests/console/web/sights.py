"""Who sees what beyond one row of the table of rights: the rules of single pages, told apart from the code under test.

A rule is asked of a viewer and the key of an object. Where an object lies is read here in plain SQL, as far as the
table's own scopes do not say it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from models.rules.access import Right, Scope, Viewer, Whereabouts, grant_of, has_right, may
from tasks.queries.whereabouts import whereabouts
from tasks.work import Work

Rule = Callable[[Work, Viewer, str], bool]
READ = Right.READ


def always(_work: Work, _viewer: Viewer, _key: str) -> bool:
    """Whoever it is, and whatever."""
    return True


def never(_work: Work, _viewer: Viewer, _key: str) -> bool:
    """Nobody."""
    return False


def whose(kind: str, right: Right = READ, *, key: str = "{0}") -> Rule:
    """Section 15 to the letter: the right on this object, within its scope. `leg` is the leg that the key begins with.

    `key` lays out the object's own key from the parts of an example.
    """

    def rule(work: Work, viewer: Viewer, example: str) -> bool:
        named = key.format(*example.split("|"))
        one = f"leg_{named[0].lower()}" if kind == "leg" else kind
        where = whereabouts(work, one, named)
        return where is not None and may(viewer, right, one, where)

    return rule


def role_with(kind: str, right: Right = READ) -> Rule:
    """Whoever has this right over some object of the kind; the page shows each as far as their scope reaches."""
    return lambda _work, viewer, _key: has_right(viewer.role, right, kind)


def over_all(kind: str) -> Rule:
    """Whoever reads every object of a kind."""

    def rule(_work: Work, viewer: Viewer, _key: str) -> bool:
        grant = grant_of(viewer.role, kind)
        return grant is not None and READ in grant.rights and grant.scope is Scope.ALL

    return rule


def both(*rules: Rule) -> Rule:
    """Whoever all of these rules let in."""
    return lambda work, viewer, key: all(rule(work, viewer, key) for rule in rules)


def either(*rules: Rule) -> Rule:
    """Whoever one of these rules lets in."""
    return lambda work, viewer, key: any(rule(work, viewer, key) for rule in rules)


def not_role(*roles: str) -> Rule:
    """Everybody but these."""
    return lambda _work, viewer, _key: viewer.role not in roles


def only_role(*roles: str) -> Rule:
    """These alone."""
    return lambda _work, viewer, _key: viewer.role in roles


def asking(statement: str) -> Rule:
    """What a question in SQL says: it names `:key` (or `:rest`, its second part) and what it needs of the viewer."""

    def rule(work: Work, viewer: Viewer, example: str) -> bool:
        key, _, rest = example.partition("|")
        given: dict[str, Any] = {
            "key": key,
            "rest": rest,
            "person": viewer.person,
            "office": viewer.organisation,
            "role": viewer.role,
            "city": viewer.city,
            "division": viewer.division,
        }
        used = {name: value for name, value in given.items() if f":{name}" in statement}
        return work.session.connection().execute(text(statement), used).first() is not None

    return rule


def city_page(_work: Work, viewer: Viewer, city: str) -> bool:
    """A city at a glance: for whoever reads pairs everywhere, and for the offices of the city and its counties."""
    grant = grant_of(viewer.role, "pairing")
    return grant is not None and (
        grant.scope is Scope.ALL or (grant.scope in (Scope.CITY, Scope.COUNTY) and viewer.city == city)
    )


def of_city(kind: str) -> Rule:
    """A city's own paper (`CITY:…` or `…:CITY`): for whoever reads this kind everywhere or in that city."""

    def rule(_work: Work, viewer: Viewer, key: str) -> bool:
        city = next(part for part in key.split(":") if part.isdecimal() and len(part) == len("430100"))
        return may(viewer, READ, kind, Whereabouts(city=city))

    return rule


def figures_of_all(_work: Work, viewer: Viewer, _key: str) -> bool:
    """A year's figures before they are published: the cities', and whoever reads all evaluations."""
    grant = grant_of(viewer.role, "evaluation")
    return grant is not None and grant.scope in (Scope.ALL, Scope.CITY)


published = asking("SELECT 1 FROM rollup WHERE year = :key")

honour = either(
    whose("honour"),
    asking(
        "SELECT 1 FROM event WHERE act = 'evaluation.record_honour' AND subject = :key"
        " AND (actor = :person OR actor LIKE :office || '.%')"
    ),
)
"""An honour is seen with its subject, and by the office that recorded it."""

_OFFICE_LETTER = (
    "SELECT 1 FROM letter AS l JOIN organisation AS o ON o.code = l.organisation_code WHERE l.key = :key AND "
)
letter = either(
    only_role("province_civil", "operator"),
    asking(_OFFICE_LETTER + "o.code = :office"),
    both(
        only_role("city_civil"),
        either(
            asking(_OFFICE_LETTER + "o.city = :city AND o.kind <> 'reviewer'"),
            asking(
                "SELECT 1 FROM letter AS l JOIN pair AS p ON p.key = l.subject_key"
                " WHERE l.key = :key AND p.city = :city"
            ),
            asking(
                "SELECT 1 FROM letter AS l JOIN application AS a ON a.key = l.subject_key"
                " WHERE l.key = :key AND a.city = :city"
            ),
        ),
    ),
    both(
        only_role("county_civil", "county_rural"),
        role_with("reminder", Right.WRITE),
        either(
            asking(
                _OFFICE_LETTER
                + "o.division = :division AND o.kind IN ('county_civil', 'county_rural', 'recipient')"
            ),
            asking(_OFFICE_LETTER + "o.code IN (SELECT uscc FROM application WHERE nominator = :office)"),
            asking(
                "SELECT 1 FROM letter AS l JOIN pair AS p ON p.key = l.subject_key"
                " WHERE l.key = :key AND p.nominator = :office"
            ),
        ),
    ),
    both(only_role("sender_bureau"), asking(_OFFICE_LETTER + "o.kind = 'sender'")),
)
"""A letter is its recipient's, and of those who answer for the recipient or for what it is about (reminders)."""


def _kept(code: str) -> Rule:
    """Whose people's accounts an office keeps; `code` is the organisation's code in SQL."""
    return either(
        asking(f"SELECT 1 WHERE {code} = :office"),
        both(
            only_role("county_civil", "city_civil"),
            asking(
                f"SELECT 1 FROM organisation AS o LEFT JOIN institution AS i ON i.uscc = o.code WHERE o.code = {code}"
                " AND o.kind = 'recipient' AND (:division IN (o.division, o.city, i.registration_division)"
                "  OR o.code IN (SELECT uscc FROM application WHERE nominator = :office))"
            ),
        ),
        both(
            only_role("sender_bureau"),
            asking(f"SELECT 1 FROM organisation WHERE code = {code} AND kind = 'sender'"),
        ),
        both(
            only_role("province_civil"),
            asking(f"SELECT 1 FROM organisation WHERE code = {code} AND kind = 'reviewer'"),
        ),
    )


organisation = either(whose("organisation"), both(not_role("reviewer"), _kept(":key")))
account = both(not_role("reviewer"), _kept("substr(:key, 1, instr(:key || '.', '.') - 1)"))
"""An account is kept by the office of its person, and by the office that answers for the institution."""

merged = asking("SELECT 1 FROM succession WHERE predecessor = :key")

applicant = asking("SELECT 1 FROM application WHERE key = :key AND uscc = :office")
in_hand = asking(
    "SELECT 1 FROM application WHERE key = :key AND state IN ('draft', 'returned', 'correcting')"
)
nominator = asking("SELECT 1 FROM application WHERE key = :key AND nominator = :office")
remarks = either(
    both(asking("SELECT 1 WHERE :rest = 'return'"), nominator),
    both(asking("SELECT 1 WHERE :rest = 'correction'"), only_role("province_civil")),
)
"""The recommending office gives a form back, the province asks for corrections."""
to_remark = asking(
    "SELECT 1 FROM application WHERE key = :key"
    " AND state = CASE :rest WHEN 'return' THEN 'submitted' ELSE 'emailed' END"
)
whole_list = both(whose("recommendation"), not_role("recipient"))
"""A city's whole list is the offices' to see."""
listed = asking("SELECT 1 FROM submission WHERE key = :key AND state <> 'collecting'")

_ATTACHED_TO = {
    "agreement": "agreement",
    "application": "application",
    "batch": "batch",
    "evaluation": "evaluation",
    "organisation": "organisation",
    "pair": "pairing",
    "voucher": "leg",
}
"""What a file is attached to → the kind whose readers have it."""


def attached_file(work: Work, viewer: Viewer, key: str) -> bool:
    """A file is seen with what it is attached to."""
    given = {"number": key.partition("|")[2]}
    asked = text("SELECT subject_type, subject FROM attachment WHERE id = :number")
    table, subject = work.session.connection().execute(asked, given).one()
    rules = {
        "closing_account": over_all("evaluation"),
        "decision": over_all("review"),
        "honour": honour,
        "submission": whole_list,
    }
    rule = rules.get(table) or whose(_ATTACHED_TO[table])
    return rule(work, viewer, subject)


_PAPERS: dict[str, Rule] = {
    "agreement": whose("agreement"),
    "application_form": whose("application"),
    "certificate": whose("evaluation"),
    "cover_sheet": whole_list,
    "decision": over_all("review"),
    "pairing_list": only_role("province_civil", "province_rural", "sender_bureau"),
    "payment_notice": whose("leg"),
    "summary_table": whole_list,
}


def paper(work: Work, viewer: Viewer, key: str) -> bool:
    """A document is made for whoever reads what it is about; a list of all pairs for those who read them all."""
    subject, _, document = key.partition("|")
    return _PAPERS[document](work, viewer, subject)
