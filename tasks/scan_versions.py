"""Which version of an application a paper is: its printed code, found on a scan, held against what is filed."""

import hashlib
import json

from documents.reading.scan_code import code_on
from documents.version_code import VersionCode, format_code, parse_code
from models.application import Application
from models.messages import say
from models.rules.form import SIGNED
from tasks.dossier import sent_form
from tasks.form_privacy import SEALED
from tasks.work import Work


def version_code(work: Work, found: Application) -> VersionCode:
    """The code of the version that is printed: the number of its sending, the hash of what it says.

    What is signed on the paper itself does not make another version of it.
    """
    form = sent_form(work, found)
    plain = {key: value for key, value in form.items() if key != SEALED and not key.startswith(SIGNED)}
    said = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return VersionCode(found.key, found.version, hashlib.sha256(said.encode()).hexdigest()[:8])


def version_on(content: bytes, media_type: str) -> str:
    """The version code on a scan as text, or an empty one; before any transaction, for it takes its time."""
    found = code_on(content, media_type)
    return format_code(found) if found is not None else ""


def version_problem(work: Work, code: str) -> str:
    """What is wrong with a scan by its code: of another version than is filed, or of nothing we know; '' if nothing."""
    found = parse_code(code)
    if found is None:
        return ""
    application = work.session.get(Application, found.application)
    if application is None:
        return say("papers.unknown_version", code=code)
    current = version_code(work, application)
    if current == found:
        return ""
    return say(
        "papers.other_version",
        application=found.application,
        version=found.version,
        digest=found.digest8,
        current=current.version,
        current_digest=current.digest8,
    )
