"""Every durable step of the main job: who passes it, and what becomes durable with it (docs/spec/durable-steps.md).

A step that is not here fails `test_durable_steps` with its name: add its row here and on the page, and, if a part that
runs all the time passes it, say in `PROVOKED_BY` how it is made to.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One step."""

    passed_by: str
    durable: str


_VERB = "state of the cases, audit entries, decisions and outgoing entries, together"
_WORDS = "the memorandum's version, its signatures or state, and the event that says who did it"

STEPS: dict[str, Row] = {
    # the exchange
    "courier.note_try:link": Row("courier", "when the partner was tried and what went wrong; for people"),
    "courier.store_receipt": Row(
        "courier", "the partner's receipt: checkpoint, both signatures, its size; when it came, for people"
    ),
    "sent.status": Row("courier", "nothing: the question has left, its answer was not read"),
    "sent.batch": Row("courier", "nothing: the batch has left, its answer was not read"),
    "receive.tell_head": Row("links", "nothing: the answer to a question is ready and has not left"),
    "receive.receive_batch": Row(
        "links", "entries, what they did, ledger and receipt, together; the answer has not left"
    ),
    # taking in
    "take_in.ensure_reporter": Row("comity intake", "the reporter, the first time it reports"),
    "take_in.start_run:intake_run": Row("comity intake", "the run, empty"),
    "take_in.store_once": Row("comity intake", "a batch of reports, cases, decisions and outgoing entries, together"),
    "take_in.finish_run:intake_run": Row("comity intake", "what came of the run's records"),
    # the desk
    "acknowledge.advance_once": Row("comity case ack", _VERB),
    "advance_cases.advance_once": Row("comity case step", _VERB),
    "appeal.advance_once": Row("comity case appeal, decide-appeal", _VERB),
    "ask.advance_once": Row("comity case ask", _VERB),
    "close.advance_once": Row("comity case close", _VERB),
    "confirm.advance_once": Row("comity case confirm", _VERB),
    "dismiss.advance_once": Row("comity case dismiss", _VERB),
    "hold.advance_once": Row("comity case hold, approve, refuse-hold, lift, restore", _VERB),
    "merge.advance_once": Row("comity case merge, unmerge", _VERB),
    "notify.advance_once": Row("comity case notify", _VERB),
    "open_held.open_held": Row("comity case open-held", _VERB),
    "record_action.advance_once": Row("comity case act", _VERB),
    "refer.refer": Row("comity case refer", _VERB),
    "reopen.advance_once": Row("comity case reopen", _VERB),
    "supply_info.advance_once": Row("comity case info", _VERB),
    "unconfirm.advance_once": Row("comity case unconfirm", _VERB),
    "withdraw.advance_once": Row("comity case withdraw", _VERB),
    # memoranda and links
    "propose.propose": Row("comity memo propose", _WORDS),
    "countersign.countersign": Row("comity memo countersign", _WORDS),
    "suspend.suspend": Row("comity memo suspend", _WORDS),
    "resume.resume": Row("comity memo resume", _WORDS + "; what was withheld meanwhile, as entries"),
    "end_memorandum.end_memorandum": Row("comity memo withdraw", _WORDS),
    "join.join": Row("comity link add", "the link and its two empty ledgers, or its new address"),
}

# What stands in the source with a transaction of its own and is not on the way of an entry between nodes.
NOT_OF_THE_EXCHANGE = {
    "api.health_views._database": "a probe that rolls back what it wrote",
    "cli.person.add": "an account of a person",
    "flows.join.resume_link": "a person opens a stopped link; tested where links are stopped",
    "flows.catch_up.catch_up": "inside the transaction of resume",
    "store.memoranda.add_version": "inside the transactions of propose and countersign",
    "store.memoranda.set_status": "inside the transactions of those who call it",
}

# How a step of a part that runs all the time is provoked at a node: what is done at (itself, the partner).
PROVOKED_BY: dict[str, str] = {
    "courier.note_try:link": "partner unreachable",
    "courier.store_receipt": "file here",
    "sent.batch": "file here",
    "sent.status": "courier starts here",
    "receive.tell_head": "courier starts there",
    "receive.receive_batch": "file there",
}
