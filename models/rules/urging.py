"""Who may remind an owner by hand: the offices above it, and Shenzhen its own institutions (K34, K36)."""

from collections.abc import Mapping
from types import MappingProxyType

_CITY = ("province_civil", "city_civil")

ABOVE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "province_rural": ("province_civil",),
        "sender_bureau": ("province_civil",),
        "reviewer": ("province_civil",),
        "city_civil": ("province_civil",),
        "city_rural": _CITY,
        "county_civil": _CITY,
        "county_rural": _CITY,
        "recipient": (*_CITY, "nominator"),
        "sender": (*_CITY, "nominator", "sender_bureau"),
    }
)
"""Kind of the owner → the parties above it. Nobody stands above the province's civil affairs."""


def parties_above(kind: str) -> tuple[str, ...]:
    """The parties that may remind an owner of this kind; none for a kind that owes nothing."""
    return ABOVE.get(kind, ())
