"""The canonical export: every business row as a JSON line, in an order that depends on nothing technical."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from tasks.work import Work

LEFT_OUT = {
    "setting", "chapter", "calendar_day", "alembic_version", "policy_mark", "policy_tell", "letter_attempt", "letter_text",
    "account", "sign_in", "posting", "signed_link",
    "step_count",
}  # fmt: skip
"""What is about the installation, or follows from the pack and the calendar."""

SPECIAL = {"event", "step", "step_party", "occasion", "notice", "letter", "attachment"}
"""Tables with numbers given in technical order: exported through the keys they refer to."""

_QUERIES = {
    "step": """
SELECT key, kind, batch, subject, city, pair, owner, opened_at, anchor, anchor_on, due_on, first_due_on, provisional,
       policy, state, settled_at, next_on FROM step
""",
    "step_party": """
SELECT s.key AS step, p.party, p.organisation FROM step_party AS p JOIN step AS s ON s.id = p.step_id
""",
    "occasion": """
SELECT s.key AS step, o.nature, o.day_offset, o.nominal_on, o.made_on FROM occasion AS o JOIN step AS s ON s.id = o.step_id
""",
    "notice": """
SELECT s.key AS step, o.nature, o.day_offset, o.nominal_on, n.person, n.organisation, n.on_behalf_of, n.letter_key
  FROM notice AS n JOIN occasion AS o ON o.id = n.occasion_id JOIN step AS s ON s.id = o.step_id
""",
    "letter": """
SELECT key, message_id, kind, legal_class, person_code, organisation_code, recipient_name, address, batch, subject_key,
       facts, state, created_at, not_before, sent_at FROM letter
""",
    "attachment": "SELECT subject_type, subject, purpose, sha256, name, note, by, at FROM attachment",
    "event": "SELECT at, actor, act, subject_type, subject, batch, facts FROM event",
}


def export_canonical(work: Work) -> Iterator[str]:
    """JSON lines, table after table: two databases that lived the same programme give the same bytes."""
    for name, table in sorted(SQLModel.metadata.tables.items()):
        if name in LEFT_OUT:
            continue
        query = _QUERIES[name] if name in SPECIAL else f"SELECT {', '.join(_columns(table))} FROM {name}"
        lines = [_line(name, row) for row in work.session.connection().execute(text(query)).mappings()]
        yield from sorted(lines)


def _columns(table: Any) -> list[str]:
    return [f'"{column.name}"' for column in table.columns]


def _line(table: str, row: Any) -> str:
    values = {name: _plain(name, value) for name, value in row.items() if value is not None}
    return json.dumps([table, values], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# What SQLite keeps as text or 0/1 and PostgreSQL as its own type is written alike.
_JSON = {
    "facts",
    "form",
    "figures",
    "unspent",
    "scores",
    "parties",
    "payment_plan",
    "payee_account",
    "bank_account",
    "predecessors",
}
_BOOLEAN = {
    "sample", "legal_person", "type_accepted", "provisional", "email_late", "chair", "conflict", "final", "cosigned",
}  # fmt: skip


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if name in _JSON and isinstance(value, str):
        return json.loads(value)
    if name in _BOOLEAN:
        return bool(value)
    return value
