"""Every durable step of the main job: who passes it, and what becomes durable with it (docs/spec/durable-steps.md).

A step that is not here fails `test_durable_steps` with its name: add its row here and on the page, and, if a part that
runs all the time passes it, say in `PROVOKED_BY` how it is made to.
"""

from typing import NamedTuple

from exchange.provoke import How, Mode


class Row(NamedTuple):
    """One step."""

    passed_by: str
    durable: str

    def commands(self) -> list[str]:
        """The commands that pass it: "comity case hold, lift" are two."""
        first, *more = self.passed_by.split(", ")
        if not first.startswith("comity "):
            return []
        return [first, *(f"{first.rpartition(' ')[0]} {verb}" for verb in more)]


_VERB = "state of the cases, audit entries, decisions and outgoing entries, together"
_VOTE = "who voted, where the plan stands; " + _VERB
_TOLD = "the report, a note on its case, and what the partners that have it are told, as entries, together"
_STATE = "the link's state and its reason"
_PART = "entries of our own ledger that were lost, and what they tell; with the last of them as when recovery ends"
_LIBRARY = "event, decision and entry of the library together, as of a verb of the desk; the command is given again"
_READER = "a subscriber or a key of it with its audit entry, together; the command is given again"
_BLOCK = "a round of the desk: a position and what it changes together, then a version of that; the next round goes on"
_WORDS = "the memorandum's version, its signatures or state, and the event that says who did it"

STEPS: dict[str, Row] = {
    # the exchange
    "courier.note_try:link": Row("courier", "when the partner was tried and what went wrong; for people"),
    "courier.store_receipt": Row(
        "courier", "the partner's receipt: checkpoint, both signatures, its size; when it came, for people"
    ),
    "sent.status": Row("courier", "nothing: the question has left, its answer was not read"),
    "sent.batch": Row("courier", "nothing: the batch has left, its answer was not read"),
    "sent.recall": Row("courier", "nothing: the question for lost entries has left, its answer was not read"),
    "sent.fetch": Row("courier", "nothing: the question has left, the batch that answers it was not read"),
    "sent.receipt": Row("courier", "nothing: our receipt has left, its answer was not read"),
    "sent.return": Row("courier", "nothing: the partner's lost entries have left, its answer was not read"),
    "answer.answer": Row("links", "the question's counter, if it brings entries; the answer has not left"),
    "receive.receive_batch": Row(
        "links", "entries, what they did, ledger and receipt, together; the answer has not left"
    ),
    "courier.receive_batch": Row("courier", "the same, of a batch that was fetched"),
    "give.give_entries": Row(
        "links", "the question's counter, and that a ledger is whole again; the batch that answers it has not left"
    ),
    "give.take_receipt": Row("links", "the partner's receipt, handed over after it fetched; the answer has not left"),
    # a restored node
    "restore.fill_store": Row(
        "comity restore", "the backup's rows in place of all others, and that each link recovers"
    ),
    "courier.begin_recovery": Row("courier", "that the link recovers; what was not receipted has lost its place"),
    "give.begin_recovery": Row("links", "the same, of a link that the partner fetches by"),
    "courier.take_part": Row("courier", _PART),
    "give.take_part": Row("links", _PART + "; the answer has not left"),
    "courier.end_recovery": Row(
        "courier", "what had lost its place has one again, what waited is entries, the link is open"
    ),
    # taking in
    "take_in.ensure_reporter": Row("comity intake", "the reporter, the first time it reports"),
    "take_in.start_run:intake_run": Row("comity intake", "the run, empty"),
    "take_in.store_once": Row("comity intake", "a batch of reports, cases, decisions and outgoing entries, together"),
    "take_in.finish_run:intake_run": Row("comity intake", "what came of the run's records"),
    # the desk
    "acknowledge.advance_once": Row("comity case ack", _VERB),
    "advance_cases.advance_once": Row("comity case step", _VERB),
    "appeal.advance_once": Row("comity case appeal", _VERB),
    "ask.advance_once": Row("comity case ask", _VERB),
    "close.advance_once": Row("comity case close", _VERB),
    "confirm.advance_once": Row("comity case confirm", _VERB),
    "decide_appeal.decide_appeal": Row("comity case decide-appeal", _VERB + "; the letter to whoever appealed"),
    "dismiss.advance_once": Row("comity case dismiss", _VERB),
    "hold.propose": Row("comity case hold", "the plan of what is to be done; " + _VERB),
    "hold.approve_plan": Row("comity case approve", _VOTE),
    "hold.refuse_plan": Row("comity case refuse-hold", _VOTE),
    "hold.lift": Row("comity case lift", "the plan to restore, where a hold of ours is in place; " + _VERB),
    "hold.advance_once": Row("comity case restore", _VERB),
    "merge.advance_once": Row("comity case merge, unmerge", _VERB),
    "notify.advance_once": Row("comity case notify", _VERB),
    "open_held.open_held": Row("comity case open-held", _VERB),
    "pause.take": Row("comity case pause, resume", _VERB),
    "record_action.advance_once": Row("comity case act", _VERB),
    "refer.refer": Row("comity case refer", _VERB),
    "reopen.advance_once": Row("comity case reopen", _VERB),
    "supply_info.advance_once": Row("comity case info", _VERB),
    "unconfirm.advance_once": Row("comity case unconfirm", _VERB),
    "withdraw.advance_once": Row("comity case withdraw", _VERB),
    # reports that were told
    "correct.correct": Row("comity report correct", _TOLD),
    "mark.mark": Row("comity report mark", _TOLD),
    "erase.erase": Row("comity report erase", _TOLD + "; the payloads of the entries about it are gone"),
    # memoranda, keys and links
    "propose.propose": Row("comity memo propose", _WORDS),
    "countersign.countersign": Row("comity memo countersign", _WORDS),
    "suspend.suspend": Row("comity memo suspend", _WORDS),
    "resume.resume": Row("comity memo resume", _WORDS + "; what was withheld meanwhile, as entries"),
    "end_memorandum.end_memorandum": Row("comity memo withdraw", _WORDS),
    "revoke_key.revoke_key": Row("comity key revoke", "that the key is believed no more, and the statement as entries"),
    "distrust_key.accept_revocation": Row("comity key accept-revocation", "that the key is believed no more"),
    "distrust_key.distrust": Row("comity key distrust", "that the key is believed no more"),
    "join.halt_link": Row("comity link stop", _STATE),
    "join.resume_link": Row("comity link resume", _STATE + "; what waited, as entries"),
    "join.join": Row("comity link add", "the link and its two empty ledgers, or its new address"),
}

_ONE = "a message, its decision, files and entries in one transaction, as a case's verbs make them; not killed here"

# What stands in the source with a transaction of its own and is not on the way of an entry between nodes.
NOT_OF_THE_EXCHANGE = {
    "flows.attach._attach_once": "a file of a case and the entry that says so, together; no partner hears of it",
    "flows.attach.erase_attachment": "a file's octets and name go, and an entry says so; no partner has them",
    "flows.carry_out.begin_plan": "that a plan is being carried out; killed in tests/flows/test_plan_kills.py",
    "flows.carry_out._note_sent": "what a name was, and that a command leaves; killed there too",
    "flows.carry_out._confirm": "that a name is as the plan wants it, its hold and its case; killed there too",
    "flows.carry_out._done_by_hand": "the same, where a person says so",
    "flows.end_step.fail_step": "that a step came to nothing, its hold and a word on its case",
    "flows.end_step.finish_plan": "that a plan has ended; killed in tests/flows/test_plan_kills.py",
    "flows.plan_action.propose_plan": "a plan that waits for approval, and a word on its cases",
    "flows.restore_name.restore_names": "a plan to restore, which the desk's round carries out",
    "flows.tend_holds._warn": "that people were warned of the end of a hold",
    "flows.tend_holds._end": "that a hold has ended, and the plan to restore its name",
    "flows.tend_holds._expire": "that nobody approved a plan in time",
    "flows.fetch_feed.fetch_feed": "that a feed is visited; no partner hears of it",
    "flows.fetch_feed._fail": "why a visit to a feed failed, and when it is tried again",
    "flows.take_feed_file.take_feed_file": "sightings of a feed and how far it was read; reports were stored before",
    "flows.take_feed_file.note_unchanged": "that a feed says what it said",
    "flows.take_feed_pages.take_collection": "reports of some pages and how far the collection was read, together",
    "flows.take_feed_pages.take_misp_feed": "reports of an event and which version of it was read, together",
    "flows.take_feed_pages._finish": "that a visit to a feed went well",
    "flows.fetch_feeds.compare_feeds": "what each feed names, counted anew by every round",
    "flows.settle_feed.stop_feed": "that a person stopped a feed",
    "flows.settle_feed.start_feed": "that a person let a feed run again",
    "flows.settle_feed.believe_feed": "that a person believed what was held of a feed",
    "flows.add_expert.add_expert": _ONE,
    "flows.approve_consultation.approve_consultation": _ONE,
    "flows.consult.consult": _ONE,
    "flows.erase_consultation.erase_consultation": _ONE,
    "flows.say.say": _ONE,
    "flows.tend_consultations._remind": "a mark and a letter; neither is an entry",
    "flows.withdraw_expert.withdraw_expert": _ONE,
    "flows.propose_statistics.propose_statistics": "a statement, its decision and its entry; made anew if it was not",
    "flows.cosign_statistics.cosign_statistics": "an answer to a statement, and its entry; one that waits is later",
    "flows.release_statistics.release_statistics": "what the public reads of a period: one row of a person's",
    "flows.apply_kept._apply": "effects of kinds that were new once, when a newer version starts; not killed here",
    "flows.deliver_mail._mark": "what became of a letter; claimed before, and killed in tests/flows/test_notices.py",
    "flows.take_mail.take_mail": "a message and all it did; killed in tests/flows/test_imap_intake.py",
    "flows.thread_mail.take_answer": "inside the transaction that takes the message",
    "flows.choose_mail.choose_mail": "what a person decided about a mail, with the report that it became",
    "flows.choose_mail.keep_answer": "an answer kept with its case, with the note that says so",
    "flows.choose_mail.dismiss_mail": "that a person dismissed a mail: one row",
    "flows.add_person.add_person": "an account, with the word on who made it; no partner hears of it",
    "flows.change_person.change_person": "an account as it is changed, with the word on who did",
    "flows.look.look": "that somebody looked at personal data, before it is shown; no look without it",
    "flows.notify._ask_registry": "a look at a name; nothing waits for it",
    "flows.tell_registrant.tell_registrant": "inside the transaction in which a hold becomes real",
    "flows.observe.observe": "looks at a name; nothing waits for them",
    "flows.watch_names._keep": "what a look at a watched name told; claimed before, and looked at again",
    "flows.assign.assign": "who works on a case, and the entry that says so; no partner hears of it",
    "flows.draft._begin": "a draft of a memorandum, which binds nobody",
    "flows.draft.drop": "that a draft was given up",
    "flows.draft.propose_draft": "that a draft was proposed, together with what propose keeps",
    "flows.draft.write_clause": "a revision of a draft",
    "flows.catch_up.catch_up": "inside the transactions of those who call it",
    "flows.keep_clocks.rebuild_clocks": "a cache that is made anew, some thousand cases at a time; it is given again",
    "flows.repeat_erasures.repeat_erasures": "inside the transaction that ends a recovery",
    "flows.restore._fill_older": "a backup of an older schema, into an empty store; the command is given again",
    "flows.tend_clocks._tell": "what clocks tell the people of a node: entry and letter together, once",
    "flows.answer_case.answer_case": "a form of somebody without an account; sent again, it is known",
    "flows.ask_answer.ask_answer": "a link with the letter that carries it; a new one takes its place",
    "flows.ask_answer.revoke_link": "a link that is taken back, with the note that says so",
    "flows.confirm_public_report.confirm_public_report": "a letter's link; opened again, it is known",
    "flows.block._declare": _BLOCK,
    "flows.block._follow": _BLOCK,
    "flows.block._weigh": _BLOCK,
    "flows.block._cool": _BLOCK,
    "flows.block._let_go": _BLOCK,
    "flows.block._make_version": _BLOCK,
    "flows.keep_webhook.keep_webhook": "where a subscriber's items are posted: one row of an administrator's",
    "flows.keep_webhook.retry_now": "that it is tried again now: one row",
    "api.calls._once": "what a call does, with its answer for whoever repeats it under the same key",
    "flows.keep_webhook.forget_webhook": "that nothing is posted there any more: one row",
    "flows.deliver_webhooks._message": "which items a message holds, before it leaves; fixed, it is the same again",
    "flows.deliver_webhooks._settle": "how far a receiver is; what was taken and not noted is posted again",
    "flows.drop_answers.drop_answers": "a round of the desk; what it did not drop it drops the next time",
    "flows.drop_filings.drop_filings": "a round of the desk; what it did not delete it deletes the next time",
    "flows.file_public_report.file_public_report": "a form; sent again, it is known",
    "flows.judge_reporter.judge_reporter": "a person's decision about a reporter: one row",
    "flows.say_more.say_more": "a reporter's form, in one transaction; sent again, it is known",
    "flows.tell_reporters.tell_reporters": "a round of the desk; a letter's key makes it one",
    "flows.tell_reporters._ask": "a round of the desk; a letter's key makes it one",
    "flows.weigh_reporters.weigh_reporters": "a round of the desk that counts anew each time",
    "flows.fill_taxii._fill_part": "objects with how far they were rendered; a round of the desk goes on there",
    "flows.post_objects.post_objects": "what a subscriber posts, with its status; posted again, it is known",
    "flows.delete_objects.delete_objects": "what a subscriber posted; deleted again, it is not there",
    "flows.release.release": "versions told, with the marks they follow from; killed before, the marks are there still",
    "flows.release._look_around": "the same, of articles and messages, with what was seen of them",
    "flows.keep_subscribers.add_subscriber": _READER,
    "flows.keep_subscribers.stop_subscriber": _READER,
    "flows.keep_subscribers.give_token": _READER,
    "flows.keep_subscribers.take_certificate": _READER,
    "flows.keep_subscribers.revoke_key_of": _READER,
    "flows.keep_misp.follow": "a round of the desk: events of a MISP feed and how far it is, made anew from there",
    "flows.stock_library.stock_library": "the program's own articles, when a node starts to serve; begun anew then",
    "flows.adopt_article.adopt_article": _LIBRARY,
    "flows.annotate_article.annotate_article": _LIBRARY,
    "flows.erase_article.erase_annotation": _LIBRARY,
    "flows.erase_article.erase_article": _LIBRARY,
    "flows.publish_article.publish_article": _LIBRARY,
    "flows.withdraw_article.withdraw_article": _LIBRARY,
    "flows.write_article.revise_article": _LIBRARY,
    "flows.write_article.write_article": _LIBRARY,
    "flows.take_dga_list.take_dga_list": "a list, its parts and names, together; taken again, it is known",
    "flows.answer_dga.answer_dga": "answers, their counts, decisions and entries, together; given again, they stand",
    "flows.check_dga.check_dga": "what a look at a name told; nothing waits for it",
    "flows.check_dga.check_against": "what a zone's own list told of names; given again, it is the same",
    "flows.tend_dga.share_family": "a partner's parts as entries, with decisions; those that went are not sent again",
    "flows.tend_dga.tell_waiting": "answers as entries, with their decisions; a round of the desk, tried again",
    "flows.tend_dga._share": "a partner's parts as entries, with their decisions; a round of the desk, tried again",
    "flows.tend_dga._tell": "counts as entries, with their decisions; a round of the desk, tried again",
    "flows.find_siblings._keep": "siblings found, in place of those before; looked for again, the same",
    "flows.settle_siblings.enquire_siblings": "findings and the siblings' state, together; given again, known",
    "flows.settle_siblings.dismiss_siblings": "siblings' state, reason and by whom, together; given again, it stands",
    "flows.warn.warn": "a warning, its decision and its entry, together; given again, it is the same",
    "flows.withdraw_warning.withdraw_warning": "a warning forgotten, its entry erased and the partner asked, together",
    "flows.answer_warning.keep_sweep": "what a zone had, enquiries, decision, entry; swept again, it is the same",
    "flows.answer_warning.release_answer": "what a supervisor released, its decision and entry, together",
    "flows.tend_warnings.tell_waiting": "a warning or an answer as an entry; a round of the desk, tried again",
    "flows.intersect.ask_intersection": "a run, its decision and its request, together; nobody waits for it",
    "flows.intersect.answer_intersection": "the parts of an answer, its decision and the end of the run, together",
    "flows.intersect.decline_intersection": "the end of a run, and the entry that tells it, together",
    "flows.intersect.finish_intersection": "what both sets have; a round of the desk, tried again",
    "flows.intersect._fail": "the end of a run, and where the partner waits the entry that tells it, together",
    "flows.tend_intersections.tend_intersections": "the end of a run nobody answered; a round of the desk",
    "flows.take_findings._begin": "that a run is being taken in; taken again, it is known",
    "flows.take_findings._take_batch": "enquiries of some findings; taken again, what it has seen is left alone",
    "flows.take_findings._take_gone": "enquiries about names that left their zone; taken again, they are ended",
    "flows.take_findings._end": "that a run was taken in as a whole",
    "flows.dismiss_enquiries.dismiss_enquiries": "enquiries that a person ended, with their entries; no partner hears",
    "flows.open_enquiries.open_enquiries": "reports, cases, enquiries, entries, together; given again, they are ended",
    "flows.sweep_zones.sweep_zones": "a round of the desk: that the day's sweep began; cut off, it begins again",
    "flows.sweep_zones._go_on": "that the day's sweep went well; cut off, it is done again and finds itself done",
    "flows.sweep_zones._fail": "why the day's sweep failed, and when it is tried again",
    "store.database_state.try_write": "a probe that rolls back what it wrote",
    "store.memoranda.add_version": "inside the transactions of propose and countersign",
    "store.saved_views.keep_view": "a person's view of the inbox",
    "store.memoranda.set_status": "inside the transactions of those who call it",
}

# How a step of a part that runs all the time is provoked at a node (exchange.provoke): in which mode, by what.
PROVOKED_BY: dict[str, tuple[Mode, How]] = {
    "courier.note_try:link": ("pushed", "partner unreachable"),
    "courier.store_receipt": ("pushed", "file here"),
    "sent.batch": ("pushed", "file here"),
    "sent.status": ("pushed", "courier starts here"),
    "answer.answer": ("pushed", "courier starts there"),
    "receive.receive_batch": ("pushed", "file there"),
    "courier.begin_recovery": ("pushed", "here restored"),
    "sent.recall": ("pushed", "here restored"),
    "courier.take_part": ("pushed", "here restored"),
    "courier.end_recovery": ("pushed", "here restored, nothing to get back"),
    "sent.fetch": ("here fetches", "file there"),
    "courier.receive_batch": ("here fetches", "file there"),
    "sent.receipt": ("here fetches", "file there"),
    "sent.return": ("here fetches", "there restored"),
    "give.give_entries": ("here is awaited", "file here"),
    "give.take_receipt": ("here is awaited", "file here"),
    "give.begin_recovery": ("here is awaited", "here restored"),
    "give.take_part": ("here is awaited", "here restored"),
}
