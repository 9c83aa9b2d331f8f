"""Violations planted in the sound story, past every guard of the database, and what the check must say of each."""

from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR

Planted = tuple[list[tuple[str, str | None]], str]
"""The findings (code and subject, None for a subject that is of no matter), and the statements that cause them."""

TRAINEE = f"{COUNTY_PAIR}:2022:01"
MONTH = f"{COUNTY_PAIR}:2022-06"
LEG_A, LEG_B, LEG_C = (f"1:2022:{COUNTY_PAIR}:{leg}" for leg in "ABC")

_FREE_LEDGER = "DROP TRIGGER ledger_line_no_update; DROP TRIGGER ledger_line_no_delete;"
_FREE_PAIRS = "DROP INDEX uq_pair_sender; DROP INDEX uq_pair_recipient;"


def update(table: str, change: str, where: str) -> str:
    """One planted change."""
    return f"UPDATE {table} SET {change} WHERE {where};"


def step(key: str, change: str) -> str:
    """A planted change of a step."""
    return update("step", change, f"key = '{key}'")


MONEY: list[Planted] = [
    (
        [("ledger_unbalanced", LEG_A), ("ledger_other_sum", LEG_A)],
        _FREE_LEDGER + update("ledger_line", "fen = 1", f"entry = '{LEG_A}' AND fen > 0"),
    ),
    (
        [("ledger_unbalanced", LEG_B)],
        _FREE_LEDGER + f"DELETE FROM ledger_line WHERE entry = '{LEG_B}' AND fen < 0;",
    ),
    (
        [("ledger_other_sum", LEG_C)],
        _FREE_LEDGER + update("ledger_line", "fen = fen / 2", f"entry = '{LEG_C}'"),
    ),
    ([("payment_unbooked", LEG_C)], _FREE_LEDGER + f"DELETE FROM ledger_line WHERE entry = '{LEG_C}';"),
    (
        [
            ("ledger_without_payment", LEG_C),
            ("voucher_state", LEG_C),
            ("step_settled_undone", f"S16:{COUNTY_PAIR}:2022"),
        ],
        update("payment", "state = 'entered'", f"key = '{LEG_C}'"),
    ),
    (
        [("reversal_unbooked", LEG_C), ("voucher_state", LEG_C)],
        update("payment", "state = 'reversed'", f"key = '{LEG_C}'"),
    ),
    (
        [("payment_unbooked", f"{LEG_C}:r1"), ("leg_paid_twice", COUNTY_PAIR), ("voucher_sum", None)],
        "DROP INDEX uq_payment_live;"
        "INSERT INTO payment (key, voucher, leg, batch, year, pair, instalment, payer, payee, fen, state)"
        " SELECT key || ':r1', voucher, leg, batch, year, pair, instalment, payer, payee, fen, state"
        f" FROM payment WHERE key = '{LEG_C}';",
    ),
    (
        [("ledger_other_sum", LEG_B), ("b_unlike_a", LEG_B), ("voucher_sum", None)],
        update("payment", "fen = 2900000", f"key = '{LEG_B}'"),
    ),
    ([("voucher_sum", None)], update("voucher", "fen = fen + 1", f"key LIKE 'C:%{COUNTY_PAIR}'")),
    ([("maker_is_checker", None)], update("voucher", "checker = maker", f"key LIKE 'C:%{COUNTY_PAIR}'")),
]

PAIRS: list[Planted] = [
    (
        [("sender_in_two_pairs", None)],
        _FREE_PAIRS
        + f"UPDATE pair SET sender = (SELECT sender FROM pair WHERE key = '{OTHER_PAIR}') WHERE key = '{COUNTY_PAIR}';",
    ),
    (
        [("recipient_in_two_pairs", None)],
        _FREE_PAIRS
        + f"UPDATE pair SET recipient = (SELECT recipient FROM pair WHERE key = '{OTHER_PAIR}')"
        + f" WHERE key = '{COUNTY_PAIR}';",
    ),
    (
        [("effective_without_agreement", CITY_PAIR)],
        update("agreement", "state = 'ended'", f"pair = '{CITY_PAIR}'"),
    ),
    (
        [("signed_before_list", CITY_PAIR)],
        update("signature", "signed_on = '2022-05-01'", f"pair = '{CITY_PAIR}' AND party = 'sender'"),
    ),
    (
        [("effective_without_agreement", CITY_PAIR), ("signing_step_missing", CITY_PAIR)],
        update("agreement", "state = 'signing'", f"pair = '{CITY_PAIR}'"),
    ),
    (
        [("signatures", CITY_PAIR), ("step_settled_undone", None)],
        f"DELETE FROM signature WHERE pair = '{CITY_PAIR}' AND party = 'sender';",
    ),
    (
        [("signatures", CITY_PAIR)],
        "INSERT INTO signature (pair, party, organisation, signed_on, signatory, seal_file, at)"
        " SELECT pair, 'county_civil', '430121-mz', signed_on, signatory, seal_file, at"
        f" FROM signature WHERE pair = '{CITY_PAIR}' AND party = 'sender';",
    ),
    (
        [("signatures", CITY_PAIR), ("parties", CITY_PAIR)],
        update(
            "agreement",
            """parties = '["city_civil", "county_civil", "sender", "recipient"]'""",
            f"pair = '{CITY_PAIR}'",
        ),
    ),
    (
        [
            ("paired_without_pair", None),
            ("paired_without_pair", CITY_PAIR),
            ("paired_without_pair", OTHER_PAIR),
        ],
        f"UPDATE pair SET application = (SELECT application FROM pair WHERE key = '{CITY_PAIR}')"
        f" WHERE key = '{OTHER_PAIR}';"
        + update("application", "state = 'waiting'", "city_rank = 1 AND city = '430100'"),
    ),
]

DAYS: list[Planted] = [
    (
        [("month_sum", MONTH), ("day_overfull", None)],
        update("service_day", "half_days = 3", f"trainee = '{TRAINEE}'"),
    ),
    ([("month_sum", MONTH)], update("monthly_return", "half_days = 4", f"key = '{MONTH}'")),
    (
        [("day_outside", TRAINEE), ("day_off_roster", TRAINEE)],
        update("service_day", "day = '2022-05-19'", f"trainee = '{TRAINEE}'"),
    ),
    ([("day_off_roster", TRAINEE)], update("trainee", "left_on = '2022-06-20'", f"key = '{TRAINEE}'")),
    (
        [("trainee_in_two_pairs", None)],
        "DROP INDEX uq_trainee_active;"
        "UPDATE trainee SET (id_hash, id_masked) ="
        f" (SELECT id_hash, id_masked FROM trainee WHERE key = '{TRAINEE}') WHERE key = '{OTHER_PAIR}:2022:01';",
    ),
    (
        [("self_confirmed", MONTH)],
        "DROP TRIGGER event_no_update;"
        "UPDATE event SET actor = (SELECT actor FROM event WHERE act = 'fieldwork.enter_month')"
        " WHERE act = 'fieldwork.confirm_month';",
    ),
]

STEPS: list[Planted] = [
    (
        [("step_settled_before", f"S22:{CITY_PAIR}:2022")],
        step(f"S22:{CITY_PAIR}:2022", "settled_at = '2022-11-30T02:00:00.000000Z'"),
    ),
    ([("step_settled_before", f"S22:{CITY_PAIR}:2022")], step(f"S22:{CITY_PAIR}:2022", "settled_at = NULL")),
    (
        [("step_open_and_settled", "S24:2022:430300")],
        step("S24:2022:430300", "settled_at = '2023-01-10T02:00:00.000000Z'"),
    ),
    (
        [("step_count", "430300-mz/S24")],
        update("step_count", "n = n + 1", "owner = '430300-mz' AND kind = 'S24'"),
    ),
    ([("step_without_owner", "S24:2022:430300")], step("S24:2022:430300", "owner = 'nobody'")),
    (
        [("step_on_finished_pair", None), ("watch_next_missing", None)],
        update("pair", "state = 'ended'", f"key = '{OTHER_PAIR}'")
        + f"DELETE FROM step WHERE pair = '{OTHER_PAIR}' AND state = 'open';"
        + step(f"S22:{OTHER_PAIR}:2022", "kind = 'S99', state = 'open', settled_at = NULL"),
    ),
    (
        [("closed_batch_pair", key) for key in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)],
        "DELETE FROM step WHERE state = 'open';" + update("batch", "state = 'closed'", "number = 1"),
    ),
    (
        [("step_on_closed_batch", "S24:2022:430300")],
        "DELETE FROM step WHERE state = 'open' AND kind <> 'S24'; UPDATE pair SET state = 'ended';"
        + update("batch", "state = 'closed'", "number = 1"),
    ),
    (
        [("occasion_early", f"S18:{CITY_PAIR}:2022")],
        "UPDATE occasion SET nominal_on = '2022-06-09'"
        f" WHERE step_id = (SELECT id FROM step WHERE key = 'S18:{CITY_PAIR}:2022');",
    ),
    (
        [("told_after_end", f"S18:{CITY_PAIR}:2022")],
        "UPDATE occasion SET made_on = '2022-06-21'"
        f" WHERE step_id = (SELECT id FROM step WHERE key = 'S18:{CITY_PAIR}:2022');",
    ),
    (
        [("notice_without_letter", None)],
        "DELETE FROM letter WHERE id = (SELECT MIN(id) FROM letter WHERE kind = 'digest');",
    ),
    (
        [("sent_on_day_off", None)],
        "UPDATE letter SET state = 'sent', sent_at = '2022-06-11T02:00:00.000000Z'"
        " WHERE id = (SELECT MIN(id) FROM letter WHERE kind = 'digest');",
    ),
    ([("state", "roster_entry")], "UPDATE roster_entry SET state = 'lost';"),
]

REPORT = "S24:2022:430300"
"""A step that is open at the end of the story."""

_WATCHED = step(
    REPORT, "opened_at = '2022-05-01T02:00:00.000000Z', due_on = '2022-06-15', next_on = '2022-06-14'"
)


def occasion(day: str, *offices: str) -> str:
    """A planted reminder of the watched step: made on a day, told to the officers of these offices."""
    listed = ", ".join(f"'{office}'" for office in offices)
    return (
        "INSERT INTO occasion (step_id, nature, day_offset, nominal_on, made_on)"
        f" SELECT id, 'reminder', -5, '{day}', '{day}' FROM step WHERE key = '{REPORT}';"
        "INSERT INTO notice (occasion_id, person, organisation, letter_key)"
        " SELECT (SELECT MAX(id) FROM occasion), person, organisation,"
        " (SELECT MIN(key) FROM letter WHERE kind = 'digest')"
        f" FROM duty WHERE duty = 'officer' AND organisation IN ({listed});"
    )


OWING = ("430300-mz", "430300-xz")

WATCH: list[Planted] = [
    ([("watch_missed", REPORT)], _WATCHED),
    ([("watch_missed", REPORT)], _WATCHED + occasion("2022-06-08", "430300-mz")),
    ([("watch_misdirected", REPORT)], _WATCHED + occasion("2022-06-08", *OWING, "430100-mz")),
    (
        [("watch_doubled", REPORT)],
        _WATCHED + occasion("2022-06-07", *OWING) + occasion("2022-06-08", *OWING),
    ),
    ([("watch_next_missing", REPORT)], step(REPORT, "next_on = NULL")),
]

SENDING: list[Planted] = [
    ([("submission_rows", "1:430100")], update("submission", "rows = 1", "key = '1:430100'")),
    ([("rank_gap", "1:430300")], update("application", "city_rank = 9", "city = '430300'")),
    ([("sent_without_rank", None)], update("application", "city_rank = NULL", "city = '430300'")),
    (
        [("sent_without_submission", None)],
        update("submission", "emailed_at = NULL", "key = '1:430300'"),
    ),
    (
        [("report_receipts", "2022:430100")],
        "DELETE FROM report_receipt WHERE office = 'province_rural';",
    ),
    (
        [("report_unsigned", "2022:430100"), ("step_settled_undone", "S24C:2022:430100")],
        update("annual_report", "cosigned = FALSE", "key = '2022:430100'"),
    ),
]

_MORE = """
INSERT INTO application (key, batch, uscc, attempt, state, channel, city, nominator, version, form, remark,
                         nominator_slot, city_rank)
SELECT key || '{n}', batch, uscc || '{n}', 1, 'ranked', '{channel}', '430100', '{nominator}', 1, form, '',
       {slot}, {rank} FROM application WHERE city = '430300';
"""


def more(number: int, channel: str, nominator: str, slot: str, rank: str) -> str:
    """One more application of the first city."""
    return _MORE.format(n=number, channel=channel, nominator=nominator, slot=slot, rank=rank)


QUOTAS: list[Planted] = [
    (
        [("quota", "1:430121-mz")],
        more(1, "county", "430121-mz", "2", "NULL") + more(2, "county", "430121-mz", "3", "NULL"),
    ),
    ([("quota", "1:430100-mz")], more(1, "city", "430100-mz", "2", "NULL")),
    (
        [("quota", "1:430100"), ("submission_rows", "1:430100")],
        more(1, "county", "430122-mz", "1", "3") + more(2, "county", "430122-mz", "2", "4"),
    ),
]

PLANTED = [*QUOTAS, *MONEY, *PAIRS, *DAYS, *STEPS, *WATCH, *SENDING]
