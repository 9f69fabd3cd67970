"""What the public side says for codes: the guide's sentences, where else to go, fields of the form, what is wrong.

As `comity.web.labels`, which looks these tables up; kept apart because strangers read them and not the desk.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, Promise]

GUIDE: Final[Labels] = {
    "false-page": _("A page imitates a bank, a shop, a service or an authority and asks for passwords or money."),
    "harmful-file": _("A page offers or installs a harmful program."),
    "control-server": _("A server gives orders to infected computers."),
    "break-in": _("Somebody tries to break in, or attacks a network or a website."),
    "spam-that-leads": _("A mass mailing leads to a false page or to a harmful program."),
    "spam-alone": _("I get unwanted advertising."),
    "content": _("What a page says or shows is wrong, insulting or forbidden."),
    "copyright": _("Somebody copied my text, picture, music or film."),
    "trademark": _("A name or a sign resembles mine, but nobody is deceived out of passwords or money."),
    "politics": _("I disagree with an opinion or with a policy."),
    "payment-dispute": _("A seller did not deliver, or does not return money."),
    "child-abuse": _("A page shows the sexual abuse of children."),
    "something-else": _("Something else."),
}

ELSEWHERE_TITLE: Final[Labels] = {
    "spam-alone": _("Unwanted advertising alone"),
    "content": _("What a page says or shows"),
    "copyright": _("Copyright"),
    "trademark": _("Trademarks and similar names"),
    "politics": _("Opinions and policy"),
    "payment-dispute": _("Purchases and payments"),
    "something-else": _("Something else"),
}

ELSEWHERE: Final[Labels] = {
    "spam-alone": _(
        "Tell the provider of your mailbox, and the authority that watches over advertising in your country. If the "
        "mail leads to a false page or to a harmful program, go back and choose that sentence."
    ),
    "content": _(
        "A registry does not judge what pages say or show. Write to the owner of the page and to the hosting provider; "
        "where a law is broken, to the police or the authority of your country that the law names."
    ),
    "copyright": _(
        "Write to the owner of the page and to the hosting provider, and say which work is yours. If they do not act, "
        "a court decides, or the authority of your country for such complaints."
    ),
    "trademark": _(
        "Who may hold a name is decided by a court, or by the dispute procedure of the zone. If the page imitates "
        "yours to get passwords or money, go back and choose that sentence."
    ),
    "politics": _(
        "Opinions are no abuse of a domain name. The memoranda have no word for them, and no report about them can be "
        "written down here, sent to a partner, or taken from one."
    ),
    "payment-dispute": _(
        "Write to the seller and to your bank, then to the consumer protection authority or the police. If the page "
        "imitates somebody else’s to get passwords or money, go back and choose that sentence."
    ),
    "something-else": _(
        "If you are being attacked now, call the police or your country’s computer emergency team. Questions about a "
        "registration are for the registrar of the name."
    ),
}

FIELD: Final[Labels] = {
    "name": _("Address of the page"),
    "observed-on": _("Day on which you saw it"),
    "observed-at": _("Day on which you saw it"),
    "language": _("Language of the page"),
    "email": _("Your e-mail address"),
    "narrative": _("What you saw"),
    "already-reported-to": _("Have you told anybody else already?"),
    "impersonated-party": _("Whom it imitates"),
    "screenshot": _("Screenshot"),
    "malware-family": _("Malware family"),
    "sha256": _("SHA-256 of the file"),
    "sandbox-report": _("Address of a sandbox report"),
    "protocol": _("Protocol"),
    "port": _("Port"),
    "attack-kind": _("Kind of attack"),
    "log-extract": _("Extract of a log, with its time zone"),
    "message": _("The message with its full headers"),
    "linked-report": _("The report about what the message leads to"),
    "disposition": _("What it is"),
    "requested-action": _("What you ask for"),
    "legal-basis": _("Legal basis"),
    "good-faith": _("Good faith"),
    "keep-addresses": _("E-mail addresses in the text"),
}

FIELD_HELP: Final[Labels] = {
    "name": _("As it stands in the address bar, with everything after the name. Dots may be written [.]."),
    "email": _("We send a link there; only then the report is taken in. The address is told to nobody."),
    "narrative": _("In plain words: how you came there, what it asks for. No names of people, please."),
    "screenshot": _("PNG, JPEG, GIF or WebP, at most 10 MB, with the address visible. Never send a harmful file."),
    "message": _("Take out the addresses of people who received it."),
    "log-extract": _("Take out the addresses of victims."),
    "requested-action": _("A wish; the registry decides under its own rules."),
}

ALREADY: Final[Labels] = {
    "none": _("Nobody yet"),
    "registrar": _("The registrar of the name"),
    "host": _("The hosting provider"),
    "trusted-notifier": _("A competent organization"),
    "police": _("The police"),
}

LANGUAGE: Final[Labels] = {
    "ru": _("Russian"),
    "be": _("Belarusian"),
    "vi": _("Vietnamese"),
    "zh": _("Chinese"),
    "en": _("English"),
    "other": _("Another"),
}

# Why a form was not taken (`core.public_reports`, `flows.file_public_report`, `flows.answer_case`, `flows.say_more`).
PROBLEM: Final[Labels] = {
    "field-missing": _("This is needed."),
    "statement-missing": _("Tick the statement to go on."),
    "address-missing": _("Give an e-mail address."),
    "address-malformed": _("This is not one e-mail address."),
    "address-local-part": _("Before the @ only Latin letters, digits and signs can be written to."),
    "address-within": _("An e-mail address stands in what you wrote. Take it out, or tick that it must stay."),
    "no-address": _("This is not the address of a website."),
    "narrative-too-short": _("Write at least 40 characters."),
    "bad-time": _("Write the day as year-month-day, for example 2026-11-25."),
    "bad-field": _("This cannot be read."),
    "day-ahead": _("This day has not come yet."),
    "day-too-old": _("This is more than a year ago."),
    "text-too-long": _("The text is too long."),
    "text-not-storable": _("The text holds characters that cannot be stored."),
    "file-too-large": _("The file is larger than 10 MB."),
    "file-no-picture": _("The file is no picture."),
    "attachment-not-kept": _(
        "A file is no picture, PDF or plain text and is not kept. Send hashes and a sandbox’s report."
    ),
    "form-stale": _("The form was open too long. Look it over and send it again."),
    "form-too-fast": _("The form came very fast, as programs send it. Wait a minute, then send it again."),
    "letters-waiting": _("Letters that we sent to this address were not answered. Look for them, also among spam."),
    "day-full": _("As many reports as one address may send in a day have come from this one. Come back tomorrow."),
    "day-full-slowed": _(
        "Two reports a day are taken from this address, because most of its earlier ones could not be confirmed."
    ),
    "network-full": _("Very many reports came from your network today. Come back tomorrow."),
    "reporter-stopped": _("Your reports are not taken. The reason:"),
    "filing-expired": _("The link has expired. Fill in the form again."),
    "link-other-case": _("This form was made for another case. Open the link again."),
    "link-spent": _("An answer was given by this link already. Ask the registry for a new one."),
    "link-expired": _("This link has expired. Ask the registry for a new one."),
    "link-revoked": _("This link was taken back. Ask the registry for a new one."),
    "link-full": _("Very many messages came by this link. Ask the registry for a new one."),
    "answer-not-for-role": _("This link is not for that answer."),
    "answer-text-missing": _("Say it in a few words."),
    "too-many-files": _("At most five files."),
    "wrong-state": _("The case is no longer in a state that allows this."),
    "too-late": _("The time to appeal has passed."),
    "action-not-for-event": _("This answer cannot say that this was done."),
    "too-many-tries": _("There were too many tries. Wait an hour, then try again."),
    "recipient": _("This is not one e-mail address."),
}

ANSWER: Final[Labels] = {
    "acted": _("We acted"),
    "cured": _("The cause is removed"),
    "contested": _("We contest it"),
    "said": _("A message"),
    "appealed": _("Appeal"),
}

ANSWER_HELP: Final[Labels] = {
    "acted": _("The delegation was ended, or the name leads to a sinkhole."),
    "cured": _("Say what was found and what was done, so that it can be checked."),
    "contested": _("Say why the claim does not hold. Somebody at the registry reads it."),
    "said": _("A question, or how long it will take. The link stays open; the clock goes on."),
    "appealed": _("Somebody decides who has not worked on the case. You are told the decision and its reasons."),
}

# What is asked of whoever answers, by role.
ASKED: Final[Labels] = {
    "registrar": _(
        "Look into the claim. Have the cause removed or end the delegation, and say so here; or say why you do not."
    ),
    "host": _("Find what the claim describes and remove it, and say so here; or say why the claim does not hold."),
    "registrant": _(
        "See whether your site was broken into and remove the cause, and say so here; or contest, or appeal if "
        "something was done to your name."
    ),
}

ACTED: Final[Labels] = {
    "delegation-ended": _("The delegation was ended"),
    "sinkhole": _("The name leads to a sinkhole"),
}

LINK: Final[Labels] = {
    "open": _("Waits for an answer"),
    "spent": _("Answered"),
    "expired": _("Expired"),
    "revoked": _("Taken back"),
}

# What is awaited, by the state of the case: told to the reporter.
AWAITED: Final[Labels] = {
    "received": _("The registry confirms receipt."),
    "triage": _("The registry examines the report."),
    "needs-info": _("Your answer."),
    "referred": _("The registry of the zone decides; its outcome will stand here."),
    "confirmed": _("The registry tells the registrar, or proposes to take the name off."),
    "notified": _("The registrar, the host or the holder acts or answers."),
    "hold-proposed": _("A second person decides."),
    "on-hold": _("The cause is removed, or the case is closed."),
    "mitigated": _("The registry watches whether it comes back, then closes the case."),
    "appeal": _("Somebody who has not worked on the case decides the appeal."),
    "restoring": _("The name is restored."),
    "merged": _("The case that it repeats goes on."),
    "closed": _("Nothing. The case is closed."),
    "held": _("A person looks first, because many people depend on this name."),
    "foreign": _("Nothing here: the zone belongs to a registry with which there is no memorandum."),
}

QUALITY: Final[Labels] = {
    "confirmed": _("Confirmed"),
    "dismissed": _("Not confirmed"),
    "reversed": _("Reversed on appeal"),
    "withdrawn": _("Withdrawn"),
    "open": _("Not decided yet"),
    "not-counted": _("Not counted"),
}

REPORTER_VERB: Final[Labels] = {"slow": _("Slowed"), "stop": _("Stopped"), "allow": _("Allowed")}

EVIDENCE: Final[Labels] = {
    "screenshot": _("screenshot"),
    "message": _("message"),
    "sandbox-report": _("sandbox report"),
    "file-hash": _("hash of a file"),
    "traffic": _("recorded traffic"),
    "log-extract": _("extract of a log"),
    "second-source": _("second source"),
    "live-check": _("seen live by the registry"),
    "note": _("note"),
}

PUBLIC_TABLES: Final[dict[str, Labels]] = {
    "guide": GUIDE,
    "elsewhere": ELSEWHERE,
    "elsewhere-title": ELSEWHERE_TITLE,
    "report-field": FIELD,
    "report-field-help": FIELD_HELP,
    "already": ALREADY,
    "page-language": LANGUAGE,
    "problem": PROBLEM,
    "answer": ANSWER,
    "answer-help": ANSWER_HELP,
    "asked-of": ASKED,
    "acted": ACTED,
    "answer-link": LINK,
    "awaited": AWAITED,
    "quality": QUALITY,
    "reporter-verb": REPORTER_VERB,
    "evidence-kind": EVIDENCE,
}
