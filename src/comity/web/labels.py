"""What people read where machines write a code: one table for each closed list, in the words of the glossary.

The lists themselves are `core`'s and the wire's; this file only says them in a reader's language.  Some lists keep the
field's own spelling with `_`; the tables here are looked up with `-` for both.  A code that has no label
(a partner's newer version may know more) is shown as it is written, never dropped.  tests/web/test_labels.py compares.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.web.campaign_labels import CAMPAIGN_TABLES
from comity.web.case_labels import CASE_TABLES
from comity.web.consultation_labels import CONSULTATION_TABLES
from comity.web.dga_labels import DGA_TABLES
from comity.web.feed_labels import FEED_TABLES
from comity.web.finding_labels import FINDING_TABLES
from comity.web.library_labels import LIBRARY_TABLES
from comity.web.mail_labels import MAIL_TABLES
from comity.web.public_words import PUBLIC_TABLES
from comity.web.subscriber_labels import SUBSCRIBER_TABLES
from comity.web.warning_labels import WARNING_QUESTION, WARNING_TABLES, WARNING_WHY

Labels = dict[str, Promise]

CATEGORY: Final[Labels] = {
    "phishing": _("Phishing"),
    "malware": _("Malware"),
    "botnet-c2": _("Botnet controller (C2)"),
    "unauthorized-access": _("Unauthorized access"),
    "spam-vector": _("Spam"),
}

STATE: Final[Labels] = {
    "received": _("Received"),
    "triage": _("Under review"),
    "needs-info": _("Information needed"),
    "referred": _("Sent to the partner"),
    "confirmed": _("Confirmed"),
    "notified": _("Registrar notified"),
    "hold-proposed": _("Awaiting second approval"),
    "on-hold": _("Delegation terminated"),
    "mitigated": _("Threat removed"),
    "appeal": _("Under appeal"),
    "restoring": _("Being restored"),
    "merged": _("Merged"),
    "closed": _("Closed"),
}

SEVERITY: Final[Labels] = {"critical": _("Critical"), "high": _("High"), "normal": _("Normal")}

DISPOSITION: Final[Labels] = {
    "malicious": _("Registered with ill intent"),
    "compromised": _("Hacked website"),
    "undetermined": _("Not determined"),
}

ROLE: Final[Labels] = {
    "analyst": _("Analyst"),
    "supervisor": _("Supervisor"),
    "policy-officer": _("Policy officer"),
    "auditor": _("Auditor"),
    "administrator": _("Node operator"),
    "trusted-notifier": _("Trusted notifier"),
    "registrar": _("Registrar"),
    "registrant": _("Registrant (holder)"),
    "host": _("Hosting provider"),
    "reporter": _("Reporter"),
    "partner": _("Partner registry"),
    "approver": _("Approver"),
    "appeals-officer": _("Appeals officer"),
    "system": _("The program"),
}

EVENT: Final[Labels] = {
    "opened": _("Case opened"),
    "report-joined": _("Report added"),
    "note": _("Note"),
    "auto-reject-malformed": _("Rejected as unreadable"),
    "merge-duplicate": _("Merged with another case"),
    "refer-out-of-zone": _("Passed on: another registry’s zone"),
    "start-triage": _("Receipt confirmed"),
    "ask-reporter": _("Reporter asked for information"),
    "info-supplied": _("Information supplied"),
    "info-timeout": _("No information came in time"),
    "dismiss": _("Rejected"),
    "confirm": _("Abuse confirmed"),
    "send-notice": _("Notice sent to the registrar"),
    "propose-hold": _("Termination of delegation proposed"),
    "unconfirm": _("Confirmation taken back"),
    "registrar-acted": _("Registrar acted"),
    "host-or-registrant-cured": _("Cured by the host or the registrant"),
    "registrar-refused": _("Registrar refused"),
    "act-deadline-passed": _("Time to act has passed"),
    "approve-hold": _("Termination of delegation approved"),
    "refuse-hold": _("Termination of delegation refused"),
    "cured": _("Cause removed"),
    "appeal-filed": _("Appeal filed"),
    "close": _("Case closed"),
    "recurrence-seen": _("Abuse seen again"),
    "upheld": _("Decision upheld on appeal"),
    "granted": _("Appeal granted"),
    "interim-restore": _("Restored until the appeal is decided"),
    "restored": _("Delegation restored"),
    "partner-accepted": _("Partner confirmed receipt"),
    "partner-outcome": _("Partner reported the outcome"),
    "partner-refused": _("Partner refused"),
    "no-receipt-timeout": _("No receipt came in time"),
    "unmerge": _("Separated again"),
    "parent-closed": _("Closed with the case it was merged into"),
    "reopen": _("Case reopened"),
    "retract": _("Report retracted"),
    "approval-noted": _("First of two approvals given"),
    "withdrawal-sent": _("Withdrawal sent to the partner"),
    "withdrawal-received": _("Reporter’s registry withdrew its report"),
    "partner-asked": _("Partner asked for information"),
    "info-sent": _("Information sent to the partner"),
    "clock-paused": _("Clock paused"),
    "clock-resumed": _("Clock resumed"),
    "clock-warned": _("Three quarters of the time have passed"),
    "clock-breached": _("Deadline missed"),
    "clock-escalated": _("Long overdue: contacts of the memorandum told"),
    "identity-asked": _("Holder asked for proof of identity"),
    "identity-answered": _("Holder answered about its identity"),
    "answered": _("Answer received"),
    "attached": _("File attached"),
    "action-planned": _("Action planned"),
    "action-carried-out": _("Action carried out"),
    "action-failed": _("Action failed"),
    "hold-expired": _("Hold expired"),
    "observed": _("Name looked at"),
    "assigned": _("Assigned to"),
}

# The same events as what a person is about to do: the words on buttons.
STEP: Final[Labels] = {
    "start-triage": _("Confirm receipt"),
    "confirm": _("Confirm abuse"),
    "dismiss": _("Reject"),
    "ask-reporter": _("Ask the reporter"),
    "merge-duplicate": _("Merge with another case"),
    "refer-out-of-zone": _("Pass on to the responsible registry"),
    "send-notice": _("Notify the registrar"),
    "propose-hold": _("Propose to terminate delegation"),
    "unconfirm": _("Take the confirmation back"),
    "registrar-acted": _("Record that the registrar acted"),
    "registrar-refused": _("Refuse"),
    "host-or-registrant-cured": _("Record that the cause was removed"),
    "act-deadline-passed": _("Record that the time to act has passed"),
    "approve-hold": _("Approve"),
    "refuse-hold": _("Refuse"),
    "cured": _("Record that the cause was removed"),
    "close": _("Close"),
    "recurrence-seen": _("Record that the abuse was seen again"),
    "granted": _("Grant the appeal"),
    "upheld": _("Uphold the decision"),
    "interim-restore": _("Restore until the appeal is decided"),
    "unmerge": _("Separate again"),
    "reopen": _("Reopen"),
    "retract": _("Retract"),
    "info-sent": _("Send information to the partner"),
    "withdrawal-sent": _("Withdraw our report"),
    "note": _("Add a note"),
}

OUTCOME: Final[Labels] = {
    "undelegated-registrar": _("Delegation terminated by the registrar"),
    "hold-registry": _("Put on serverHold by the registry"),
    "annulled-registry": _("Registration cancelled by the registry"),
    "sinkholed": _("Redirected to a sinkhole"),
    "removed-by-host": _("Removed by the hosting provider"),
    "cured-by-registrant": _("Cured by the registrant"),
    "identity-confirmed": _("Holder’s identity confirmed"),
    "identity-not-confirmed-undelegated": _("Holder’s identity not confirmed, delegation terminated"),
    "expired-or-deleted": _("Name expired or deleted"),
    "insufficient-evidence": _("Insufficient evidence"),
    "not-reproducible": _("Could not be reproduced"),
    "no-grounds-registrar-refused": _("Registrar refused: no grounds"),
    "out-of-scope": _("Out of scope"),
    "out-of-zone-referred": _("Passed on to the responsible registry"),
    "duplicate": _("Duplicate"),
    "protected-name-refused": _("Refused: protected name"),
    "false-positive": _("False positive"),
    "withdrawn": _("Withdrawn"),
    "info-timeout": _("No information came in time"),
    "restored-after-cure": _("Restored after the cause was removed"),
    "restored-on-appeal": _("Restored on appeal"),
    "upheld-on-appeal": _("Decision upheld on appeal"),
    "partner-refused": _("Refused by the partner"),
}

ACTION: Final[Labels] = {
    "none": _("None"),
    "registrar-notice": _("Notice to the registrar"),
    "server-hold": _("Hold (serverHold)"),
    "delegation-ended": _("Delegation terminated"),
    "delegation-restored": _("Delegation restored"),
    "sinkhole": _("Redirected to a sinkhole"),
    "cleaned": _("Cleaned"),
}

# Why a step was not taken: `core.case_steps` and the flows of the desk, said to whoever tried.
REFUSAL: Final[Labels] = {
    "wrong-role": _("Your role may not do this."),
    "waits-for-approver": _("A protected name: the report waits for an approver."),
    "enquiry-ended": _("Somebody has ended this enquiry already."),
    "note-missing": _("Say in the note why."),
    "wrong-state": _("The case is no longer in a state that allows this."),
    "no-such-event": _("There is no such step."),
    "same-person": _("You have worked on this case; somebody else must do this."),
    "second-approver-needed": _("A protected name needs two approvers, and you are the first."),
    "disposition-missing": _("Say what it is: registered with ill intent, a hacked website, or not determined."),
    "disposition-unknown": _("There is no such answer to what it is."),
    "outcome-missing": _("Choose an outcome."),
    "outcome-unknown": _("There is no such outcome."),
    "outcome-not-for-event": _("This step cannot close a case with that outcome."),
    "action-not-for-event": _("This step cannot record that action."),
    "score-missing": _("Give the evidence score."),
    "score-out-of-range": _("An evidence score lies between 0 and 1."),
    "score-too-low": _("The evidence score is below what this step needs."),
    "collateral-check-missing": _("Note what else would fall with the name."),
    "not-our-zone": _("Another registry decides about this zone."),
    "our-own-zone": _("The zone is ours: nobody else can decide."),
    "reason-missing": _("State the reason."),
    "compromised-site-first": _("The host and the holder of a hacked website are told first and given time to act."),
    "not-yet-due": _("The time to act has not passed yet."),
    "parent-missing": _("Name the case it repeats."),
    "too-late": _("It is too late for this step."),
    "not-found": _("There is no such case."),
    "assigned-already": _("That person has the case already."),
    "no-such-person": _("Nobody of that name works on cases here."),
    "named-twice": _("The same case was named twice."),
    "parent-is-itself": _("A case does not repeat itself."),
    "parent-is-merged": _("That case itself follows another one."),
    "nothing-to-send": _("The case has no report that could be sent."),
    "nothing-to-withdraw": _("Nobody was told of this case."),
    "withheld": _("The memorandum does not let it go; the decision below says why."),
    "parent-is-closed": _("That case is closed; reject this one as a duplicate instead."),
    "parent-elsewhere": _("That case and this one are decided by different registries."),
    "parent-unknown": _("There is no such case."),
    "has-followers": _("Other cases follow this one; let them follow the other one first."),
    "feed-alone": _("Only feeds say so: attach what you saw yourself first, or name its hash."),
    "score-raised": _("You give more than the rubric does; say why in the note."),
    "disposition-undetermined": _("Nobody has determined what it is; until then there is no more than a notice."),
    "recheck-missing": _("The owner may have cured it: look again, and say in the note what you saw."),
    "owner-not-told": _("The host and the holder of a hacked website are told beside the registrar."),
    "recipient-unknown": _("A notice goes to the registrar, the host or the holder."),
    "collateral-malformed": _(
        "Answer the questions about what else would fall with yes, no, unknown or a whole number."
    ),
    "hash-malformed": _("An evidence hash is a SHA-256."),
    "pause-reason-unknown": _("A clock is not paused for that reason."),
    "pause-not-agreed": _("The memorandum has no pause for that reason."),
    "pause-not-here": _("That reason does not hold in the present state of the case."),
    "already-paused": _("The clocks stand still already."),
    "pause-used-up": _("The case has been paused as long as is allowed."),
    "not-paused": _("No clock stands still."),
    "text-not-storable": _("The text holds characters that cannot be stored."),
    "text-too-long": _("The text is too long."),
    "plan-not-proposed": _("The plan no longer waits for approval."),
    "plan-not-approved": _("Only an approved plan is carried out."),
    "plan-expired": _("The proposal is too old; plan it anew."),
    "plan-outdated": _("A case is not what it was when the plan was made; plan it anew."),
    "plan-has-others": _("The plan has other cases too; answer it on its own page."),
    "no-plan": _("Plan it first."),
    "planned-already": _("Another plan about this case is not over."),
    "bulk-not-agreed": _("It is a bulk plan: say that so many names are meant."),
    "authority-unknown": _("Who may do this in the zone, or how, is not known; ask the registry for consideration."),
    "present-state-unknown": _("The registry does not know this name, or was not asked."),
    "registry-is-at-work": _("The registry has a change of this name under way."),
    "held-already": _("A hold of this case is in place."),
    "held-still": _("Our hold is still in place; the plan to give the name back closes the case."),
    "epp-unavailable": _("The registry’s EPP server cannot be reached. Nothing was changed; try again."),
    "no-address": _("No address of the registrar is known: add the registrar, or give the address."),
    "look-up-first": _("The registration was not seen within a week: look the name up."),
    "not-registered": _("Nobody holds the name, so there is no registrar to write to."),
    "nothing-may-be-told": _("No report of this case may be told to everybody who would be written to."),
}

# What a memorandum answered (`core.disclosure`), said to the desk.
WHY: Final[Labels] = {
    "allowed": _("allowed"),
    "allowed-without-personal-data": _("allowed without the personal data"),
    "approval-missing": _("a person must agree to the personal data"),
    "personal-data-withheld": _("personal data withheld"),
    "protected-name": _("protected name: a person decides"),
    "protected-name-refused": _("protected name"),
    "no-memorandum": _("no memorandum is in force"),
    "no-memorandum-own-choice": _("no memorandum; a warning only by a person’s own choice"),
    "time-without-zone": _("a time without its zone"),
    "suspended": _("the memorandum is suspended"),
    "terminated": _("the memorandum is terminated"),
    "not-signed-by-all": _("not signed by all parties"),
    "not-yet-effective": _("not yet in force"),
    "expired": _("no longer in force"),
    "not-a-party": _("not a party to the memorandum"),
    "kind-not-allowed": _("this kind of message is not agreed"),
    "wrong-direction": _("not agreed in this direction"),
    "over-daily-cap": _("more than agreed for one day"),
    "decided-out-of-order": _("decided long before what came earlier"),
    "no-zone": _("no zone given"),
    "not-the-recipients-zone": _("not the recipient’s zone"),
    "zone-of-no-party": _("a zone of neither party"),
    "no-category": _("no category given"),
    "excluded-category": _("category excluded"),
    "category-not-allowed": _("category not agreed"),
    "only-with-another-category": _("only together with another category"),
    "machine-only": _("seen by machines only"),
    "single-blocklist": _("one blocklist is not enough"),
    "category-without-terms": _("no evidence terms for this category"),
    "evidence-incomplete": _("evidence incomplete"),
    "evidence-too-old": _("evidence too old"),
    "verified-in-the-future": _("verified in the future"),
    "score-too-low": _("evidence too weak"),
    "unknown-marking": _("unknown marking"),
    "tlp-red-never-leaves": _("TLP:RED never leaves the node"),
    "marking-above-limit": _("marking stricter than agreed"),
    "quality-suspended": _("reports suspended for poor quality"),
    "second-source-needed": _("a second source is needed"),
    "yes": _("yes"),
    "too-large-to-send": _("too large for one entry"),
    "no-link": _("no link to this partner"),
    "not-ours-to-pass-on": _("its marking does not let it be passed on"),
}

# What a memorandum is asked, in order (`core.disclosure.QUESTIONS`).
QUESTION: Final[Labels] = {
    "in-force": _("In force?"),
    "parties": _("Between these parties?"),
    "kind": _("Kind and daily number agreed?"),
    "zone": _("Whose zone?"),
    "category": _("Category agreed?"),
    "evidence": _("Evidence enough?"),
    "marking": _("Marking within limits?"),
    "safeguards": _("Safeguards kept?"),
    "personal-data": _("Personal data?"),
    "protected-name": _("Protected name?"),
}

# What a clock is about (`core.clock_table`), and where it stands.
CLOCK: Final[Labels] = {
    "acknowledge": _("Confirm receipt"),
    "triage": _("Review"),
    "act": _("Act"),
    "outcome": _("Tell the outcome"),
    "appeal": _("Decide the appeal"),
    "restore": _("Restore the name"),
    "reporter-info": _("Information from the reporter"),
    "identity": _("Proof of identity"),
    "retraction": _("Carry out the retraction"),
}

CLOCK_STATE: Final[Labels] = {
    "running": _("Running"),
    "paused": _("Paused"),
    "overdue": _("Overdue"),
    "met": _("In time"),
    "missed": _("Late"),
}

# Reason codes that the program itself writes into a case; what a person wrote is shown as written.
REASON: Final[Labels] = {
    **CLOCK,
    "awaiting-reporter": _("waiting for the reporter"),
    "awaiting-partner": _("waiting for the partner registry"),
    "court-order-pending": _("waiting for a court order"),
    "sent-to-partner": _("sent to the responsible registry"),
    "further-reports": _("further reports came in"),
    "held-report-let-in": _("a held report was let in"),
    "sweep-finding": _("found by a sweep of the zone"),
    "report-corrected": _("a report was corrected"),
    "marking-changed": _("the marking of a report changed"),
    "report-erased": _("a report was erased"),
    "correction-refused": _("a correction was not accepted"),
    "attachment-erased": _("a file was erased"),
    "hold": _("take out of the zone"),
    "restore": _("give back"),
    "registrant-told": _("a letter to the holder was written"),
    "registrant-told-through-registrar": _("the registrar was asked to tell the holder"),
    "registrant-not-told": _("the holder was not told: the letter could not be written; tell them within 24 hours"),
    "registrant-not-told-no-mail": _("the holder was not told: this node sends no mail; tell them within 24 hours"),
    "registrant-not-told-no-address": _("the holder was not told: no address is known; tell them within 24 hours"),
    "registrant-not-told-not-certain": _("the holder was not told: nobody knows whether the name is held; look"),
    "hold-ends-soon": _("a hold ends soon"),
    "hold-ended": _("a hold has ended; the name is given back"),
    "hold-ended-decide": _("a hold has ended; decide what follows"),
    "plan-expired": _("nobody approved the plan in time"),
    "act-deadline-passed": _("the time to act has passed"),
    "restored-cure": _("the cause was removed"),
    "restored-appeal": _("an appeal was granted"),
    "answer-acted": _("answered: acted"),
    "answer-cured": _("answered: the cause is removed"),
    "answer-contested": _("answered: contested"),
    "answer-said": _("answered: a message"),
    "answer-appealed": _("answered: appealed"),
    "answer-asked": _("a link to answer was sent"),
    "answer-link-revoked": _("a link to answer was taken back"),
    "reporter-added": _("the reporter added something"),
    "reporter-withdrew": _("the reporter withdrew the report"),
    "told-before-restore": _("what this node told before it was restored from a backup"),
    "notice-undelivered": _("a letter could not be delivered"),
    "answered-by-mail": _("answered by mail"),
    "mail-kept": _("a mail was kept with the case"),
    "hold-lost": _("the registry does not show the hold any more"),
    "resolves-again": _("the name resolves again"),
    "still-resolves": _("the name still resolves two days after the action"),
    "name-servers-changed": _("the name servers changed"),
    "registrar-changed": _("the registrar changed"),
    "dropped": _("nobody holds the name any more"),
    "registered-anew": _("the name was registered anew"),
    "state-unknown": _("nothing could be learned of the name for some time"),
}

VERDICT: Final[Labels] = {
    "send": _("Sent"),
    "send-redacted": _("Sent in part"),
    "hold": _("Waiting for a person"),
    "refuse": _("Withheld"),
}

# The same answers when we ask again about what a partner sent.
VERDICT_IN: Final[Labels] = {
    "send": _("Taken"),
    "send-redacted": _("Taken in part"),
    "hold": _("Waiting for a person"),
    "refuse": _("Refused"),
}

KIND: Final[Labels] = {
    "report": _("Abuse report"),
    "early-warning": _("Early warning"),
    "inquiry": _("Question"),
    "outcome": _("Outcome"),
    "case-event": _("Case event"),
    "retraction": _("Retraction"),
    "statistics": _("Statistics"),
    "statistics-cosigned": _("Statistics countersigned"),
    "statistics-differs": _("Statistics that differ"),
    "experience": _("Playbook"),
    "consultation": _("Consultation"),
    "erasure": _("Erasure"),
}

STANDING: Final[Labels] = {
    "accepted": _("Received"),
    "foreign": _("Another registry’s zone"),
    "held": _("Waiting for a person"),
}

MEMORANDUM_STATUS: Final[Labels] = {
    "draft": _("Draft"),
    "proposed": _("Proposed"),
    "countersigned": _("Countersigned"),
    "in-force": _("In force"),
    "suspended": _("Suspended"),
    "terminated": _("Terminated"),
}

PERSON_CHANGE: Final[Labels] = {
    "added": _("Account made"),
    "role": _("Role given"),
    "closed": _("Account closed"),
    "opened": _("Account opened again"),
    "factors-removed": _("Second factors taken away"),
    "password": _("Password set by the operator"),
    "token-made": _("Token made"),
    "token-revoked": _("Token revoked"),
}

SCOPE: Final[Labels] = {
    "cases:read": _("Read cases"),
    "cases:write": _("Work on cases"),
    "plans:read": _("Read plans of action"),
    "plans:write": _("Propose, approve and carry out plans of action"),
    "reports:read": _("Read reports"),
    "reports:write": _("File reports"),
    "reporters:read": _("Read how good reporters are"),
    "reporters:write": _("Slow, stop and allow reporters"),
    "memoranda:read": _("Read memoranda"),
    "links:read": _("See the state of links"),
    "names:read": _("Fold names"),
    "names:write": _("Look at names from outside"),
    "consultations:read": _("Read consultations"),
    "consultations:write": _("Ask and answer in consultations"),
    "library:read": _("Read the library"),
    "library:write": _("Write in the library"),
    "zones:read": _("Read who may act in a zone"),
    "registrars:read": _("Read the directory of registrars"),
    "registrars:write": _("Change the directory of registrars"),
    "statistics:read": _("Read statistics"),
    "statistics:write": _("Propose, sign and release statistics"),
    "audit:read": _("Read who looked at what, and changes of accounts"),
    "subscribers:read": _("Read subscribers and webhooks"),
    "findings:read": _("Read what sweeps found"),
    "findings:write": _("Dismiss what sweeps found, or open cases of it"),
}

LOOK_SUBJECT: Final[Labels] = {
    "report": _("Report"),
    "answer": _("Answer"),
    "reporter": _("Reporter"),
    "attachment": _("Attachment"),
    "registrar": _("Registrar"),
    "evidence": _("Evidence package"),
}

MEMORANDUM_EVENT: Final[Labels] = {
    "propose": _("Proposed"),
    "countersign": _("Countersigned"),
    "enter-force": _("Entered into force"),
    "suspend": _("Suspended"),
    "resume": _("In force again"),
    "give-notice": _("Notice of termination given"),
    "withdraw": _("Withdrawn"),
    "supersede": _("Replaced by a newer version"),
    "agree-to-resume": _("Resumption agreed"),
    "revoke-key": _("A signing key was revoked"),
    "distrust-key": _("A signing key is trusted no more"),
}

LINK_STATE: Final[Labels] = {
    "open": _("Open"),
    "suspended": _("Suspended"),
    "recovering": _("Recovering after a restore"),
    "stopped": _("Stopped"),
}

REPORTER_KIND: Final[Labels] = {
    "trusted-notifier": _("Trusted notifier"),
    "public": _("Public"),
    "feed": _("Feed"),
    "partner": _("Partner registry"),
    "node": _("This node"),
}

SECTION: Final[Labels] = {
    # a memorandum's sections by their key in the document
    "scope": _("Scope"),
    "exchange": _("What is exchanged"),
    "evidence": _("Evidence"),
    "marking": _("Marking (TLP) and onward sharing"),
    "personal-data": _("Personal data"),
    "clocks": _("Time limits"),
    "safeguards": _("Safeguards"),
    "audit": _("Audit log"),
    "amendment": _("Amendment"),
    "suspension": _("Suspension"),
    "termination": _("Termination"),
    "disputes": _("Disputes"),
    "warnings": _("Warnings of campaigns"),
}

COUNT: Final[Labels] = {
    # an intake run's counts
    "read": _("Read"),
    "accepted": _("Accepted"),
    "duplicate": _("Duplicate"),
    "rejected": _("Not readable or out of scope"),
    "foreign": _("Another registry’s zone"),
}

MAIL_STATE: Final[Labels] = {
    "waiting": _("waits"),
    "sent": _("sent"),
    "given-up": _("could not be delivered"),
    "bounced": _("came back"),
}

LOOK: Final[Labels] = {"rdap": _("Registration (RDAP)"), "dns": _("Name system (DNS)"), "epp": _("Registry (EPP)")}

DNS_ANSWER: Final[Labels] = {
    "resolves": _("resolves"),
    "no-data": _("exists, without an address"),
    "nxdomain": _("does not exist (NXDOMAIN)"),
}

# Why a look told nothing: `core.observations`, `wire.rdap` and `edges.rdap_client`.
LOOK_ERROR: Final[Labels] = {
    "not-registered": _("nobody holds the name"),
    "servfail": _("the resolver failed (SERVFAIL)"),
    "timeout": _("no answer in time"),
    "timed-out": _("no answer in time"),
    "refused": _("the server refused to answer"),
    "cname-loop": _("the name’s aliases lead in a circle"),
    "malformed": _("the answer could not be read"),
    "no-rdap-service": _("no RDAP server is known for this zone"),
    "rate-limited": _("the server asks to wait"),
    "server-error": _("the server is in trouble"),
    "unreachable": _("the server could not be reached"),
    "certificate": _("the server’s certificate was refused"),
    "too-large": _("the answer was too large"),
    "too-many-redirects": _("the server sent us on too often"),
    "bad-redirect": _("the server sent us to an unknown place"),
    "bad-bootstrap": _("the list of RDAP servers could not be read"),
    "other-name": _("the answer was about another name"),
    "not-a-domain": _("the answer was not about a domain"),
    "unsafe-text": _("the answer held letters that are not seen"),
    "bad-name-server": _("the answer named a name server that cannot be one"),
}

STATEMENT: Final[Labels] = {
    "proposed": _("Proposed; the partner has not answered"),
    "waiting": _("Waits to be counted here"),
    "agreed": _("Agreed: both have signed"),
    "differs": _("The counts differ"),
    "replaced": _("Replaced by a later one"),
    "erased": _("Erased"),
}

STATEMENT_WHY: Final[Labels] = {
    "figures": _("other figures"),
    "ledgers": _("other entries"),
    "basis": _("clocks by another calendar or memorandum"),
    "erased-since": _("entries were erased since"),
    "not-countable": _("could not be counted"),
}

MEASURE: Final[Labels] = {
    "appeals": _("Appeals"),
    "reversed": _("Reversed on appeal"),
    "retracted": _("Retracted"),
    "protected-name-hits": _("Protected names reported"),
    "personal-data-requests": _("Requests about personal data"),
    "personal-data-looks": _("Looks at personal data"),
}

TABLES: Final[dict[str, Labels]] = PUBLIC_TABLES | {
    "statement": STATEMENT,
    "statement-why": STATEMENT_WHY,
    "measure": MEASURE,
    "category": CATEGORY,
    "state": STATE,
    "severity": SEVERITY,
    "disposition": DISPOSITION,
    "role": ROLE,
    "event": EVENT,
    "step": STEP,
    "outcome": OUTCOME,
    "refusal": REFUSAL,
    "action": ACTION,
    "verdict": VERDICT,
    "verdict-in": VERDICT_IN,
    "memorandum-event": MEMORANDUM_EVENT,
    "person-change": PERSON_CHANGE,
    "scope": SCOPE,
    "look-subject": LOOK_SUBJECT,
    "why": WHY | WARNING_WHY,
    "question": QUESTION | WARNING_QUESTION,
    "reason": REASON,
    "clock": CLOCK,
    "clock-state": CLOCK_STATE,
    "kind": KIND,
    "standing": STANDING,
    "memorandum-status": MEMORANDUM_STATUS,
    "link-state": LINK_STATE,
    "reporter-kind": REPORTER_KIND,
    "section": SECTION,
    "count": COUNT,
    **CASE_TABLES,
    "look": LOOK,
    "mail-state": MAIL_STATE,
    "look-error": LOOK_ERROR,
    "dns-answer": DNS_ANSWER,
    **LIBRARY_TABLES,
    **MAIL_TABLES,
    **CONSULTATION_TABLES,
    **DGA_TABLES,
    **CAMPAIGN_TABLES,
    **FEED_TABLES,
    **FINDING_TABLES,
    **SUBSCRIBER_TABLES,
    **WARNING_TABLES,
}


def label(code: str, table: str) -> str:
    """Say a code of one table in the reader's language; `partner-refused:<reason>` keeps its reason."""
    head, colon, reason = code.partition(":")
    return str(TABLES[table].get(head.replace("_", "-"), head)) + (f": {reason}" if colon else "")
