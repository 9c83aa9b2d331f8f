"""Links that work once: whoever has the letter sees what is asked and confirms it without an account."""

from starlette.responses import Response

from console.web.access import PUBLIC
from console.web.asked import asked_day
from console.web.refusals import problem_of
from console.web.routes import Pages
from console.web.visit import Visit
from models.rules.breach import RuleBroken
from tasks.invitations import invitation_of, set_password_by_link
from tasks.receipt_links import confirm_by_link, receipt_of
from tasks.refusal import BadInput, NotEntitled, Refusal

pages = Pages()


@pages.get("/link/{token}", PUBLIC)
def link(visit: Visit) -> Response:
    """What the link asks to be confirmed; looking at it uses nothing up, for mail scanners look, too."""
    return _show(visit)


@pages.post("/link/{token}", PUBLIC)
def use(visit: Visit) -> Response:
    """Confirms once; afterwards the link is over."""
    given = {"received_on": str(visit.form.get("received_on", ""))}
    try:
        received_on = asked_day(given, "received_on")
        if received_on is None:
            raise BadInput("receipt.no_day", field="received_on")
        done = confirm_by_link(visit.house, visit.path("token"), received_on=received_on)
    except (BadInput, RuleBroken) as refused:
        with visit.looking():
            return _show(visit, refused)
    with visit.looking():
        return visit.render("link_done.html", number=done.number, received_on=received_on)


@pages.get("/password/{token}", PUBLIC)
def password(visit: Visit) -> Response:
    """Asks for the password of whom the link was written to; looking at it uses nothing up."""
    return _ask_password(visit)


@pages.post("/password/{token}", PUBLIC)
def choose_password(visit: Visit) -> Response:
    """Sets the password once; afterwards the link is over and the way leads to the sign-in page."""
    new, again = (str(visit.form.get(name, "")) for name in ("new", "again"))
    try:
        if new != again:
            raise BadInput("web.password_again", field="again")
        person = set_password_by_link(visit.house, visit.path("token"), password=new)
    except BadInput as refused:
        return _ask_password(visit, refused)
    with visit.looking():
        return visit.render("password_done.html", person=person)


def _ask_password(visit: Visit, refused: Refusal | None = None) -> Response:
    with visit.looking() as work:
        try:
            invitation = invitation_of(work, visit.path("token"))
        except NotEntitled as over:
            return visit.render("link_over.html", 403, text=over.text)
        problem = problem_of(refused) if refused is not None else None
        status = problem.status if problem else 200
        return visit.render("password.html", status, invitation=invitation, problem=problem)


def _show(visit: Visit, refused: Refusal | RuleBroken | None = None) -> Response:
    with visit.looking() as work:
        try:
            receipt = receipt_of(work, visit.path("token"))
        except (NotEntitled, Refusal) as over:
            problem = problem_of(over)
            return visit.render("link_over.html", problem.status if problem else 403, text=over.text)
        problem = problem_of(refused) if refused is not None else None
        status = problem.status if problem else 200
        day = str(visit.form.get("received_on", "")) or receipt.today.isoformat()
        return visit.render("link.html", status, receipt=receipt, problem=problem, day=day)
