"""A run form for an administrator's immediate act; a refusal is a failed run that says why, never a traceback."""

from typing import Annotated, Any

from prefect import State
from prefect.states import Completed, Failed
from pydantic import Field

from flows.engine import label_task, lent_flow, lent_task, reason_of, tag_run, words_of
from flows.lent import current
from flows.sync import sync_schedules
from flows.words import flow_title, word
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.acts import Act, acts, perform
from tasks.refusal import Refusal
from tasks.work import Actor

OFFICES = {"province_civil", "province_rural", "sender_bureau"}
"""Whose acts are offered: the administrators' of the programme."""

PERSONAL = {"form", "people", "id_number", "bank_account", "payee_account", "account_name"}
"""Fields with resident numbers or accounts: Prefect keeps a run's parameters readable, so such acts stay outside."""

MOVES_DATES = {"opening.announce_batch", "opening.extend_batch", "deadlines.extend_step"}
"""After these acts the schedules follow at once."""


def is_offered(one: Act) -> bool:
    """Whether an act may be performed from Prefect's run form."""
    return bool(OFFICES & set(one.by)) and not PERSONAL & set(one.form.model_fields)


OFFERED = tuple(name for name, one in acts().items() if is_offered(one))

ActName = Annotated[
    str, Field(description=word("flow_form", "act"), json_schema_extra={"enum": list(OFFERED)})
]
Person = Annotated[str, Field(description=word("flow_form", "person"))]
Organisation = Annotated[str, Field(description=word("flow_form", "organisation"))]
Form = Annotated[dict[str, Any], Field(description=word("flow_form", "form"))]


@lent_flow("acting")
async def perform_act(act: ActName, person: Person, organisation: Organisation, form: Form) -> State[Any]:
    """Performs one act now, as a person for an organisation, in one transaction; a refusal writes nothing."""
    await tag_run(flow_title("acting"))
    if act not in OFFERED:
        return Failed(message=say("flows.act_not_offered", act=act))
    state = await do_act(act, person, organisation, form, return_state=True)
    if not state.is_completed():
        return Failed(message=await words_of(state))
    message = state.message
    if act in MOVES_DATES and not current().played:
        moved = await sync_schedules(current().house)
        message = f"{message}{moved.text}"
    return Completed(message=message)


@lent_task("act")
async def do_act(act: str, person: str, organisation: str, form: dict[str, Any]) -> State[Any]:
    """The act itself, through the same register as the command's and the console's."""
    label_task(flow_title("acting"))
    try:
        perform(current().house, act, Actor(person, organisation), **form)
    except (Refusal, RuleBroken) as refused:
        return Failed(message=say("flows.refused", reason=reason_of(refused)))
    return Completed(message=say("flows.acted", person=person, act=act))
