"""The outbox on both databases: one effect per key, one holder per letter, doubts that are seen."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from notifications import outbox as box
from notifications import outbox_claim, outbox_marks
from notifications.attempts import Tried, Wording
from notifications.catalogue import FactsUnfit
from notifications.outbox import LetterNotWaiting, message_id_of, write_letter
from tests.notifications.letters import LEASE, NOON, Outbox, draft, sample_facts

HOUR = timedelta(hours=1)


def claim(outbox, owner="one", limit=10, now=NOON):
    with outbox.transactions() as session:
        return outbox_claim.claim(session, owner, limit, now, LEASE)


def tried(letter_id, reply, attempts=0):
    return Tried(letter_id, attempts, reply, 250, "sink", "city.example")


def texts(ids):
    return dict.fromkeys(ids, Wording("head", "text", "html", "sum"))


def in_session(outbox, act, *arguments, **options):
    with outbox.transactions() as session:
        return act(session, *arguments, **options)


def written(outbox, key, **changes):
    fields = vars(draft(key, **changes))
    with outbox.transactions() as session:
        return write_letter(session, **fields | {"not_before": None}, now=NOON)


def test_letter_is_written_once(outbox):
    first = written(outbox, "decision:1")
    second = written(outbox, "decision:1", to="other@city.example")

    assert (first, second) == (True, False)
    assert outbox.states() == {"decision:1": "queued"}
    assert outbox.column("legal_class") == {"decision:1": "legal"}
    assert outbox.column("address") == {"decision:1": "officer@city.example"}
    assert outbox.column("message_id") == {"decision:1": message_id_of("decision:1", "qianshou.example")}


def test_many_letters_are_written_once(outbox):
    outbox.write([draft("b"), draft("a")])

    new = outbox.write([draft("c"), draft("a"), draft("d")])

    assert new == ["c", "d"]
    assert sorted(outbox.states()) == ["a", "b", "c", "d"]
    assert outbox.write([]) == []


def test_letter_goes_with_the_act_that_failed(outbox):
    def act_that_fails(session):
        box.write_letters(session, [draft("a")], now=NOON)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_session(outbox, act_that_fails)

    assert outbox.states() == {}


def test_letter_with_wrong_facts_is_refused(outbox):
    with pytest.raises(FactsUnfit):
        outbox.write([draft("a", facts=sample_facts("decision_approved") | {"more": 1})])


@pytest.mark.parametrize("address", ["", "a@b.example\r\nBcc: c@d.example", "\u5f20@b.example", "nowhere"])
def test_letter_without_working_address_is_held(small_outbox, address):
    small_outbox.write([draft("a", to=address)])

    assert small_outbox.states() == {"a": "held"}
    assert claim(small_outbox) == []


def test_instants_come_back_as_they_were(outbox):
    outbox.write([draft("a", not_before=NOON.astimezone(UTC) + HOUR)])

    assert outbox.column("created_at") == {"a": NOON}
    assert outbox.column("not_before") == {"a": NOON + HOUR}
    assert outbox.column("created_at")["a"].hour == 12


def test_claim_takes_what_is_due_in_order(outbox):
    outbox.write([draft("late", not_before=NOON + HOUR), draft("b"), draft("early", not_before=NOON - HOUR)])

    taken = claim(outbox)

    assert [letter.key for letter in taken] == ["early", "b"]
    assert taken[0].facts == sample_facts("decision_approved")
    assert taken[0].created_at == NOON
    assert outbox.states() == {"late": "queued", "b": "claimed", "early": "claimed"}
    assert [letter.key for letter in claim(outbox, now=NOON + HOUR)] == ["late"]


def test_claim_keeps_its_limit_and_gives_a_letter_once(outbox):
    outbox.write([draft(f"{number:02}") for number in range(25)])

    taken = [claim(outbox, owner) for owner in ("one", "two", "three")]

    assert [len(letters) for letters in taken] == [10, 10, 5]
    assert len({letter.key for letters in taken for letter in letters}) == 25


def test_two_open_claims_do_not_meet_on_postgresql(postgres_url):
    outbox = Outbox(postgres_url).create()
    outbox.write([draft("a"), draft("b")])

    with Session(outbox.engine) as one, Session(outbox.engine) as two:
        first = outbox_claim.claim(one, "one", 1, NOON, LEASE)
        second = outbox_claim.claim(two, "two", 5, NOON, LEASE)

    assert [letter.key for letter in first + second] == ["a", "b"]
    outbox.engine.dispose()


def test_claim_whose_lease_ended_is_queued_again(outbox):
    outbox.write([draft("a")])
    claim(outbox, "dead")

    assert in_session(outbox, outbox_claim.release_expired, NOON + LEASE) == 0
    assert in_session(outbox, outbox_claim.release_expired, NOON + 2 * LEASE) == 1
    assert [letter.key for letter in claim(outbox, "alive", now=NOON + 2 * LEASE)] == ["a"]


def test_handing_is_granted_to_the_holder_only(outbox):
    outbox.write([draft("a"), draft("b")])
    ids = [letter.id for letter in claim(outbox, "one")]

    assert in_session(outbox, outbox_marks.mark_handing, "two", texts(ids), NOON, LEASE) == set()
    assert in_session(outbox, outbox_marks.mark_handing, "one", texts(ids), NOON, LEASE) == set(ids)
    assert in_session(outbox, outbox_marks.mark_handing, "one", texts(ids), NOON, LEASE) == set()


@pytest.mark.parametrize("replies", [("same", "same"), ("first", "second")])
def test_sent_keeps_the_servers_reply(outbox, replies):
    outbox.write([draft("a"), draft("b")])
    ids = [letter.id for letter in claim(outbox)]
    in_session(outbox, outbox_marks.mark_handing, "one", texts(ids), NOON, LEASE)

    in_session(
        outbox,
        outbox_marks.mark_sent,
        "one",
        [tried(id_, reply) for id_, reply in zip(ids, replies, strict=True)],
        NOON + HOUR,
    )

    assert outbox.states() == {"a": "sent", "b": "sent"}
    assert outbox.column("reply") == dict(zip("ab", replies, strict=True))
    assert outbox.column("sent_at") == {"a": NOON + HOUR, "b": NOON + HOUR}
    assert outbox.column("attempts") == {"a": 1, "b": 1}


def test_deferred_waits_longer_each_time_and_ends_after_five_days(small_outbox):
    small_outbox.write([draft("a")])
    now = NOON
    waits = []

    while letters := claim(small_outbox, now=now):
        in_session(
            small_outbox,
            outbox_marks.mark_deferred,
            "one",
            [tried(letters[0].id, "450 later", letters[0].attempts)],
            now,
        )
        waits.append(small_outbox.column("next_try_at")["a"] - now)
        now += waits[-1]

    assert small_outbox.states() == {"a": "refused"}
    assert waits[:-1] == sorted(waits[:-1])
    assert timedelta(days=4, hours=12) < now - NOON <= timedelta(days=5)


def test_doubt_separates_light_letters_from_weighty_ones(outbox):
    outbox.write([draft("legal"), draft("money", kind="payment_made"), draft("daily", kind="digest")])
    ids = [letter.id for letter in claim(outbox, "dead")]
    in_session(outbox, outbox_marks.mark_handing, "dead", texts(ids), NOON, LEASE)

    assert len(in_session(outbox, outbox_marks.find_in_doubt, NOON + LEASE)) == 0
    doubts = in_session(outbox, outbox_marks.find_in_doubt, NOON + 2 * LEASE)

    assert doubts == outbox_marks.Doubts(("daily",), ("legal", "money"))
    assert outbox.states() == {"legal": "in_doubt", "money": "in_doubt", "daily": "queued"}
    assert set(outbox.column("doubted_at").values()) == {NOON + 2 * LEASE}


def test_light_letter_goes_once_more_only(outbox):
    outbox.write([draft("daily", kind="digest")])
    now = NOON
    for _ in range(2):
        letters = claim(outbox, "dead", now=now)
        in_session(outbox, outbox_marks.mark_handing, "dead", texts([letters[0].id]), now, LEASE)
        now += 2 * LEASE
        doubts = in_session(outbox, outbox_marks.find_in_doubt, now)

    assert doubts == outbox_marks.Doubts((), ("daily",))
    assert claim(outbox, now=now) == []


def test_late_receipt_ends_a_doubt(outbox):
    outbox.write([draft("legal"), draft("daily", kind="digest")])
    ids = [letter.id for letter in claim(outbox, "slow")]
    in_session(outbox, outbox_marks.mark_handing, "slow", texts(ids), NOON, LEASE)
    in_session(outbox, outbox_marks.find_in_doubt, NOON + 2 * LEASE)

    in_session(outbox, outbox_marks.mark_sent, "slow", [tried(id_, "250") for id_ in ids], NOON + 2 * LEASE)

    assert set(outbox.states().values()) == {"sent"}


def test_late_receipt_of_a_lost_letter_changes_nothing(outbox):
    outbox.write([draft("daily", kind="digest")])
    ids = [letter.id for letter in claim(outbox, "slow")]
    in_session(outbox, outbox_marks.mark_handing, "slow", texts(ids), NOON, LEASE)
    in_session(outbox, outbox_marks.find_in_doubt, NOON + 2 * LEASE)
    claim(outbox, "quick", now=NOON + 2 * LEASE)

    in_session(outbox, outbox_marks.mark_sent, "slow", [tried(ids[0], "250")], NOON + 2 * LEASE)

    assert outbox.states() == {"daily": "claimed"}


def test_person_settles_a_doubt(outbox):
    outbox.write([draft("a"), draft("b")])
    ids = [letter.id for letter in claim(outbox, "dead")]
    in_session(outbox, outbox_marks.mark_handing, "dead", texts(ids), NOON, LEASE)
    in_session(outbox, outbox_marks.find_in_doubt, NOON + 2 * LEASE)
    word = {"officer": "430000-mz.officer", "reason": "telephoned", "now": NOON + HOUR}

    in_session(outbox, box.resolve, "a", "sent", **word)
    in_session(outbox, box.resolve, "b", "resend", **word)

    assert outbox.states() == {"a": "sent", "b": "queued"}
    assert outbox.column("sent_at") == {"a": NOON, "b": None}
    assert outbox.column("resolution") == {
        "a": "sent \u00b7 430000-mz.officer \u00b7 telephoned",
        "b": "resend \u00b7 430000-mz.officer \u00b7 telephoned",
    }
    with pytest.raises(LetterNotWaiting):
        in_session(outbox, box.resolve, "b", "sent", **word)
    with pytest.raises(ValueError, match="reason"):
        in_session(outbox, box.resolve, "b", "resend", officer="x", reason=" ", now=NOON)


def test_claim_reads_only_the_queue(sqlite_url):
    outbox = Outbox(sqlite_url).create()
    statements = []
    event.listen(outbox.engine, "before_cursor_execute", lambda *told: statements.append((told[2], told[3])))
    claim(outbox)
    statement, values = next(told for told in statements if "ORDER BY letter.next_try_at" in told[0])

    with outbox.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    assert [row[-1] for row in plan if "ix_letter" in row[-1] or "SCAN" in row[-1]] == [
        "SEARCH letter USING INDEX ix_letter_queued (next_try_at<?)",
        "SEARCH ahead USING INDEX ix_letter_ahead (person_code=? AND not_before<?)",
        "SEARCH ahead USING INDEX ix_letter_ahead_office (address=? AND not_before<?)",
    ]
    outbox.engine.dispose()
