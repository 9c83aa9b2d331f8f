"""Many lines from a sheet: an empty one to fill in, a file looked over cell by cell, and written (K03, K05)."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.downloads import downloaded
from console.web.export import XLSX
from console.web.refusals import Problem, problem_of
from console.web.routes import Pages
from console.web.uploads import chosen_files
from console.web.visit import Visit
from documents.rosters import Kind, kinds
from models.messages import say
from models.opening import Batch
from models.rules.breach import RuleBroken
from models.rules.upload import MAX_BYTES, plain_name
from tasks.acts import act_of
from tasks.bulk.files import empty_sheet, fault_sheet
from tasks.bulk.sheets import ACTS, LookedOver, form_of, is_marked, look_over, mark_of, read_sheet
from tasks.enlisting import TAKES_SENDERS
from tasks.file_store import KeptFile, keep_file, read_file
from tasks.postings import perform_once
from tasks.queries.attachments import attachments_of
from tasks.queries.imports import past_imports
from tasks.refusal import BadInput, NotEntitled, NotFound, Refusal
from tasks.work import SentFile, Work

pages = Pages()
SHEET = "sheet"
MOST_SHOWN = 300
"""So many lines and faults stand on the page; the list of faults as a file has them all."""
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that was handed in and lies in the store, and the batch that it is for."""

    kind: Kind
    file: KeptFile
    content: bytes
    batch: int | None


@pages.get("/import", SIGNED_IN)
def imports(visit: Visit) -> Response:
    """What somebody of this role may import, and what their office has imported."""
    if not _allowed(visit):
        raise NotEntitled(
            "act.wrong_party", act=say("bulk.page"), actor=visit.visitor.person_name, allowed=[]
        )
    return _choose(visit)


@pages.get("/import/{kind}/empty", SIGNED_IN)
def empty(visit: Visit) -> Response:
    """The empty sheet of a kind."""
    kind = _kind(visit)
    return _file(kind.title, empty_sheet(visit.work, kind))


@pages.post("/import/{kind}", SIGNED_IN)
def look(visit: Visit) -> Response:
    """Looks a file over and shows what it would do; nothing is registered."""
    kind = _kind(visit)
    try:
        return _preview(visit, _handed_in(visit, kind))
    except (Refusal, RuleBroken) as refused:
        return _choose(visit, problem_of(refused))


@pages.post("/import/{kind}/faults", SIGNED_IN)
def faults(visit: Visit) -> Response:
    """What is to be mended in a file that was looked over, as a file itself."""
    kind = _kind(visit)
    handed = _kept(visit, kind)
    with visit.looking() as work:
        over = look_over(work, read_sheet(kind.name, handed.file.name, handed.content), handed.batch)
    return _file(
        say("bulk.faults_of", name=handed.file.name.rpartition(".")[0]), fault_sheet(over.plan.faults)
    )


@pages.post("/import/{kind}/write", SIGNED_IN)
def write(visit: Visit) -> Response:
    """Writes a file that was looked over: all its lines or none; where something has changed, it is shown again."""
    kind = _kind(visit)
    try:
        handed = _kept(visit, kind)
    except (Refusal, RuleBroken) as refused:
        return _choose(visit, problem_of(refused))
    over = _look(visit, handed)
    given = {**form_of(over, handed.batch), "seen": str(visit.form.get("seen", "")) or "-"}
    file = handed.file
    sent = SentFile(SHEET, file.sha256, file.name, file.media_type, file.size)
    try:
        once = str(visit.form.get("once", "")) or None
        perform_once(visit.house, ACTS[kind.name], visit.actor, once, given, "/import", files=[sent])
    except (Refusal, RuleBroken) as refused:
        return _preview(visit, handed, problem_of(refused))
    return visit.redirect("/import", done=ACTS[kind.name])


def _kind(visit: Visit) -> Kind:
    """The kind of the address; raises NotFound, and NotEntitled for who may not import it."""
    name = visit.path("kind")
    if name not in ACTS:
        raise NotFound("web.not_yours", subject=name)
    kind = kinds()[name]
    if kind not in _allowed(visit):
        allowed = [say(f"web.role.{one}") for one in act_of(ACTS[name]).by]
        raise NotEntitled("act.wrong_party", act=kind.title, actor=visit.visitor.person_name, allowed=allowed)
    return kind


def _allowed(visit: Visit) -> list[Kind]:
    return [one for name, one in kinds().items() if visit.viewer.role in act_of(ACTS[name]).by]


def _handed_in(visit: Visit, kind: Kind) -> Handed:
    """The file that was chosen, judged and kept. Raises BadInput, NotKept."""
    files = chosen_files(visit.form, SHEET)
    if not files:
        raise BadInput("files.not_chosen", field=SHEET)
    content = files[0].file.read(MAX_BYTES + 1)
    kept = keep_file(visit.house.home, content, plain_name(files[0].filename or ""), field=SHEET)
    return Handed(kind, kept, content, _batch(visit, kind))


def _kept(visit: Visit, kind: Kind) -> Handed:
    """The file that the page was about, for whoever has handed it in; raises BadInput where it is there no more."""
    given = {name: str(visit.form.get(name, "")) for name in ("sha256", "name", "mark")}
    if not is_marked(given["mark"], visit.actor, kind.name, given["sha256"]):
        raise BadInput("bulk.file_gone", field=SHEET)
    try:
        content = read_file(visit.house.home, given["sha256"], name=given["name"])
    except NotFound as gone:
        raise BadInput("bulk.file_gone", field=SHEET) from gone
    # Kept once more: what is about to be recorded is fresh, and nobody clears it away.
    kept = keep_file(visit.house.home, content, given["name"], field=SHEET)
    return Handed(kind, kept, content, _batch(visit, kind))


def _batch(visit: Visit, kind: Kind) -> int | None:
    text = str(visit.form.get("batch", ""))
    if kind.name != "senders":
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def _look(visit: Visit, handed: Handed) -> LookedOver:
    found = read_sheet(handed.kind.name, handed.file.name, handed.content)
    with visit.looking() as work:
        return look_over(work, found, handed.batch)


def _preview(visit: Visit, handed: Handed, problem: Problem | None = None) -> Response:
    over = _look(visit, handed)
    with visit.looking() as work:
        plan = over.plan
        status = problem.status if problem else 200
        return visit.render(
            "import_preview.html",
            status,
            kind=handed.kind,
            file=handed.file,
            mark=mark_of(visit.actor, handed.kind.name, handed.file.sha256),
            batch=work.batch(handed.batch) if handed.batch is not None else None,
            plan=plan,
            counts=plan.counts,
            lines=[one for one in plan.lines if one.outcome in ("new", "changed")][:MOST_SHOWN],
            faults=plan.faults[:MOST_SHOWN],
            most=MOST_SHOWN,
            ignored=over.found.ignored,
            remarks=over.found.remarks,
            problem=problem,
        )


def _choose(visit: Visit, problem: Problem | None = None) -> Response:
    with visit.looking() as work:
        viewer = visit.viewer
        past = past_imports(work, viewer.organisation)
        files = attachments_of(work, viewer, [("bulk_import", one.key) for one in past])
        return visit.render(
            "import.html",
            problem.status if problem else 200,
            kinds=_allowed(visit),
            batches=_batches(work),
            past=past,
            files={one.subject: one for one in files},
            problem=problem,
        )


def _batches(work: Work) -> Sequence[Batch]:
    """The batches whose roster takes senders, the newest first."""
    found = [work.batch(one.number) for one in work.programme.batches]
    return [one for one in reversed(found) if one.opened_on and one.state in TAKES_SENDERS]


def _file(title: str, body: bytes) -> Response:
    return downloaded(f"{title}.xlsx", body, XLSX)
