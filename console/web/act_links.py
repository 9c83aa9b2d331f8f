"""Links to the forms of acts, filled with what is known already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from console.web.wording import act_label, page_words
from tasks.acts import acts


@dataclass(frozen=True, slots=True)
class ActLink:
    """An act that somebody may try: what it is called and where its form is."""

    name: str
    label: str
    path: str


def act_links(
    names: Iterable[str], given: Mapping[str, str], back: str, *, role: str | None = None
) -> list[ActLink]:
    """Links to forms, with those parameters of `given` that each act has; `role` leaves out what it may not do."""
    known = acts()
    links = []
    for name in names:
        if name not in known or (role is not None and role not in known[name].by):
            continue
        if page := own_page(name, given):
            links.append(ActLink(name, act_label(name), page))
            continue
        own = {key: value for key, value in given.items() if key in known[name].form.model_fields}
        query = urlencode({**own, "fixed": ",".join(own), "back": back})
        links.append(ActLink(name, act_label(name), f"/act/{name}?{query}"))
    return links


def own_page(name: str, given: Mapping[str, str]) -> str:
    """The page that is the form of an act, where it has one and enough is known; empty otherwise."""
    year = {"year": given["month"][:4]} if "month" in given and "year" not in given else {}
    known = {key: quote(str(value), safe=":+") for key, value in {**given, **year}.items()}
    for address in page_words("forms").get(name, ()):
        if all(f"{{{key}}}" not in address or known.get(key) for key in _PARTS):
            return str(address.format_map(known))
    return ""


_PARTS = ("application", "batch", "city", "month", "pair", "person", "quarter", "year")
