"""Running the service: whether it does its work, what is wrong with it, and what only the operator can mend."""

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import act_links
from console.web.pages.letters import standing
from console.web.routes import Pages
from console.web.visit import Visit
from models.rules.access import Right, has_right
from tasks.installation import read_settings
from tasks.queries.doctor import diagnoses, readiness
from tasks.queries.operation import calendar_state, figures
from tasks.todos import finish_todo, todo_rows

pages = Pages()


@pages.get("/operation", needs("operation"))
def operation(visit: Visit) -> Response:
    """Readiness, queue, calendar and to-dos; with `diagnose=1` everything that the doctor finds."""
    work, home = visit.work, visit.house.home
    found = figures(work, home)
    asked = visit.query.get("diagnose") == "1"
    return visit.render(
        "operation.html",
        reasons=readiness(visit.house),
        found=found,
        letters=[(standing(state), count, state) for state, count in found.letters.items() if count],
        calendar=calendar_state(work),
        diagnoses=diagnoses(work, catcher_port=read_settings().catcher_port, home=home) if asked else (),
        asked=asked,
        todos=todo_rows(work),
        may_mend=has_right(visit.viewer.role, Right.WRITE, "operation"),
        acts=act_links(("deadlines.load_calendar",), {}, "/operation", role=visit.viewer.role),
        programme=work.programme,
        prefect=visit.console.prefect,
        mail=visit.console.mail,
    )


@pages.post("/operation/todo", needs("operation", "W"))
def finish(visit: Visit) -> Response:
    """The operator has mended something and says how."""
    key, note = (str(visit.form.get(name, "")) for name in ("todo", "note"))
    with visit.house.transaction(visit.actor) as work:
        finish_todo(work, key, note=note)
    return visit.redirect("/operation", done="todo.finish")
