"""The register of acts: what people can do, by whom, under which clause; command, forms and replay all call it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from sqlalchemy import bindparam, select
from sqlmodel import col

from models.messages import say
from models.organisation import Organisation
from models.prepared import Prepared
from models.programme.pack import Programme
from tasks.deputies import require_deputy
from tasks.faults import fault_place, fault_text
from tasks.refusal import BadInput, NotEntitled, NotFound
from tasks.work import Actor, House, Work

UseCase = TypeVar("UseCase", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Act:
    """One registered use-case. `by` are the kinds of organisation that may try it; the use-case checks which one."""

    name: str
    by: tuple[str, ...]
    clauses: tuple[str, ...]
    use_case: Callable[..., Any]
    form: type[BaseModel]

    @property
    def summary(self) -> str:
        """The first line of the use-case's docstring."""
        return (inspect.getdoc(self.use_case) or "").splitlines()[0]


_KIND = Prepared(select(col(Organisation.kind)).where(col(Organisation.code) == bindparam("code")))

_register: dict[str, Act] = {}


def act(name: str, *, by: tuple[str, ...], clauses: tuple[str, ...]) -> Callable[[UseCase], UseCase]:
    """Registers a use-case `verb_noun(work, subject, *, …)` under `stage.verb`; its parameters become its form."""

    def register(use_case: UseCase) -> UseCase:
        if name in _register:
            raise ValueError(f"act {name} is registered twice")
        _register[name] = Act(name, by, clauses, use_case, _form_of(name, use_case))
        return use_case

    return register


def acts() -> Mapping[str, Act]:
    """All registered acts by name, in order of name."""
    return dict(sorted(_filled().items()))


def _filled() -> Mapping[str, Act]:
    """The register; the stages' modules are loaded on first use."""
    import tasks.stages  # noqa: F401, PLC0415  (a register is filled by those who register; importing it above would be a circle)

    return _register


def act_of(name: str) -> Act:
    """The act of that name; raises NotFound."""
    found = _filled().get(name)
    if found is None:
        raise NotFound("act.unknown_act", field="act", act=name)
    return found


def perform(house: House, name: str, actor: Actor, /, **given: Any) -> Any:
    """Performs one act in one transaction for an actor and returns what the use-case returns.

    Raises BadInput naming every field that cannot be read, NotEntitled for an organisation of another kind, and
    whatever the use-case refuses; nothing is written then.
    """
    chosen = act_of(name)
    form = read_form(chosen, given)
    with house.transaction(actor) as work:
        return perform_within(work, chosen, form)


def _kind_of(work: Work, organisation: str) -> str | None:
    """The kind of the organisation somebody acts for: it never changes, so each is asked for once a process."""
    known = work.kept.kinds.get(organisation)
    if known is None:
        known = _KIND.scalar(work.session, {"code": organisation})
        if known is not None:
            work.kept.kinds[organisation] = known
    return known


def perform_within(work: Work, chosen: Act, form: BaseModel) -> Any:
    """Performs an act whose form has been read, inside a transaction that is open already."""
    require_party(work, chosen)
    require_deputy(work)
    return chosen.use_case(work, **vars(form))


def require_party(work: Work, chosen: Act) -> None:
    """Raises NotEntitled unless the actor's organisation is of a kind that may try this act."""
    kind = _kind_of(work, work.actor.organisation)
    if kind not in chosen.by:
        raise NotEntitled(
            "act.wrong_party",
            act=chosen.name,
            actor=str(work.actor),
            allowed=_labels(work.programme, chosen.by),
        )


def _labels(programme: Programme, parties: tuple[str, ...]) -> list[str]:
    # An expert is named by the duty; whoever runs the service is no party and has no word in the pack.
    words = {**programme.words["duty"], **programme.words["party"]}
    return [words[party] for party in parties if party in words]


def read_form(chosen: Act, given: Mapping[str, Any]) -> BaseModel:
    """The act's form filled with what was given; raises BadInput that names every field in error."""
    try:
        return chosen.form.model_validate(dict(given))
    except ValidationError as error:
        faults = [say("act.fault", place=fault_place(one), fault=fault_text(one)) for one in error.errors()]
        fields = [str(fault["loc"][0]) for fault in error.errors() if fault["loc"]]
        raise BadInput(
            "act.bad_form",
            field=",".join(fields),
            act=chosen.name,
            faults=faults,
            clauses=list(chosen.clauses),
        ) from error


def _form_of(name: str, use_case: Callable[..., Any]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(use_case, eval_str=True).parameters.values())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (parameter.annotation, default)
    # What was given is not repeated in an error's text, which may go to a log: forms hold people's numbers.
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=False, hide_input_in_errors=True)
    return create_model(name.replace(".", "_"), __config__=config, **fields)
