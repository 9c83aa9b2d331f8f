"""Where the tests of opening, application and submission begin: a batch open in every city, institutions that apply."""

from datetime import date
from typing import Any

from models.application import Application
from tests.factory import PROVINCE, Bench, add_institution, make_bench, sample_uscc
from tests.tasks.scenes import row_of, run_chores

COUNTY, COUNTY_RURAL, OTHER_COUNTY = "430121-mz", "430121-xz", "430102-mz"
"""Two counties of Changsha; the first one's rural revitalisation office."""

CITY, CITY_RURAL = "430100-mz", "430100-xz"

RESIDENT_NUMBER, MASKED = "11010519491231002X", "110***********002X"
"""The specimen number of the standard GB 11643, which belongs to nobody."""

ANNOUNCEMENT: dict[str, Any] = {
    "opened_on": date(2022, 2, 25),
    "submit_by": date(2022, 3, 10),
    "post_by": date(2022, 3, 14),
    "document": "湘民函〔2022〕1号（示例）",
}


def announce(bench: Bench, batch: int = 1, **form: Any) -> Any:
    """The province announces a batch, with batch 1's dates unless the form says otherwise."""
    return bench.act("opening.announce_batch", PROVINCE, batch=batch, **{**ANNOUNCEMENT, **form})


def opened_bench(url: str) -> Bench:
    """Batch 1 announced and opened in all cities on its first day; the clock then stands at 1 March."""
    bench = make_bench(url)
    announce(bench)
    bench.at("2022-02-25T09:00")
    run_chores(bench, "opening")
    return bench.at("2022-03-01T10:00")


def key_of(code: str, attempt: int = 1, batch: int = 1) -> str:
    """The key of an institution's application."""
    return f"{batch}-{code}-{attempt}"


def county_code(serial: int) -> str:
    """The code of a county institution of COUNTY."""
    return sample_uscc(serial)


def city_code(serial: int) -> str:
    """The code of a city-level institution of CITY."""
    return sample_uscc(serial, "430100")


def form_of(code: str, nominator: str = COUNTY, **changes: Any) -> dict[str, Any]:
    """Appendix 1 of a sample institution, without fault."""
    plain: dict[str, Any] = {
        "city": f"{nominator[:4]}00",
        "nominator": nominator,
        "institution_name": f"样例机构{code[-4:]}（示例）",
        "uscc": code,
        "founded_on": "2015-05-01",
        "legal_representative": "样例法人",
        "address": "样例路1号",
        "inspection_result": "qualified",
        "grade": "3A",
        "lead_name": "样例负责人",
        "lead_mobile": "13800138000",
        "lead_email": "lead@people.example",
        "lead_id_number": RESIDENT_NUMBER,
        "contact_name": "样例联系人",
        "contact_mobile": "13800138001",
        "contact_email": "contact@people.example",
        "contact_id_number": RESIDENT_NUMBER,
        "beneficiaries": 800,
        "professionals_trained": 5,
        "training_person_times": 40,
        "funds_fiscal_wan": "2",
        "funds_lottery_wan": "0.5",
        "funds_own_wan": "1.2345",
        "background": "样例背景",
        "proposal": "样例方案",
        "budget": [{"item": "食宿", "wan": "1.5"}, {"item": "服务", "wan": "0.5"}],
        "trainees": 3,
    }
    return {**plain, **changes}


def register(bench: Bench, code: str, **fields: Any) -> str:
    """Registers the institution, of the county or the city that its code names."""
    division = code[2:8]
    level = "city" if division.endswith("00") else "county"
    with bench.work() as work:
        return add_institution(work, code, **{"division": division, "level": level, **fields})


def draft(bench: Bench, code: str, *, nominator: str = COUNTY, batch: int = 1, **fields: Any) -> Any:
    """The institution begins its application to the nominator, through the channel that leads there."""
    plain: dict[str, Any] = {
        "channel": "city" if nominator.endswith("00-mz") else "county",
        "form": form_of(code, nominator),
    }
    return bench.act(
        "application.draft",
        code,
        batch=batch,
        **{"uscc": code, "nominator": nominator, **plain, **fields},
    )


def submit(bench: Bench, code: str, *, attempt: int = 1, **fields: Any) -> Any:
    """The institution hands its application in, signed today and sealed."""
    plain = {"signed_on": bench.house.clock.today(), "sealed": True}
    return bench.act("application.submit", code, application=key_of(code, attempt), **{**plain, **fields})


def submitted(bench: Bench, code: str, *, nominator: str = COUNTY, **fields: Any) -> str:
    """Registers, drafts and submits; returns the application's key."""
    register(bench, code, **fields)
    draft(bench, code, nominator=nominator)
    submit(bench, code)
    return key_of(code)


def consented(bench: Bench, code: str, *, nominator: str = COUNTY) -> str:
    """An application whose plan rural revitalisation agrees to; returns its key."""
    key = submitted(bench, code, nominator=nominator)
    rural = nominator.replace("-mz", "-xz")
    bench.act("application.consent_plan", rural, application=key, opinion="同意（示例）")
    return key


def recommend(bench: Bench, key: str, *, nominator: str = COUNTY, **fields: Any) -> Any:
    """The nominator recommends, signed today."""
    plain = {"opinion": "同意推选（示例）", "signed_on": bench.house.clock.today()}
    return bench.act("application.recommend", nominator, application=key, **{**plain, **fields})


def recommended(bench: Bench, code: str, *, nominator: str = COUNTY) -> str:
    """An application that its nominator has recommended; returns its key."""
    key = consented(bench, code, nominator=nominator)
    recommend(bench, key, nominator=nominator)
    return key


def override(bench: Bench, key: str, clause: str, **fields: Any) -> Any:
    """The province lets an application pass a soft rule."""
    plain = {"reason": "确有必要（示例）", "document": "例外批件（示例）"}
    return bench.act(
        "application.grant_override", PROVINCE, application=key, **{"clause": clause, **plain, **fields}
    )


def rank(bench: Bench, *ranking: str, reasons: dict[str, str] | None = None) -> Any:
    """Changsha ranks its recommended applications."""
    return bench.act(
        "application.rank_city", CITY, batch=1, city="430100", ranking=list(ranking), reasons=reasons or {}
    )


def email(bench: Bench, *applications: str, **fields: Any) -> Any:
    """Changsha e-mails its sealed list now."""
    plain = {"applications": list(applications), "rows": len(applications), "sealed": True}
    return bench.act("application.email_submission", CITY, batch=1, city="430100", **{**plain, **fields})


def post(bench: Bench, **fields: Any) -> Any:
    """Changsha posts its originals today."""
    plain = {
        "posted_on": bench.house.clock.today(),
        "courier": "样例快递",
        "tracking": "SAMPLE1",
        "copies": 4,
        "summaries": 1,
    }
    return bench.act("application.post_originals", CITY, batch=1, city="430100", **{**plain, **fields})


def recommended_bench(url: str, count: int) -> tuple[Bench, list[str]]:
    """So many county applications of Changsha are recommended, two a county; returns their keys."""
    bench = opened_bench(url)
    places = [(county_code(1), COUNTY), (county_code(2), COUNTY)]
    places += [(sample_uscc(serial, "430102"), OTHER_COUNTY) for serial in (3, 4)]
    return bench, [recommended(bench, code, nominator=office) for code, office in places[:count]]


def reopen(bench: Bench) -> Any:
    """Changsha takes its ranking back."""
    return bench.act("application.reopen_ranking", CITY, batch=1, city="430100", reason="补充推选（示例）")


def states_of(bench: Bench, keys: list[str]) -> list[tuple[str, int | None]]:
    """State and rank of applications."""
    return [(found.state, found.city_rank) for key in keys for found in [row_of(bench, Application, key)]]


def refusals(refused: Any) -> list[tuple[str, str]]:
    """Code and clause of every breach of a refusal; each has its sentence."""
    assert all(one.text for one in refused.value.breaches)
    return [(one.code, one.clause) for one in refused.value.breaches]


def emailed_bench(url: str, *codes: str) -> tuple[Bench, list[str]]:
    """Changsha has e-mailed these county institutions' applications on 10 March; returns their keys."""
    bench = opened_bench(url)
    keys = [recommended(bench, code) for code in codes or (county_code(1),)]
    bench.at("2022-03-10T10:00")
    rank(bench, *keys)
    email(bench, *keys)
    return bench, keys
