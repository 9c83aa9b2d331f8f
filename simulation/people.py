"""Sample institutions and people of the cast: invented names, codes with right check digits, `.example` addresses."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum.cn import ric, uscc

from models.programme.divisions import Division, Divisions
from simulation.dice import Dice
from simulation.samples import samples

APPLICANTS_PER_CITY = (2, 4)
SENDERS = {1: 23, 2: 23}
REVIEWERS = 7


@dataclass(frozen=True, slots=True)
class Applicant:
    """A recipient institution that applies to one batch, and what becomes of it before the city's ranking."""

    batch: int
    uscc: str
    name: str
    city: str
    county: str | None
    level: str
    channel: str
    nominator: str
    habit: str
    founded_on: date


@dataclass(frozen=True, slots=True)
class SenderInstitution:
    """A Shenzhen institution on the roster."""

    uscc: str
    name: str


@dataclass(frozen=True, slots=True)
class Reviewer:
    """An expert of the panel; `city` is where the expert works, if inside the province."""

    organisation: str
    name: str
    city: str | None
    chair: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who plays, as the seed decides."""

    dice: Dice
    divisions: Divisions

    def applicants(self, batch: int, city: str) -> tuple[Applicant, ...]:
        """The institutions of one city that apply to a batch, in a fixed order."""
        return _applicants(self, batch, city)

    def senders(self, batch: int) -> tuple[SenderInstitution, ...]:
        """Shenzhen's roster for a batch; most senders of batch 1 are there again in batch 2."""
        return _senders(self, batch)

    def reviewers(self, batch: int) -> tuple[Reviewer, ...]:
        """The panel of a batch: an odd number, the first one in the chair."""
        cities = self.divisions.cities()
        return tuple(
            Reviewer(
                organisation=f"reviewer-{number:02d}",
                name=str(samples()["names"]["reviewer"]).format(number=number),
                city=cities[number].code if number > REVIEWERS - 3 else None,
                chair=number == 1,
            )
            for number in range(1, REVIEWERS + 1)
        )


def person_name(dice: Dice, *names: object) -> str:
    """An invented name."""
    pool = samples()["names"]
    return str(dice.pick(pool["surnames"], "surname", *names)) + str(
        dice.pick(pool["given"], "given", *names)
    )


def mobile(dice: Dice, *names: object) -> str:
    """A well-formed mobile number of the sample range."""
    return f"139{dice.between(0, 99_999_999, 'mobile', *names):08d}"


def resident_number(dice: Dice, *names: object) -> str:
    """A resident number with a right check digit that belongs to nobody: its serial is drawn."""
    born = date(
        1970 + dice.between(0, 29, "born", *names),
        dice.between(1, 12, "m", *names),
        dice.between(1, 28, "d", *names),
    )
    body = f"430102{born:%Y%m%d}{dice.between(0, 999, 'serial', *names):03d}"
    return body + ric.calc_check_digit(body + "0")


def sample_uscc(kind: str, division: str, serial: int) -> str:
    """A unified social credit code with a right check digit; the organisation part MJY… is not issued to anybody."""
    body = f"{kind}{division}MJY{serial:06d}"
    return body + uscc.calc_check_digit(body)


@lru_cache(maxsize=128)
def _applicants(cast: Cast, batch: int, city: str) -> tuple[Applicant, ...]:
    dice = cast.dice
    unit = cast.divisions.by_code(city)
    counties = cast.divisions.counties_of(city)
    cities = [one.code for one in cast.divisions.cities()]
    place = cities.index(city)
    found: list[Applicant] = []
    if place % 3 == 0:
        found.append(_city_applicant(cast, batch, unit, place))
    start = dice.between(0, len(counties) - 1, "county", batch, city)
    # The first county sends two, the next ones one each, so that the cap of two is touched and kept.
    for number in range(dice.between(*APPLICANTS_PER_CITY, "applicants", batch, city)):
        county = counties[(start + max(0, number - 1)) % len(counties)]
        found.append(_county_applicant(cast, batch, unit, county, number))
    if batch == 2 and place == 4:
        found.append(_repeater(cast, city))
    return tuple(found)


def _county_applicant(cast: Cast, batch: int, city: Division, county: Division, number: int) -> Applicant:
    names = samples()["names"]
    serial = batch * 1000 + number
    code = sample_uscc("52", county.code, serial)
    word = cast.dice.pick(names["words"], "word", code)
    return Applicant(
        batch=batch,
        uscc=code,
        name=str(names["recipient_county"]).format(county=county.name, word=word),
        city=city.code,
        county=county.code,
        level="county",
        channel="county",
        nominator=f"{county.code}-mz",
        habit=_habit(cast.dice, code, number),
        founded_on=date(2012 + cast.dice.between(0, 7, "founded", code), 5, 6),
    )


def _city_applicant(cast: Cast, batch: int, city: Division, place: int) -> Applicant:
    names = samples()["names"]
    code = sample_uscc("52", city.code, batch * 1000 + 500)
    by_county = place % 2 == 1
    county = cast.divisions.counties_of(city.code)[-1]
    word = cast.dice.pick(names["words"], "word", code)
    return Applicant(
        batch=batch,
        uscc=code,
        name=str(names["recipient_city"]).format(city=city.name, word=word),
        city=city.code,
        county=county.code if by_county else None,
        level="city",
        channel="county" if by_county else "city",
        nominator=f"{county.code}-mz" if by_county else f"{city.code}-mz",
        habit="punctual",
        founded_on=date(2013, 9, 1),
    )


def _repeater(cast: Cast, city: str) -> Applicant:
    """An institution of batch 1 that applies again, which only the province's override allows (K17)."""
    first = next(one for one in cast.applicants(1, city) if one.level == "county")
    return Applicant(
        batch=2,
        uscc=first.uscc,
        name=first.name,
        city=first.city,
        county=first.county,
        level=first.level,
        channel=first.channel,
        nominator=first.nominator,
        habit="repeater",
        founded_on=first.founded_on,
    )


def _habit(dice: Dice, code: str, number: int) -> str:
    """How an applicant behaves; the first of a city is always sound, so that every city has somebody to send."""
    if number == 0:
        return "punctual"
    throw = dice.throw("habit", code)
    for share, habit in (
        (0.55, "punctual"),
        (0.70, "late"),
        (0.82, "mistaken"),
        (0.90, "lapsing"),
        (0.95, "withdrawing"),
    ):
        if throw < share:
            return habit
    return "declined"


@lru_cache(maxsize=8)
def _senders(cast: Cast, batch: int) -> tuple[SenderInstitution, ...]:
    names = samples()["names"]
    districts = cast.divisions.counties_of("440300")
    found = []
    for number in range(SENDERS[batch]):
        district = districts[number % len(districts)]
        serial = number + (6 if batch > 1 else 0)
        code = sample_uscc("52", district.code, 9000 + serial)
        word = names["words"][serial % len(names["words"])]
        found.append(SenderInstitution(code, str(names["sender"]).format(district=district.name, word=word)))
    return tuple(found)
