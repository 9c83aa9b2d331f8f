"""What the province decides and both provinces confirm: the decision of a batch and its list of pairs (K25–K27)."""

from sqlalchemy import select
from sqlmodel import col

from documents.writing.filling import Values
from models.agreement import Agreement
from models.application import Application
from models.pairing import Pair, PairingList
from models.review import Decision
from tasks.dossier import APPROVED
from tasks.papers.words import day
from tasks.parties import name_of
from tasks.queries.review_board import review_ranking
from tasks.refusal import AlreadyDone, NotFound
from tasks.work import Work


def decision_values(work: Work, subject: str) -> Values:
    """The decision on a batch: the approved and the waiting in the order of their scores; raises NotFound."""
    number = _batch(subject, "decision")
    decision = work.session.get(Decision, number)
    if decision is None:
        raise NotFound("papers.no_subject", field="subject", document="decision", subject=subject)
    wanted = select(Application).where(col(Application.batch) == number)
    found = {one.key: one for one in work.session.execute(wanted).scalars()}
    order = [row.application for row in review_ranking(work, number)]
    means = {row.application: row.mean for row in review_ranking(work, number)}
    listed: dict[str, list[dict[str, str]]] = {"approved_rows": [], "waiting_rows": []}
    for key in [*order, *sorted(found.keys() - set(order))]:
        application = found.get(key)
        if application is None:
            continue
        name = _list_of(application)
        if name:
            mean = means.get(key)
            listed[name].append(
                {
                    "number": str(len(listed[name]) + 1),
                    "institution": name_of(work, application.uscc),
                    "city": work.divisions.by_code(application.city).name,
                    "nominator": name_of(work, application.nominator),
                    "score": f"{float(mean):.1f}" if mean is not None else "",
                }
            )
    return Values(
        {
            "programme": work.programme.title,
            "batch": work.batch(number).label,
            "document": decision.document,
            "minutes": decision.minutes,
            "decided_on": day(decision.decided_on),
            "total": str(decision.approved + decision.waiting + decision.rejected),
            "approved": str(decision.approved),
            "waiting": str(decision.waiting),
            "rejected": str(decision.rejected),
        },
        listed,
    )


def _list_of(application: Application) -> str:
    """Where an application stands by now: an offered place makes a waiting one an approved one."""
    if application.state in APPROVED:
        return "approved_rows"
    return "waiting_rows" if application.state == "waiting" else ""


def pairing_values(work: Work, subject: str) -> Values:
    """The pairs of a batch's final lists; raises AlreadyDone before both have confirmed, NotFound."""
    number = _batch(subject, "pairing_list")
    wanted = select(PairingList).where(col(PairingList.batch) == number).order_by(col(PairingList.round))
    lists = list(work.session.execute(wanted).scalars())
    final = [one for one in lists if one.state == "final"]
    if not lists:
        raise NotFound("papers.no_subject", field="subject", document="pairing_list", subject=subject)
    if not final:
        raise AlreadyDone("papers.not_final", batch=number)
    pairs = list(
        work.session.execute(
            select(Pair)
            .where(col(Pair.batch) == number, col(Pair.confirmed_on).is_not(None))
            .order_by(col(Pair.key))
        ).scalars()
    )
    rows = []
    for place, pair in enumerate(pairs, start=1):
        agreement = work.session.get(Agreement, pair.key)
        rows.append(
            {
                "number": str(place),
                "pair": pair.key,
                "sender": name_of(work, pair.sender),
                "recipient": name_of(work, pair.recipient),
                "city": work.divisions.by_code(pair.city).name,
                "nominator": name_of(work, pair.nominator),
                "parties": str(len(agreement.parties)) if agreement else "",
            }
        )
    first = work.session.get(Agreement, pairs[0].key) if pairs else None
    last = final[-1]
    return Values(
        {
            "programme": work.programme.title,
            "batch": work.batch(number).label,
            "province_confirmed": day(last.province_confirmed_on),
            "shenzhen_confirmed": day(last.shenzhen_confirmed_on),
            "confirmed_on": day(last.confirmed_on),
            "sign_by": day(first.due_on if first else None),
            "count": str(len(rows)),
            "signing_days": str(work.rules(number).number("agreement.signing_workdays")),
        },
        {"pairs": rows},
    )


def _batch(subject: str, document: str) -> int:
    if not subject.isascii() or not subject.isdigit():
        raise NotFound("papers.no_subject", field="subject", document=document, subject=subject)
    return int(subject)
