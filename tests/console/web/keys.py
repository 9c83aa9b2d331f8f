"""What the keys in addresses are: for every route with a key examples of it, and the rule by which it is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text

from models.rules.access import Right, Viewer
from tasks.work import Work
from tests.console.web import sights
from tests.console.web.sights import Rule, always, both, either, never, of_city, only_role, role_with, whose

APART = "|"
"""Between the parts of an address in an example that fills more than one of them."""


@dataclass(frozen=True)
class Key:
    """A route's key: `examples` of it in SQL, with what they are grouped by; `rule`, who sees such an object.

    `stands` says when there is something to see for those: else they are answered as `closed` says. Whoever the rule
    does not let in is answered as `refused` says; `known` are those who may know by another page that it is there.
    `fields` are what a form needs to get that far.
    """

    examples: str
    rule: Rule
    stands: Rule = always
    closed: frozenset[int] = frozenset({404})
    refused: frozenset[int] = frozenset({404})
    known: Rule = never
    fields: Mapping[str, str] = field(default_factory=dict)

    def allowed(self, work: Work, viewer: Viewer, key: str) -> bool:
        """Whether the rule lets a viewer see this object."""
        return self.rule(work, viewer, key)


NO_RIGHT = frozenset({403})
"""Who is refused by role alone learns of the object nothing that the address does not say."""
ANY_REFUSAL = frozenset({403, 404})
NOT_NOW = frozenset({400, 409})

APPLICATION = "SELECT key, '' FROM application ORDER BY key"
BY_STATE = "SELECT key, state FROM application ORDER BY state, key"
REMARKS = (
    "SELECT key || '|' || goal, goal || state FROM application,"
    " (SELECT 'return' AS goal UNION SELECT 'correction') ORDER BY 2, 1"
)
AGREEMENT = "SELECT pair, '' FROM agreement ORDER BY pair"
BATCH = "SELECT number, '' FROM batch ORDER BY number"
CITY = "SELECT DISTINCT city, '' FROM submission ORDER BY city"
CITY_QUARTER = "SELECT city || ':' || quarter, '' FROM tracking ORDER BY 1"
CLAUSES = "SELECT 'K' || column1, '' FROM (VALUES ('08'), ('23'))"
EVENT = "SELECT DISTINCT subject_type || ':' || subject, subject_type FROM event ORDER BY 2, 1"
FILE = "SELECT sha256 || '|' || id, subject_type FROM attachment ORDER BY id"
HONOUR = "SELECT key, '' FROM honour ORDER BY key"
LETTER = "SELECT key, kind FROM letter ORDER BY kind, id"
MAIL = "SELECT number, '' FROM received_mail ORDER BY number"
MERGED = (
    "SELECT code, kind || EXISTS (SELECT 1 FROM succession WHERE predecessor = code) FROM organisation"
    " ORDER BY 2, 1"
)
ORGANISATION = "SELECT code, kind FROM organisation ORDER BY kind, code"
PAIR = "SELECT key, '' FROM pair ORDER BY key"
PAIR_YEAR = "SELECT DISTINCT pair || ':' || year, '' FROM evaluation ORDER BY 1"
MONTH = "SELECT DISTINCT pair || ':' || year || '|' || '2023-05', year FROM evaluation ORDER BY 2, 1"
PERSON = (
    "SELECT DISTINCT d.person, o.kind || d.duty FROM duty AS d JOIN organisation AS o ON o.code = d.organisation"
    " ORDER BY 2, 1"
)
PAPER = " UNION ALL ".join(
    f"SELECT {key} || '|{paper}', '{paper}' FROM {table}"
    for paper, key, table in (
        ("agreement", "pair", "agreement"),
        ("application_form", "key", "application"),
        ("certificate", "pair || ':' || year", "evaluation"),
        ("cover_sheet", "key", "submission"),
        ("decision", "batch", "decision"),
        ("pairing_list", "batch", "decision"),
        ("payment_notice", "key", "voucher"),
        ("summary_table", "key", "submission"),
    )
)
REPORT = "SELECT key, '' FROM annual_report ORDER BY key"
REVIEWED = "SELECT DISTINCT application, '' FROM assessment ORDER BY 1"
STEP = "SELECT key, '' FROM step ORDER BY id"
STEP_OF_KIND = "SELECT key, kind FROM step ORDER BY kind, id"
SUBMISSION = "SELECT key, state FROM submission ORDER BY state, key"
VOUCHER = "SELECT key, leg FROM voucher ORDER BY leg, key"
YEAR = "SELECT DISTINCT year, '' FROM rollup UNION SELECT 2024, '' ORDER BY 1"

IN_2023 = sights.asking("SELECT 1 WHERE substr(:key, -4) = '2023'")
A_PROVINCIAL_ACT = only_role("province_civil")

PAGES: Mapping[str, Key] = {
    "/agreement/{pair}": Key(AGREEMENT, whose("agreement")),
    "/agreement/{pair}/sheet": Key(AGREEMENT, whose("agreement")),
    "/api/v1/rollup/{year}": Key(YEAR, sights.figures_of_all, refused=NO_RIGHT),
    "/api/v1/steps/{key:path}": Key(STEP, whose("reminder")),
    "/application/{key}": Key(APPLICATION, whose("application")),
    "/application/{key}/form": Key(
        BY_STATE,
        both(whose("application"), sights.applicant),
        sights.in_hand,
        NOT_NOW,
        refused=ANY_REFUSAL,
        known=whose("application"),
    ),
    "/application/{key}/print": Key(APPLICATION, whose("application")),
    "/application/{key}/remarks/{goal}": Key(
        REMARKS, sights.remarks, sights.to_remark, known=whose("application")
    ),
    "/audit/{subject:path}": Key(EVENT, either(sights.over_all("audit"), whose("audit"))),
    "/batch/{batch}": Key(BATCH, whose("batch")),
    "/city/{code}": Key(CITY, sights.city_page),
    "/closing/{batch}": Key(BATCH, role_with("evaluation"), refused=NO_RIGHT),
    "/evaluation/{key}": Key(PAIR_YEAR, whose("evaluation")),
    "/fieldwork/{key}": Key(PAIR_YEAR, whose("fieldwork")),
    "/fieldwork/{key}/month/{month}": Key(MONTH, whose("fieldwork"), IN_2023),
    "/file/{sha256}/{attachment}": Key(FILE, sights.attached_file),
    "/go/{key:path}": Key(STEP, whose("reminder")),
    "/honours/{key:path}": Key(HONOUR, sights.honour),
    "/letter/{key:path}": Key(LETTER, sights.letter),
    "/mailbox/{number}": Key(MAIL, whose("received_mail")),
    "/mailbox/{number}/original": Key(MAIL, whose("received_mail")),
    "/organisation/{code}": Key(ORGANISATION, sights.organisation),
    "/organisation/{code}/move": Key(
        MERGED,
        whose("organisation", Right.APPROVE),
        sights.merged,
        NOT_NOW,
        refused=NO_RIGHT,
    ),
    "/pair/{pair}": Key(PAIR, whose("pairing")),
    "/pairing/{batch}": Key(BATCH, role_with("pairing"), refused=NO_RIGHT),
    "/person/{code}/account": Key(PERSON, sights.account),
    "/programme/{entry}": Key(CLAUSES, whose("programme")),
    "/report/{key}": Key(REPORT, of_city("evaluation")),
    "/review/decision/{batch}": Key(BATCH, role_with("review", Right.APPROVE), refused=NO_RIGHT),
    "/review/{application}": Key(REVIEWED, whose("review")),
    "/roster/{batch}": Key(BATCH, role_with("roster"), refused=NO_RIGHT),
    "/rollup/{year}": Key(
        YEAR,
        both(role_with("evaluation"), either(sights.figures_of_all, sights.published)),
    ),
    "/step/{key:path}": Key(STEP_OF_KIND, whose("reminder")),
    "/submission/{key}": Key(SUBMISSION, sights.whole_list),
    "/submission/{key}/summary": Key(SUBMISSION, sights.whole_list, sights.listed),
    "/tracking/{key}": Key(CITY_QUARTER, of_city("fieldwork")),
    "/voucher/{key:path}": Key(VOUCHER, whose("leg")),
}
"""Route that is looked at → what its key is. A page with a key that is not here fails the walk."""

POSTS: Mapping[str, Key] = {
    "/application/{key}/advice": Key(
        BY_STATE, sights.applicant, sights.in_hand, NOT_NOW, refused=ANY_REFUSAL
    ),
    "/application/{key}/form": Key(BY_STATE, sights.applicant, sights.in_hand, NOT_NOW, refused=ANY_REFUSAL),
    "/application/{key}/form/file": Key(
        BY_STATE, sights.applicant, sights.in_hand, NOT_NOW, refused=ANY_REFUSAL
    ),
    "/application/{key}/number": Key(
        APPLICATION,
        either(A_PROVINCIAL_ACT, sights.nominator),
        refused=ANY_REFUSAL,
        known=whose("application"),
        fields={"number": "legal_person_id", "reason": "核对证件（示例）"},
    ),
    "/application/{key}/remarks/{goal}": Key(
        REMARKS,
        sights.remarks,
        sights.to_remark,
        NOT_NOW,
        refused=ANY_REFUSAL,
        known=whose("application"),
    ),
    "/documents/{key:path}/{document}": Key(PAPER, sights.paper, fields={"format": "docx"}),
    "/fieldwork/{key}/month/{month}": Key(MONTH, whose("fieldwork", Right.SUBMIT), IN_2023),
    "/pairing/{batch}/confirm": Key(BATCH, role_with("pairing", Right.APPROVE), refused=NO_RIGHT),
    "/pairing/{batch}/propose": Key(BATCH, A_PROVINCIAL_ACT, refused=NO_RIGHT),
    "/pairing/{batch}/try": Key(BATCH, role_with("pairing", Right.APPROVE), refused=NO_RIGHT),
    "/person/{code}/account": Key(PERSON, sights.account, fields={"act": "account.open"}),
    "/review/decision/{batch}": Key(BATCH, A_PROVINCIAL_ACT, refused=NO_RIGHT),
    "/review/panel/{batch}": Key(BATCH, A_PROVINCIAL_ACT, refused=NO_RIGHT),
}
"""Route that is posted to → what its key is, and who gets as far as the act itself."""

UNTOUCHED: Mapping[str, list[str]] = {"GET": [], "POST": []}
"""Routes of which the played house shows only one side, each with the reason."""

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


def examples(work: Work, key: Key) -> dict[str, list[str]]:
    """The keys of all objects of a kind, by what they are grouped by."""
    found: dict[str, list[str]] = {}
    for one, group in work.session.connection().execute(text(key.examples)):
        found.setdefault(str(group), []).append(str(one))
    return found
