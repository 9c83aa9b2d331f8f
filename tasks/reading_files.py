"""Files opened for a house: which of its forms they hold, read with the labels of its pack."""

from documents.reading.application_form import FoundForm, find_form
from documents.reading.document import Unreadable, read_document
from documents.reading.summary_table import FoundSummary, find_summary
from tasks.work import House


def found_form(house: House, name: str, content: bytes) -> FoundForm:
    """Appendix 1 in a file. Raises Unreadable for a file that is none: it is never read as an empty form."""
    found = find_form(read_document(name, content), house.programme)
    if found is None:
        raise Unreadable("documents.no_form", {"name": name})
    return found


def found_paper(house: House, name: str, content: bytes) -> FoundForm | FoundSummary:
    """Appendix 1 or 2, whichever a file holds. Raises Unreadable for a file that holds neither."""
    document = read_document(name, content)
    found = find_summary(document, house.programme) or find_form(document, house.programme)
    if found is None:
        raise Unreadable("documents.no_table", {"name": name})
    return found
