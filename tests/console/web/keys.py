"""What the keys in addresses are: for every route with a key which kind of object it names, and examples of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import text

from models.rules.access import Right, Viewer, may
from tasks.queries.whereabouts import whereabouts
from tasks.work import Work


class How(StrEnum):
    """How far the table of rights alone says who sees a page."""

    EXACT = "exact"
    """Exactly those who may, see it."""
    NARROW = "narrow"
    """Some of those who may: it stands where there is something to be done."""
    OPEN = "open"
    """By further ways, which its own tests prove; here only that it tells nothing of others."""


@dataclass(frozen=True)
class Key:
    """A route's key: `kind` of models/rules/access.py, where its examples stand, what else stands in the address.

    `stands` are the examples as whereabouts know them, where that is another key.
    """

    kind: str
    examples: str
    right: Right = Right.READ
    how: How = How.EXACT
    rest: Mapping[str, str] = field(default_factory=dict)
    stands: str = "{}"

    def kind_of(self, key: str) -> str:
        """The kind of one object; a voucher's stands in its key."""
        return f"leg_{key[0].lower()}" if self.kind == "leg" else self.kind

    def allowed(self, work: Work, viewer: Viewer, key: str) -> bool:
        """What section 15 says of a viewer and an object."""
        where = whereabouts(work, self.kind_of(key), self.stands.format(key))
        return where is not None and may(viewer, self.right, self.kind_of(key), where)


APPLICATION = "SELECT key FROM application ORDER BY key"
AGREEMENT = "SELECT pair FROM agreement ORDER BY pair"
BATCH = "SELECT number FROM batch ORDER BY number"
EVENT = "SELECT DISTINCT subject_type || ':' || subject FROM event ORDER BY 1"
LETTER = "SELECT key FROM letter ORDER BY id"
ORGANISATION = "SELECT code FROM organisation ORDER BY kind, code"
PAIR = "SELECT key FROM pair ORDER BY key"
PERSON = "SELECT code FROM person ORDER BY code"
STEP = "SELECT key FROM step ORDER BY id"
SUBMISSION = "SELECT key FROM submission ORDER BY key"
CLAUSES = "SELECT 'K' || column1 FROM (VALUES ('08'), ('23'))"
HONOUR = "SELECT key FROM honour ORDER BY key"
PAIR_YEAR = "SELECT DISTINCT pair || ':' || year FROM evaluation ORDER BY 1"
REPORT = "SELECT key FROM annual_report ORDER BY key"
CITY_QUARTER = "SELECT city || ':' || quarter FROM tracking ORDER BY 1"
CITY = "SELECT DISTINCT city FROM submission ORDER BY city"
VOUCHER = "SELECT key FROM voucher ORDER BY key"
YEAR = "SELECT DISTINCT year FROM rollup ORDER BY year"

KEYS: Mapping[str, Key] = {
    "/mailbox/{number}": Key("received_mail", "SELECT number FROM received_mail ORDER BY number"),
    "/mailbox/{number}/original": Key("received_mail", "SELECT number FROM received_mail ORDER BY number"),
    "/agreement/{pair}": Key("agreement", AGREEMENT),
    "/agreement/{pair}/sheet": Key("agreement", AGREEMENT),
    "/api/v1/rollup/{year}": Key("batch", YEAR, how=How.NARROW),
    "/api/v1/steps/{key:path}": Key("reminder", STEP),
    "/application/{key}": Key("application", APPLICATION),
    "/application/{key}/advice": Key("application", APPLICATION, how=How.NARROW),
    "/application/{key}/form": Key("application", APPLICATION, how=How.NARROW),
    "/application/{key}/form/file": Key("application", APPLICATION, how=How.NARROW),
    "/application/{key}/number": Key("application", APPLICATION, how=How.NARROW),
    "/application/{key}/print": Key("application", APPLICATION),
    "/application/{key}/remarks/{goal}": Key(
        "application", APPLICATION, how=How.NARROW, rest={"goal": "return"}
    ),
    "/audit/{subject:path}": Key("audit", EVENT, how=How.OPEN),
    "/batch/{batch}": Key("batch", BATCH),
    "/city/{code}": Key("batch", CITY, how=How.OPEN),
    "/closing/{batch}": Key("batch", BATCH, how=How.NARROW),
    "/documents/{key:path}/{document}": Key(
        "application", APPLICATION, how=How.NARROW, rest={"document": "application_form"}
    ),
    "/evaluation/{key}": Key("evaluation", PAIR_YEAR),
    "/fieldwork/{key}": Key("fieldwork", PAIR_YEAR),
    "/fieldwork/{key}/month/{month}": Key("fieldwork", PAIR_YEAR, how=How.NARROW, rest={"month": "2023-05"}),
    "/file/{sha256}/{attachment}": Key(
        "agreement", "SELECT sha256 FROM stored_file ORDER BY 1", how=How.NARROW, rest={"attachment": "1"}
    ),
    "/go/{key:path}": Key("reminder", STEP),
    "/honours/{key:path}": Key("honour", HONOUR, how=How.NARROW),
    "/letter/{key:path}": Key("batch", LETTER, how=How.OPEN),
    "/organisation/{code}": Key("organisation", ORGANISATION, how=How.OPEN),
    "/organisation/{code}/move": Key("organisation", ORGANISATION, right=Right.APPROVE, how=How.NARROW),
    "/pair/{pair}": Key("pairing", PAIR),
    "/pairing/{batch}": Key("batch", BATCH, how=How.NARROW),
    "/pairing/{batch}/confirm": Key("batch", BATCH, how=How.NARROW),
    "/pairing/{batch}/propose": Key("batch", BATCH, how=How.NARROW),
    "/pairing/{batch}/try": Key("batch", BATCH, how=How.NARROW),
    "/person/{code}/account": Key("organisation", PERSON, how=How.OPEN),
    "/programme/{entry}": Key("programme", CLAUSES),
    "/report/{key}": Key("evaluation", REPORT, how=How.NARROW),
    "/review/decision/{batch}": Key("batch", BATCH, how=How.NARROW),
    "/review/panel/{batch}": Key("batch", BATCH, how=How.NARROW),
    "/review/{application}": Key("review", APPLICATION),
    "/roster/{batch}": Key("batch", BATCH, how=How.NARROW),
    "/rollup/{year}": Key("batch", YEAR, how=How.NARROW),
    "/step/{key:path}": Key("reminder", STEP),
    "/submission/{key}": Key("recommendation", SUBMISSION, how=How.NARROW),
    "/submission/{key}/summary": Key("recommendation", SUBMISSION, how=How.NARROW),
    "/tracking/{key}": Key("batch", CITY_QUARTER, how=How.OPEN),
    "/voucher/{key:path}": Key("leg", VOUCHER),
}
"""Route → what its key is. A page with a key that is not here fails the walk."""

FEWER: Mapping[str, frozenset[str]] = {
    "/import": frozenset(
        {
            *("province_civil", "province_rural", "city_civil", "city_rural", "county_civil", "county_rural"),
            *("sender_bureau", "sender", "recipient", "operator"),
        }
    ),
    "/letters/doubt": frozenset({"province_civil", "operator"}),
    "/letters/storm": frozenset({"province_civil", "operator"}),
    "/letters/rehearsal/difference": frozenset({"province_civil"}),
}
"""Pages without a key that fewer roles see than their kind alone would say."""

WITHOUT_OBJECT = frozenset(
    {
        "/act/{name}",
        "/api/v1/acts/{name}",
        "/calendar/{token}.ics",
        "/import/{kind}",
        "/import/{kind}/empty",
        "/import/{kind}/faults",
        "/import/{kind}/write",
        "/link/{token}",
        "/password/{token}",
    }
)
"""Routes whose parameter names no object: an act, a kind of sheet, a token that is its own proof; tested apart."""


def examples(work: Work, key: Key) -> list[str]:
    """The keys of all objects of a kind."""
    return [str(one) for one in work.session.connection().execute(text(key.examples)).scalars()]
