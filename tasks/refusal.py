"""Why an act was refused for another reason than a rule: bad input, something missing, somebody not entitled."""

from models.messages import say


class Refusal(Exception):
    """An act was refused; `code` names its Chinese sentence, `exit_code` the command's status."""

    exit_code = 1

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        self.code = code
        self.field = field
        self.facts = facts
        super().__init__(code)

    @property
    def text(self) -> str:
        """The sentence for people: what is wrong, where, what to do next."""
        return say(self.code, field=self.field or "", **self.facts)

    def __str__(self) -> str:
        return self.text


class BadInput(Refusal):
    """What was given cannot be used: a wrong field, a date that cannot be, an unknown choice."""

    exit_code = 2


class NotFound(BadInput):
    """There is no such object."""


class NotEntitled(Refusal):
    """This organisation or person may not do this."""


class AlreadyDone(Refusal):
    """The object has moved on: somebody did this, or something else, before."""
