"""Coming in and going out: sign-in, the office one acts for, one's password; in the demonstration any role."""

from starlette.responses import RedirectResponse, Response

from console.web.access import DEMONSTRATION, PUBLIC, SIGNED_IN
from console.web.routes import Pages
from console.web.visit import BEFORE_COOKIE, COOKIE, Visit, local_path
from tasks.accounts import SignInRefused, change_password
from tasks.identities import identities
from tasks.queries.organisations import absences_of
from tasks.queries.samples import sample_people
from tasks.refusal import BadInput, NotFound
from tasks.sign_in import Entered, enter_as, sign_in, sign_out, switch_identity

pages = Pages()


@pages.get("/sign-in", PUBLIC)
def sign_in_page(visit: Visit) -> Response:
    """The sign-in page; in the demonstration it also offers every role."""
    return _sign_in_page(visit)


@pages.post("/sign-in", PUBLIC)
def enter(visit: Visit) -> Response:
    """Signs in by code or e-mail address and password."""
    who, password = (str(visit.form.get(name, "")) for name in ("who", "password"))
    client = visit.request.client
    try:
        entered = sign_in(visit.house, who, password, address=client.host if client else "")
    except SignInRefused as refused:
        with visit.looking():
            return _sign_in_page(visit, who=who, error=refused.text, status=403)
    return _come_in(visit, entered, str(visit.form.get("next", "/")))


@pages.post("/sign-out", SIGNED_IN)
def leave(visit: Visit) -> Response:
    """Ends the session."""
    sign_out(visit.house, visit.request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@pages.get("/identity", SIGNED_IN)
def identity_page(visit: Visit) -> Response:
    """The offices one may act for today, one's password, one's address and one's digest."""
    return _identity_page(visit)


@pages.post("/identity", SIGNED_IN)
def change_identity(visit: Visit) -> Response:
    """Goes on for another office, or in place of somebody absent."""
    organisation, _, absent = str(visit.form.get("identity", "")).partition("|")
    switch_identity(visit.house, visit.request.cookies.get(COOKIE, ""), organisation, absent or None)
    return visit.redirect("/todo")


@pages.post("/identity/password", SIGNED_IN)
def choose_password(visit: Visit) -> Response:
    """Chooses another password; the person's other sessions end."""
    old, new, again = (str(visit.form.get(name, "")) for name in ("old", "new", "again"))
    try:
        if new != again:
            raise BadInput("web.password_again", field="again")
        change_password(visit.house, visit.actor, old=old, password=new, keep=visit.visitor.token_hash)
    except (BadInput, SignInRefused) as refused:
        return _identity_page(visit, refused.text)
    return visit.redirect("/identity", done="account.change_password")


@pages.get("/demonstration", DEMONSTRATION)
def sample_roles(visit: Visit) -> Response:
    """Every sample person, to come in as by one click; `q` looks for an office or institution."""
    words = visit.query.get("q", "")
    return visit.render("demonstration.html", people=sample_people(visit.work, words), words_sought=words)


@pages.post("/demonstration/enter", DEMONSTRATION)
def enter_as_sample(visit: Visit) -> Response:
    """Comes in as a sample person, in the demonstration only."""
    person, organisation = (str(visit.form.get(name, "")) for name in ("person", "organisation"))
    return _come_in(visit, enter_as(visit.house, person, organisation), str(visit.form.get("next", "/")))


@pages.post("/demonstration/advance", DEMONSTRATION)
def advance_clock(visit: Visit) -> Response:
    """Moves the demonstration's clock, does what falls due on the way, and shows what that caused."""
    if visit.console.advance is None or visit.known is None:
        raise NotFound("web.no_page", path=visit.request.url.path)
    caused = visit.console.advance(str(visit.form.get("to", "")))
    with visit.looking():
        return visit.render("advanced.html", caused=caused, back=local_path(str(visit.form.get("back", "/"))))


def _identity_page(visit: Visit, error: str = "") -> Response:
    with visit.looking() as work:
        person = visit.viewer.person
        return visit.render(
            "identity.html",
            400 if error else 200,
            identities=identities(work, person),
            absences=absences_of(work, person),
            error=error,
        )


def _sign_in_page(visit: Visit, *, who: str = "", error: str = "", status: int = 200) -> Response:
    people = sample_people(visit.work, "", few=True) if visit.console.demonstration else ()
    goal = local_path(visit.query.get("next", "") or str(visit.form.get("next", "/")))
    return visit.render("sign_in.html", status, who=who, error=error, people=people, next=goal)


def _come_in(visit: Visit, entered: Entered, goal: str) -> Response:
    answer = visit.redirect(goal)
    answer.set_cookie(COOKIE, entered.token, **visit.cookie_manners())
    answer.delete_cookie(BEFORE_COOKIE, path="/")
    return answer
