"""One person of every role who has to do with one pair of the played house, and what is none of their business."""

from dataclasses import dataclass

from sqlalchemy import text

from models.rules.access import Viewer
from tasks.operators import add_operator
from tasks.work import Work
from tests.factory import PROVINCE, PROVINCE_RURAL, SHENZHEN, Bench

OPERATOR = "operator.keeper"


@dataclass(frozen=True)
class Scene:
    """A pair recommended by a county, and the offices and institutions that have to do with it."""

    pair: str
    city: str
    county: str
    sender: str
    recipient: str
    reviewer: str
    applicant: str = ""
    """An institution with a form in hand."""
    nominator: str = ""
    """A county office before which another one's form lies."""


def scene_of(bench: Bench) -> Scene:
    """The first pair of a county's application."""
    with bench.work() as work:
        add_operator(work, "keeper", name="运行人员（示例）", email="keeper@people.example")
        row = work.session.connection().execute(
            text(
                "SELECT p.key, p.city, o.division, p.sender, p.recipient FROM pair AS p"
                " JOIN organisation AS o ON o.code = p.nominator WHERE o.kind = 'county_civil' ORDER BY p.key"
            )
        )
        pair, city, county, sender, recipient = row.first() or ("",) * 5
        return Scene(pair, city, county, sender, recipient, "reviewer-01")


def offices(scene: Scene) -> dict[str, str]:
    """Role → the organisation of the scene that has it."""
    return {
        "province_civil": PROVINCE,
        "province_rural": PROVINCE_RURAL,
        "city_civil": f"{scene.city}-mz",
        "city_rural": f"{scene.city}-xz",
        "county_civil": f"{scene.county}-mz",
        "county_rural": f"{scene.county}-xz",
        "sender_bureau": SHENZHEN,
        "sender": scene.sender,
        "recipient": scene.recipient,
        "reviewer": scene.reviewer,
        "operator": "operator",
    }


ROLES = tuple(offices(Scene("", "", "", "", "", "")))
MORE = {"applicant": "recipient", "nominator": "county_civil"}
"""Who else plays, and their role: some pages stand only while an application is under way."""
CAST = (*ROLES, *MORE)


def office_of(scene: Scene, part: str) -> str:
    """The organisation of somebody of the cast: of a role, or one of those that play beside them."""
    return {**offices(scene), "applicant": scene.applicant, "nominator": scene.nominator}[part]


def person_of(scene: Scene, role: str) -> str:
    """Who acts for a role in the scene, or for somebody else of the cast."""
    duty = {"reviewer": "reviewer", "operator": "keeper"}.get(role, "officer")
    return f"{office_of(scene, role)}.{duty}"


def viewer_of(work: Work, scene: Scene, role: str) -> Viewer:
    """The same person as the table of rights knows them."""
    office = office_of(scene, role)
    row = work.session.connection().execute(
        text("SELECT division, city, kind FROM organisation WHERE code = :code"), {"code": office}
    )
    division, city, kind = row.one()
    # The city of a city's office is its own division.
    own = division if kind in ("city_civil", "city_rural") else city
    return Viewer(
        person_of(scene, role), office, MORE.get(role, role), division, city if city is not None else own
    )


_KNOWN = {
    "province_civil": "SELECT uscc FROM institution",
    "province_rural": "SELECT uscc FROM institution",
    "operator": "SELECT uscc FROM institution",
    "sender_bureau": "SELECT code FROM organisation WHERE kind = 'sender'"
    " UNION SELECT uscc FROM application WHERE state IN ('approved', 'paired')"
    " UNION SELECT recipient FROM pair",
    "city": "SELECT code FROM organisation WHERE kind = 'recipient' AND city = :city"
    " UNION SELECT uscc FROM application WHERE city = :city"
    " UNION SELECT sender FROM pair WHERE city = :city",
    "county": "SELECT code FROM organisation WHERE kind = 'recipient' AND division = :county"
    " UNION SELECT uscc FROM application WHERE nominator = :nominator"
    " UNION SELECT sender FROM pair WHERE nominator = :nominator",
    "sender": "SELECT :own UNION SELECT recipient FROM pair WHERE sender = :own",
    "recipient": "SELECT :own UNION SELECT sender FROM pair WHERE recipient = :own",
    "reviewer": "SELECT a.uscc FROM application AS a JOIN assessment AS b ON b.application = a.key"
    " WHERE b.reviewer = :person",
}
"""Which institutions a role has to do with (section 15), told once more in plain SQL: not by the code under test."""


def foreign_marks(work: Work, scene: Scene, role: str) -> frozenset[str]:
    """Codes, names and addresses of institutions that somebody of this role has nothing to do with, and their pairs."""
    office, plays = office_of(scene, role), MORE.get(role, role)
    statement = _KNOWN[plays if plays in _KNOWN else plays.partition("_")[0]]
    county = office.partition("-")[0] if plays.startswith("county") else scene.county
    given = {
        "city": scene.city,
        "county": county,
        "nominator": f"{county}-mz",
        "own": office,
        "person": person_of(scene, role),
    }
    connection = work.session.connection()
    used = {name: value for name, value in given.items() if f":{name}" in statement}
    known = set(connection.execute(text(statement), used).scalars())
    marks: set[str] = set()
    institutions = connection.execute(
        text(
            "SELECT o.code, o.name, p.email, p.mobile FROM organisation AS o JOIN duty AS d ON d.organisation = o.code"
            " JOIN person AS p ON p.code = d.person WHERE o.kind IN ('sender', 'recipient')"
        )
    )
    for code, *rest in institutions:
        if code not in known:
            marks.update(str(one) for one in (code, *rest) if one)
    for key, sender, recipient in connection.execute(text("SELECT key, sender, recipient FROM pair")):
        if not {sender, recipient} <= known:
            marks.add(str(key))
    return frozenset(marks)
