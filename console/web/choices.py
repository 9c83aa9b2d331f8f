"""What a field of a form offers to choose from: words of the pack, or objects within the visitor's reach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from console.web import listed
from console.web.choice import Choice
from console.web.possible import BEFORE_DECISION
from console.web.wording import page_words
from models.messages import say
from models.organisation import Organisation
from models.pairing import Pair
from models.programme.pack import Rules
from models.rules.access import Viewer
from models.states import MOVES, MailState
from models.step import Step
from notifications.catalogue import catalogue
from tasks.acts import act_of
from tasks.funding import funding_of
from tasks.parties import name_of
from tasks.queries.received_mails import received_mails
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for which field of which act, and what has been filled in so far."""

    work: Work
    viewer: Viewer
    act: str
    given: Mapping[str, Any]

    @property
    def batch(self) -> int | None:
        """The batch that is spoken of, as far as what is given says so."""
        batch = self.given.get("batch")
        if batch not in (None, ""):
            return int(batch) if str(batch).isdecimal() else None
        if pair := self.given.get("pair"):
            number = str(pair).partition("-")[0].removeprefix("P")
        elif application := self.given.get("application"):
            number = str(application).partition("-")[0]
        else:
            return None
        return int(number) if number.isdecimal() else None

    @property
    def rules(self) -> Rules:
        """The rules of that batch, or of today."""
        if self.batch is not None:
            return self.work.rules(self.batch)
        return self.work.programme.rules(self.work.today)

    def states_for(self, table: str) -> tuple[str, ...]:
        """The states from which this act moves objects of a table; none where it moves none."""
        return tuple(
            dict.fromkeys(state for move in MOVES[table] if move.act == self.act for state in move.origins)
        )


Provider = Callable[[Asking], list[Choice]]


def choices_of(
    work: Work, viewer: Viewer, act: str, path: str, given: Mapping[str, Any]
) -> tuple[Choice, ...]:
    """The choices of a field, empty where anything may be written; `path` has the table's name for a cell."""
    for name in (f"{act}.{path}", path, path.rpartition(".")[2]):
        if name in _PROVIDERS:
            return tuple(_PROVIDERS[name](Asking(work, viewer, act, given)))
    return ()


def _words(group: str) -> Provider:
    return lambda asking: [Choice(code, label) for code, label in asking.work.programme.words[group].items()]


def _named(parameter: str, group: str) -> Provider:
    """The codes that a parameter of the pack lists, in the words of a group."""
    return lambda asking: [
        Choice(code, asking.work.programme.label(group, code)) for code in asking.rules.names(parameter)
    ]


def _pairs(*states: str) -> Provider:
    return lambda asking: listed.pairs(
        asking.work, asking.viewer, batch=asking.batch, states=asking.states_for("pair") or states
    )


def _applications(*states: str) -> Provider:
    return lambda asking: listed.applications(
        asking.work, asking.viewer, batch=asking.batch, states=asking.states_for("application") or states
    )


def _on_list(asking: Asking) -> list[Choice]:
    """The applications on a city's list; of every list in reach while no city is named (K23)."""
    city = str(asking.given.get("city") or "") or None
    return listed.ranked_applications(asking.work, asking.viewer, batch=asking.batch, city=city)


def _to_be_excused(asking: Asking) -> list[Choice]:
    """What an override may be for: applications that stand, and those that K17 keeps from being begun."""
    standing = listed.applications(asking.work, asking.viewer, batch=asking.batch, states=BEFORE_DECISION)
    return standing + listed.candidates(asking.work, asking.viewer)


def _years(asking: Asking) -> list[Choice]:
    return listed.work_years(asking.work, asking.batch)


def _legs(asking: Asking) -> list[Choice]:
    pays = {"province_civil": ("A",), "city_civil": ("B", "C"), "county_civil": ("C",)}
    return [
        Choice(leg, asking.work.programme.label("leg", leg))
        for leg in pays.get(asking.viewer.role, ("A", "B", "C"))
    ]


def _sources(asking: Asking) -> list[Choice]:
    return _named("funds.sources", "fund")(asking)


def _uses(asking: Asking) -> list[Choice]:
    """The uses of the viewer's own leg; those of a sender that need a reason only where one is asked for (K43)."""
    sender = asking.viewer.role == "sender"
    keys = [leg.uses for leg in asking.work.programme.legs if leg.code == ("B" if sender else "C")]
    codes = dict.fromkeys(code for key in keys if key for code in asking.rules.names(key))
    if sender and "note" in act_of(asking.act).form.model_fields:
        codes |= dict.fromkeys(asking.rules.names("money.sender_flagged_uses"))
        codes[asking.rules.text("money.sender_other_use")] = None
    return [Choice(code, asking.work.programme.label("use", code)) for code in codes]


def _soft_clauses(asking: Asking) -> list[Choice]:
    return [
        Choice(one, f"{one} {asking.work.programme.clause(one).title}")
        for one in ("K08", "K17", "K20", "K21")
    ]


def _form_fields(asking: Asking) -> list[Choice]:
    return [Choice(one.key, f"{one.id} {one.label}") for one in asking.work.programme.form]


def _criteria(asking: Asking) -> list[Choice]:
    return _named("review.criteria", "criterion")(asking)


def _funded_years(asking: Asking) -> list[Choice]:
    """The work years of a pair's agreement: a pair that came later has fewer than its batch."""
    pair = asking.work.session.get(Pair, str(asking.given.get("pair", "")))
    if pair is None:
        return _years(asking)
    return [Choice(str(year), str(year)) for year in funding_of(asking.work, pair).years]


def _agreed_indicators(asking: Asking) -> list[Choice]:
    """What an agreement can promise; what it must promise stands first (K28)."""
    listed_first = sorted(asking.work.programme.indicators, key=lambda one: one.group != "target")
    return [
        Choice(
            one.code,
            say(
                "web.indicator_must" if one.group == "target" else "web.noted", name=one.label, note=one.unit
            ),
        )
        for one in listed_first
        if one.group in ("target", "rollup") and one.unit
    ]


def _own_party(asking: Asking) -> list[Choice]:
    """The party that the visitor's office signs as; all of them while the pair is not chosen (K27)."""
    pair = str(asking.given.get("pair", ""))
    every = listed.signing_parties(asking.work, asking.viewer, pair)
    own = [one for one in every if one.value == asking.viewer.role]
    return own or every


def _indicators(asking: Asking) -> list[Choice]:
    return [
        Choice(one.code, say("web.noted", name=one.label, note=one.unit) if one.unit else one.label)
        for one in asking.work.programme.indicators
    ]


def _deputies(asking: Asking) -> list[Choice]:
    """Colleagues of whoever is away; nobody stands in for themself."""
    absent = asking.given.get("person")
    return [one for one in listed.colleagues(asking.work, asking.viewer) if one.value != absent]


def _successors(asking: Asking) -> list[Choice]:
    """Offices of the same kind as the one that ends; nothing is merged into itself."""
    ending = asking.work.session.get(Organisation, str(asking.given.get("organisation") or ""))
    kind = ending.kind if ending is not None else None
    return [one for one in listed.offices(asking.work, kind) if ending is None or one.value != ending.code]


def _step(asking: Asking) -> list[Choice]:
    """The step that a form is about, by what is owed and by whom."""
    found = asking.work.session.execute(
        select(Step).where(col(Step.key) == str(asking.given.get("step") or ""))
    ).scalar_one_or_none()
    if found is None:
        return []
    title, owner = asking.work.programme.step(found.kind).title, name_of(asking.work, found.owner)
    return [Choice(found.key, say("web.noted", name=title, note=owner))]


def _letter_kinds() -> list[Choice]:
    return [Choice(one.name, one.label) for one in catalogue().values()]


def _page_words(section: str) -> Provider:
    return lambda _asking: [Choice(code, label) for code, label in page_words(section).items()]


_PROVIDERS: Mapping[str, Provider] = {
    "application": _applications(),
    "application.grant_override.application": _to_be_excused,
    "applications": _on_list,
    "approved": _applications("checked"),
    "waiting": _applications("checked"),
    "rejected": _applications("checked", "correcting"),
    "ranking": _applications("recommended"),
    "reasons": _applications("recommended"),
    "new_application": _applications("approved", "waiting"),
    "pairs.application": _applications("approved"),
    "batch": lambda asking: listed.batches(asking.work),
    "agreement.draft.indicators": _agreed_indicators,
    "agreement.draft.payment_plan.leg": _words("leg"),
    "agreement.draft.payment_plan.year": _funded_years,
    "agreement.draft.year": _funded_years,
    "agreement.sign.party": _own_party,
    "board_for": _named("money.board_for", "option"),
    "channel": _words("channel"),
    "city": lambda asking: listed.cities(asking.work, asking.viewer),
    "clause": _soft_clauses,
    "deputy": _deputies,
    "division": lambda asking: listed.divisions(asking.work, asking.viewer),
    "duty": _words("duty"),
    "grade": _words("evaluation_grade"),
    "indicator": _indicators,
    "indicators": _indicators,
    "evaluation.record_honour.kind": _named("evaluation.case_kinds", "case_kind"),
    "evaluation.record_honour.level": lambda _asking: [
        Choice(code, label) for code, label in page_words("honours")["levels"].items()
    ],
    "files.attach.purpose": _page_words("file_purposes"),
    "files.attach.subject_type": _page_words("file_subjects"),
    "fieldwork.enter_month.days.kind": _words("visit_kind"),
    "fieldwork.enter_month.visits.kind": _words("visit_kind"),
    "leg": _legs,
    "level": _words("level"),
    "lines": _uses,
    "spending": _uses,
    "members.person": lambda asking: listed.reviewers(asking.work, asking.viewer),
    "nominator": lambda asking: listed.nominators(asking.work, asking.viewer),
    "organisation.correct_registration.division": lambda asking: listed.homes(asking.work, asking.viewer),
    "organisation": lambda asking: listed.offices(asking.work),
    "successor": _successors,
    "pair": _pairs("confirmed", "effective"),
    "pairs": _pairs("effective"),
    "party": lambda asking: listed.signing_parties(
        asking.work, asking.viewer, str(asking.given.get("pair", ""))
    ),
    "person": lambda asking: listed.colleagues(asking.work, asking.viewer),
    "problems": _form_fields,
    "remarks": _form_fields,
    "scores": _criteria,
    "sender": lambda asking: listed.senders(
        asking.work, asking.viewer, asking.batch, asking.states_for("roster_entry")
    ),
    "new_sender": lambda asking: listed.senders(asking.work, asking.viewer, asking.batch, ("available",)),
    "side": lambda asking: [
        Choice(role, asking.work.programme.party_label(role))
        for role in ("sender", "recipient")
        if asking.viewer.role in (role, "")
    ],
    "source": _sources,
    "step": _step,
    "disbursement.record_own_funds.source": _words("own_fund"),
    "trainee": lambda asking: listed.trainees(asking.work, asking.viewer, str(asking.given.get("pair", ""))),
    "type": _words("institution_type"),
    "post.drop_storm.kind": lambda _asking: _letter_kinds(),
    "post.release_storm.kind": lambda _asking: _letter_kinds(),
    "verdict": lambda _asking: [Choice(one, say(f"post.say.{one}")) for one in ("sent", "resend")],
    "mail": lambda asking: [
        Choice(one.number, f"{one.number} {one.subject}")
        for one in received_mails(asking.work, asking.viewer)
        if one.state in (asking.states_for("received_mail") or tuple(MailState))
    ],
    "voucher": lambda asking: listed.vouchers(asking.work, asking.viewer, asking.states_for("voucher")),
    "year": _years,
}
"""Field (of an act, or of a table) → where its choices come from."""
