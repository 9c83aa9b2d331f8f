"""The pack's values: a programme's clauses, parameters, parties, steps, legs and form as frozen data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

from models.programme.rules import Rules, UnknownParameter
from models.programme.values import Ambiguity, Parameter, Value

Binding = Literal["hard", "soft", "duty", "info"]


class UnknownInPack(LookupError):
    """The pack has no such entry: correct the id, or add the entry to the programme file."""

    def __init__(self, kind: str, entry: str) -> None:
        super().__init__(f"{kind} {entry}")
        self.kind = kind
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of the notice. ``quote`` is verbatim; an ellipsis stands where text between two parts is left out.

    ``number`` is the notice's own numbering, ``lines`` are lines of the notice text kept beside the pack. ``hard`` is
    refused, ``soft`` (in principle) is refused unless overridden with a reason, ``duty`` is owed by somebody, ``info``
    binds nobody by itself.
    """

    id: str
    number: str
    lines: tuple[int, ...]
    title: str
    quote: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who owes, pays, signs or is told; resolved to an organisation through the tree and the pair."""

    code: str
    label: str
    short: str
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """An office's address for letters and pages (K03); what the notice omits stays empty until the office fills it."""

    party: str
    office: str
    clause: str
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; its code is the word that names the file in every layer, its place in the pack the order."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A named date from which a due date is counted; the caller supplies the date under this id."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that opens steps: a day of the calendar, or what follows from the steps in ``after``."""

    id: str
    label: str
    calendar: bool = False
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DueRule:
    """When a step falls due; numbers are parameter keys, so that each has its clause.

    Without ``workdays`` and ``month_day`` it is due on the anchor itself. ``workdays`` counts that many working days
    after (``sign`` 1) or before (``sign`` -1) the anchor, the anchor not counted. ``month_day`` names a parameter
    ``MM-DD``, taken in the anchor's year, or the year after with ``next_year``.
    """

    anchor: str
    workdays: str | None = None
    sign: int = 1
    month_day: str | None = None
    next_year: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told how many working days after the due date (after the opening, where a step has no due date)."""

    after: int
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of obligation: who owes it, per what, what opens, ends, recalls and escalates it.

    Any of ``starts`` (step ids or event ids) opens it, once everything in ``needs`` has happened. Of ``due`` the first
    rule whose anchor is given applies; none means no due date. ``reminders`` are working days relative to the due
    date. ``co_owners`` owe it together with the owner; owner ``owner`` is the party that the subject itself names.
    The right to act never moves along the ladder.
    """

    id: str
    title: str
    stage: str
    owner: str
    per: str
    starts: tuple[str, ...]
    settled_by: tuple[str, ...]
    clauses: tuple[str, ...]
    due: tuple[DueRule, ...] = ()
    reminders: tuple[int, ...] = ()
    ladder: tuple[Rung, ...] = ()
    needs: tuple[str, ...] = ()
    co_owners: tuple[str, ...] = ()
    weekly: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One movement of money: payer to payee, per pair and work year, with what must be true before it is paid.

    ``amount`` and ``uses`` are parameter keys. ``same_money_as`` names the leg whose money this one passes on: the two
    are never added together.
    """

    code: str
    label: str
    payer: str
    payee: str
    amount: str
    gates: tuple[str, ...]
    step: str
    clauses: tuple[str, ...]
    source: str
    uses: str | None = None
    same_money_as: str | None = None


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What the notice fixes about a batch; a date it leaves open is ``None`` until the province announces it.

    A period without end is read as A20 says (``models.programme.periods``); only the first batch must have one.
    """

    number: int
    label: str
    announce_by: date
    period_start: date
    clauses: tuple[str, ...]
    period_end: date | None = None
    opened_on: date | None = None
    submit_by: date | None = None
    post_by: date | None = None
    excludes: tuple[int, ...] = ()
    incident_reports: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the application form. ``limit`` is a parameter key, ``options`` a group of words.

    ``also`` are further labels under which offices write it on paper.
    """

    id: str
    key: str
    label: str
    type: str
    group: str
    clause: str
    unit: str = ""
    required: bool = True
    limit: str | None = None
    options: str | None = None
    printed: bool = True
    note: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryColumn:
    """One column of the city's summary table; ``field`` is the form field it is generated from, never typed.

    ``also`` are further labels under which offices write it.
    """

    key: str
    label: str
    field: str | None = None
    header: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is counted: promised on the form (``target``), told as a line, or rolled up by year."""

    code: str
    label: str
    unit: str
    clause: str
    group: Literal["rollup", "line", "target"]
    field: str | None = None
    measures: tuple[str, ...] = ()


class _Named(Protocol):
    @property
    def id(self) -> str: ...


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A whole programme pack. Equal packs have equal ``digest``; the objects themselves compare by identity.

    Lookups (``clause``, ``step``, ``party``, ``leg``, ``batch``, ``form_field``, ``indicator``, ``parameter``) raise
    ``UnknownInPack`` or, for parameters, ``UnknownParameter``.
    """

    code: str
    title: str
    notice: Mapping[str, str]
    clauses: tuple[Clause, ...]
    parameters: tuple[Parameter, ...]
    ambiguities: tuple[Ambiguity, ...]
    parties: tuple[Party, ...]
    contacts: tuple[Contact, ...]
    duties: Mapping[str, str]
    stages: tuple[Stage, ...]
    anchors: tuple[Anchor, ...]
    events: tuple[Event, ...]
    steps: tuple[StepKind, ...]
    batches: tuple[BatchPlan, ...]
    legs: tuple[Leg, ...]
    form_title: str
    form: tuple[FormField, ...]
    summary_title: str
    summary_columns: tuple[SummaryColumn, ...]
    indicators: tuple[Indicator, ...]
    words: Mapping[str, Mapping[str, str]]
    notice_text: str
    digest: str
    _index: Mapping[str, Mapping[str, object]] = field(init=False, repr=False)
    _parameters: Mapping[str, Parameter] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index: dict[str, Mapping[str, object]] = {
            "clause": _by_id(self.clauses),
            "ambiguity": _by_id(self.ambiguities),
            "step": _by_id(self.steps),
            "form": _by_id(self.form),
            "event": _by_id(self.events),
            "anchor": _by_id(self.anchors),
            "party": _by_code(self.parties),
            "stage": _by_code(self.stages),
            "leg": _by_code(self.legs),
            "indicator": _by_code(self.indicators),
            "batch": {str(one.number): one for one in self.batches},
        }
        object.__setattr__(self, "_index", MappingProxyType(index))
        object.__setattr__(self, "_parameters", MappingProxyType({one.key: one for one in self.parameters}))

    def rules(self, as_of: date) -> Rules:
        """Return the parameters as they are in force on a day."""
        return Rules(self._parameters, as_of)

    def parameter(self, key: str) -> Parameter:
        """Return one parameter with all its dated values; raises ``UnknownParameter``."""
        try:
            return self._parameters[key]
        except KeyError:
            raise UnknownParameter(key) from None

    def parameters_of(self, clause: str) -> tuple[Parameter, ...]:
        """Return the values that a clause gives."""
        return tuple(one for one in self.parameters if one.clause == clause)

    def clause(self, entry: str) -> Clause:
        return self._find("clause", entry, Clause)

    def ambiguity(self, entry: str) -> Ambiguity:
        return self._find("ambiguity", entry, Ambiguity)

    def step(self, entry: str) -> StepKind:
        return self._find("step", entry, StepKind)

    def party(self, entry: str) -> Party:
        return self._find("party", entry, Party)

    def leg(self, entry: str) -> Leg:
        return self._find("leg", entry, Leg)

    def batch(self, number: int) -> BatchPlan:
        return self._find("batch", str(number), BatchPlan)

    def form_field(self, entry: str) -> FormField:
        return self._find("form", entry, FormField)

    def indicator(self, entry: str) -> Indicator:
        return self._find("indicator", entry, Indicator)

    def opened_by(self, start: str) -> tuple[StepKind, ...]:
        """Return the kinds of step that a settled step or an event opens, in the pack's order."""
        return tuple(one for one in self.steps if start in one.starts)

    def label(self, group: str, code: str) -> str:
        """Return the Chinese word for a code; the groups party, duty, stage, anchor, event and step are there too."""
        try:
            return self.words[group][code]
        except KeyError:
            raise UnknownInPack(f"words.{group}", code) from None

    def labels(self, group: str, codes: Iterable[str]) -> list[str]:
        """Return the Chinese words for several codes of a group."""
        return [self.label(group, code) for code in codes]

    def party_label(self, address: str) -> str:
        """Return the label of ``party`` or ``party.duty``, as owners and ladders are written."""
        party, _, duty = address.partition(".")
        return self.label("party", party) + (self.label("duty", duty) if duty else "")

    def _find(self, kind: str, entry: str, of: type[Entry]) -> Entry:
        found = self._index[kind].get(entry)
        if not isinstance(found, of):
            raise UnknownInPack(kind, entry)
        return found


def split_address(address: str) -> tuple[str, str]:
    """Return party and duty of an owner or a ladder's entry; without a dot the duty is ``officer``."""
    party, _, duty = address.partition(".")
    return party, duty or "officer"


def _by_id(entries: Iterable[_Named]) -> Mapping[str, object]:
    return MappingProxyType({one.id: one for one in entries})


def _by_code(entries: Iterable[_Coded]) -> Mapping[str, object]:
    return MappingProxyType({one.code: one for one in entries})


__all__ = [
    "Ambiguity",
    "Anchor",
    "BatchPlan",
    "Clause",
    "Contact",
    "DueRule",
    "Event",
    "FormField",
    "Indicator",
    "Leg",
    "Parameter",
    "Party",
    "Programme",
    "Rules",
    "Rung",
    "Stage",
    "StepKind",
    "SummaryColumn",
    "UnknownInPack",
    "UnknownParameter",
    "Value",
    "split_address",
]
