"""The administrative divisions the programme knows: provinces, cities and counties by their GB/T 2260 codes."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

SHIPPED_DIVISIONS = Path(__file__).with_name("divisions.csv")
COLUMNS = ["code", "name", "level", "parent_code"]
CODE = re.compile(r"[1-9][0-9]{5}")


class DivisionMalformed(ValueError):
    """A unit does not fit the others: correct its row, then load the table again."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: expected {expected}")
        self.where = where
        self.expected = expected


class DivisionUnknown(LookupError):
    """No unit has this code, or none of the level asked for: correct the code, or add the unit."""

    def __init__(self, code: str, wanted: str) -> None:
        super().__init__(
            f"{code!r} is no {wanted} of the table of divisions; correct the code, or add the unit"
        )
        self.code = code
        self.wanted = wanted


class DivisionLevel(StrEnum):
    """How high a unit stands: province, city (prefecture level) or county (districts and county-level cities)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Division:
    """One unit: its six-digit code, its Chinese name, its level and the code of the unit above ('' for none)."""

    code: str
    name: str
    level: DivisionLevel
    parent_code: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Divisions:
    """All units, in the order of their codes; adding one makes a new table."""

    all: tuple[Division, ...]
    _by_code: Mapping[str, Division]
    _below: Mapping[str, tuple[Division, ...]]

    @classmethod
    def of(cls, units: Iterable[Division]) -> "Divisions":
        """Return the table of some units; raises `DivisionMalformed` for one that does not fit.

        A city may stand without its province (Shenzhen does: Guangdong takes no part), a county not without its
        city. Codes are unique, and a county's first four digits are its city's.
        """
        by_code: dict[str, Division] = {}
        below: dict[str, list[Division]] = {}
        for unit in sorted(units, key=lambda unit: unit.code):
            if unit.code in by_code:
                raise DivisionMalformed(unit.code, "a code that is used once")
            _check_fit(unit, by_code.get(unit.parent_code))
            by_code[unit.code] = unit
            below.setdefault(unit.parent_code, []).append(unit)
        return cls(
            all=tuple(by_code.values()),
            _by_code=MappingProxyType(by_code),
            _below=MappingProxyType({code: tuple(found) for code, found in below.items()}),
        )

    def by_code(self, code: str) -> Division:
        """Return the unit of a code; raises `DivisionUnknown`."""
        try:
            return self._by_code[code]
        except KeyError:
            raise DivisionUnknown(code, "unit") from None

    def provinces(self) -> tuple[Division, ...]:
        """Return the provinces: for the shipped table Hunan alone."""
        return self._below.get("", ())

    def cities(self) -> tuple[Division, ...]:
        """Return the cities of the provinces in the table: for the shipped one Hunan's fourteen, not Shenzhen."""
        return tuple(city for province in self.provinces() for city in self._below.get(province.code, ()))

    def counties(self) -> tuple[Division, ...]:
        """Return the counties of `cities()`: for the shipped table Hunan's 122."""
        return tuple(county for city in self.cities() for county in self._below.get(city.code, ()))

    def counties_of(self, city_code: str) -> tuple[Division, ...]:
        """Return the counties of a city; raises `DivisionUnknown` when the code is not a city's."""
        if self.by_code(city_code).level is not DivisionLevel.CITY:
            raise DivisionUnknown(city_code, "city")
        return self._below.get(city_code, ())

    def city_of(self, code: str) -> Division:
        """Return the city of a county, or the city itself; raises `DivisionUnknown` for a province."""
        unit = self.by_code(code)
        match unit.level:
            case DivisionLevel.CITY:
                return unit
            case DivisionLevel.COUNTY:
                return self.by_code(unit.parent_code)
            case DivisionLevel.PROVINCE:
                raise DivisionUnknown(code, "city or county")

    def with_unit(self, unit: Division) -> "Divisions":
        """Return the table with one more unit, as an officer may add; raises `DivisionMalformed`."""
        return Divisions.of((*self.all, unit))


def load_divisions(*extra_paths: str | Path) -> Divisions:
    """Return the shipped units and those of further files in the same form, `code,name,level,parent_code`.

    Raises `DivisionMalformed` for a file that cannot be read, or for a unit that is there twice or does not fit.
    """
    paths = (SHIPPED_DIVISIONS, *map(Path, extra_paths))
    return Divisions.of(unit for path in paths for unit in _read(path))


def _read(path: Path) -> tuple[Division, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            if next(reader, []) != COLUMNS:
                raise DivisionMalformed(f"{path}, line 1", f"the columns {','.join(COLUMNS)}")
            return tuple(_unit(f"{path}, line {reader.line_num}", cells) for cells in reader if cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DivisionMalformed(str(path), f"a readable CSV file in UTF-8 ({error})") from error


def _unit(where: str, cells: list[str]) -> Division:
    if len(cells) != len(COLUMNS):
        raise DivisionMalformed(where, f"{len(COLUMNS)} cells: {','.join(COLUMNS)}")
    code, name, level, parent_code = (cell.strip() for cell in cells)
    if level not in tuple(DivisionLevel):
        raise DivisionMalformed(where, f"one of {', '.join(DivisionLevel)} instead of {level!r}")
    return Division(code, name, DivisionLevel(level), parent_code)


def _check_fit(unit: Division, parent: Division | None) -> None:
    where = f"{unit.code} {unit.name}"
    if not CODE.fullmatch(unit.code) or not unit.name:
        raise DivisionMalformed(where, "a code of six digits and a name")
    match unit.level:
        case DivisionLevel.PROVINCE:
            fits = not unit.parent_code and unit.code.endswith("0000")
        case DivisionLevel.CITY:
            fits = unit.parent_code == f"{unit.code[:2]}0000" and unit.code.endswith("00")
        case DivisionLevel.COUNTY:
            fits = unit.parent_code == f"{unit.code[:4]}00" and parent is not None
    if not fits or unit.code == unit.parent_code:
        raise DivisionMalformed(
            where, f"the unit above a {unit.level}, of the same first digits, in the table"
        )
