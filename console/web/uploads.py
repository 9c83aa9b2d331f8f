"""Files that were chosen in a form: judged with its fields, kept in the store, handed on to the act they come with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import FormData, UploadFile

from models.messages import say
from models.rules.upload import MAX_BYTES, plain_name
from tasks.attaching import FILINGS
from tasks.file_store import judged, keep_file
from tasks.refusal import BadInput
from tasks.scan_versions import version_on
from tasks.work import SentFile

PREFIX = "file."
MAX_FILES = 10
"""So many files one form may bring; their sizes together are bounded with the request (careful.py)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that passed: its purpose, the name it is kept under, its bytes."""

    purpose: str
    name: str
    content: bytes


@dataclass(slots=True)
class Uploads:
    """What was chosen in a form, what is wrong with the rest by purpose, and the names of all, to be chosen again."""

    chosen: list[Chosen] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def purposes(self) -> set[str]:
        """For what something was chosen, sound or not."""
        return {*self.errors, *(one.purpose for one in self.chosen)}

    @property
    def again(self) -> str:
        """What to say where the form comes back: a browser does not choose a file again by itself."""
        return say("upload.again", names=self.names) if self.names else ""

    def kept(self, home: Path | None) -> tuple[SentFile, ...]:
        """Keeps every file, before the transaction that records them; raises NotKept, and BadInput for a faulty one."""
        for purpose, text in self.errors.items():
            raise BadInput("upload.refused", field=purpose, text=text)
        return tuple(_sent(one, home) for one in self.chosen)


def read_uploads(act: str, form: FormData) -> Uploads:
    """The files chosen for an act; reads at most one byte more of each than may be sent."""
    filing = FILINGS.get(act)
    found = Uploads()
    for purpose in filing.purposes if filing else ():
        for upload in chosen_files(form, purpose):
            name = plain_name(upload.filename or "")
            found.names.append(name)
            if len(found.names) > MAX_FILES:
                found.errors[purpose] = say("upload.too_many", most=MAX_FILES)
                break
            try:
                content = upload.file.read(MAX_BYTES + 1)
                found.chosen.append(Chosen(purpose, judged(name, content, field=purpose), content))
            except BadInput as refused:
                found.errors[purpose] = refused.text
    return found


def chosen_files(form: FormData, purpose: str) -> Sequence[UploadFile]:
    """The files chosen for a purpose; a field in which nothing was chosen comes without a name."""
    return [one for one in form.getlist(f"{PREFIX}{purpose}") if isinstance(one, UploadFile) and one.filename]


def chosen_name(form: FormData, purpose: str) -> str:
    """The name of the first file chosen for a purpose, '' where there is none."""
    files = chosen_files(form, purpose)
    return plain_name(files[0].filename or "") if files else ""


def _sent(one: Chosen, home: Path | None) -> SentFile:
    kept = keep_file(home, one.content, one.name, field=one.purpose)
    code = version_on(one.content, kept.media_type) if one.purpose == "scan" else ""
    return SentFile(one.purpose, kept.sha256, kept.name, kept.media_type, kept.size, code)
