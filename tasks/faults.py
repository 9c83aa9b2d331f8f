"""What is wrong with a value that a form cannot take, in Chinese: the reading library says it in English."""

from pydantic_core import ErrorDetails

from models.messages import codes, say


def fault_text(fault: ErrorDetails) -> str:
    """The sentence for one error of a form, by the first word of its type; what has none is said in general."""
    if fault["type"] in ("value_error", "assertion_error"):
        return str(fault.get("ctx", {}).get("error", "")) or say("fault.other")
    code = f"fault.{fault['type'].partition('_')[0]}"
    expected = str(fault.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return say(code if code in codes("fault.") else "fault.other", expected=expected.split(", "))


def fault_place(fault: ErrorDetails) -> str:
    """Where in a form an error is: `payment_plan.0.leg`."""
    return ".".join(str(part) for part in fault["loc"])
