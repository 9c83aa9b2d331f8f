"""The proposal of pairs: reasons from what applications need and senders can, swaps with their price, locks."""

import pytest

from models.application import Application
from models.pairing import RosterEntry
from tasks.queries.pairing_proposal import PairingProposal, pairing_proposal
from tasks.refusal import BadInput
from tests.factory import PROVINCE, Bench
from tests.tasks.scenes import CITY_CASE, COUNTY_CASE, OTHER_CASE, SENDERS, key_of, pairing_bench

FIRST, SECOND, THIRD = (key_of(code) for code in (COUNTY_CASE, OTHER_CASE, CITY_CASE))
ELDERLY, CHILDREN, PLAIN = SENDERS


def matched_bench(url: str, *, senders: int = 3) -> Bench:
    """The first needs children's work, the second children's and the elderly's, the third says nothing."""
    bench = pairing_bench(url, senders=senders)
    with bench.work() as work:
        for rank, (key, form) in enumerate(
            (
                (FIRST, {"background": "", "proposal": "开展儿童服务"}),
                (SECOND, {"background": "养老机构", "proposal": "儿童"}),
                (THIRD, {}),
            ),
            start=1,
        ):
            found = work.session.get_one(Application, key)
            found.form, found.province_rank = form, rank
        strengths = {ELDERLY: "养老、督导", CHILDREN: "儿童 督导", PLAIN: ""}
        for code in SENDERS[:senders]:
            work.session.get_one(RosterEntry, f"1:{code}").strengths = strengths[code]
    return bench


def proposal(bench: Bench, locked: dict[str, str] | None = None) -> PairingProposal:
    with bench.work() as work:
        return pairing_proposal(work, 1, locked)


def test_pairs_have_reasons_costs_and_swaps(database_url: str) -> None:
    bench = matched_bench(database_url)

    found = proposal(bench)

    assert [(one.application, one.sender, one.cost, one.rank) for one in found.pairs] == [
        (FIRST, CHILDREN, 0, 1),
        (SECOND, ELDERLY, 1, 2),
        (THIRD, PLAIN, 0, 3),
    ]
    assert [one.reason for one in found.pairs] == [
        "申报所需“儿童”与援派机构所长相符",
        "申报所需“养老”与援派机构所长相符，“儿童”尚无对应",
        "申报未写明与名册所长对应的需求，按评审名次配对",
    ]
    assert (found.total, found.waiting) == (1, ())
    assert [(one.sender, one.difference) for one in found.pairs[0].swaps] == [(ELDERLY, 1), (PLAIN, 1)]
    assert found.pairs[0].swaps[0].sender_name == found.pairs[1].sender_name
    assert proposal(bench) == found


def test_a_locked_pair_stays_and_the_rest_is_the_best_beside_it(sqlite_url: str) -> None:
    bench = matched_bench(sqlite_url)

    found = proposal(bench, {THIRD: CHILDREN})

    assert [(one.application, one.sender, one.is_locked) for one in found.pairs] == [
        (FIRST, PLAIN, False),
        (SECOND, ELDERLY, False),
        (THIRD, CHILDREN, True),
    ]
    assert (found.total, found.pairs[2].swaps) == (2, ())
    assert [one.reason for one in found.pairs[::2]] == [
        "申报所需“儿童”，尚可派出的援派机构中没有更相符的",
        "由经办人指定",
    ]


def test_with_fewer_senders_the_last_ranks_wait(sqlite_url: str) -> None:
    bench = matched_bench(sqlite_url, senders=2)

    found = proposal(bench)

    assert ([one.application for one in found.pairs], found.waiting) == ([FIRST, SECOND], (THIRD,))


@pytest.mark.parametrize("locked", [{FIRST: "nobody"}, {"nothing": PLAIN}, {FIRST: PLAIN, SECOND: PLAIN}])
def test_a_lock_that_cannot_be_is_refused(sqlite_url: str, locked: dict[str, str]) -> None:
    bench = matched_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        proposal(bench, locked)

    assert refused.value.code == "pairing.locked_taken"
    assert refused.value.text


def test_the_proposal_is_taken_as_it_is_by_the_act(sqlite_url: str) -> None:
    bench = matched_bench(sqlite_url)
    pairs = [
        {"sender": one.sender, "application": one.application, "reason": one.reason}
        for one in proposal(bench).pairs
    ]

    listed = bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=pairs)

    assert listed.state == "proposed"
