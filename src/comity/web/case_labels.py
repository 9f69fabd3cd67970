"""What the case page reads where cases are weighed: evidence, the rubric's facts, collateral, next steps, attachments.

A second file of `web.labels`, by the same rules: one table for each closed list of `core`, looked up with `-` for `_`.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, Promise]

# `core.evidence_needs`
FIELD: Final[Labels] = {
    "url": _("Exact address"),
    "host": _("Host"),
    "observed-at": _("When it was seen"),
    "verified-at": _("When it was verified"),
    "narrative": _("Description of 40 characters or more"),
    "registration-data": _("Registration data"),
    "screenshot": _("Screenshot"),
    "impersonated-party": _("Who is impersonated"),
    "message-with-headers": _("Message with its headers"),
    "signs-of-compromise": _("Signs that the site was hacked"),
    "sha256-or-sandbox-report": _("SHA-256 or sandbox report"),
    "malware-family-or-verdict": _("Malware family or verdict"),
    "protocol-or-port": _("Protocol or port"),
    "sandbox-or-traffic-proof": _("Proof by sandbox or traffic"),
    "log-extract": _("Extract of a log"),
    "attack-kind": _("Kind of attack"),
    "linked-report": _("Report it is linked to"),
}

# `core.evidence.RUBRIC`: what counts, and why.
FACT: Final[Labels] = {
    "live-check": _("Seen live: somebody of this desk saw it themselves"),
    "screenshot": _("Screenshot: the page can be seen with its address"),
    "second-source": _("Second source: one that does not depend on the first says the same"),
    "technical-proof": _("Technical proof: a hash, a sandbox or traffic shows it, whoever looks"),
    "impersonated-party": _("Impersonated party: it is said whom it pretends to be, and they can be asked"),
    "newly-registered": _("New registration: names made for abuse are mostly younger than 30 days"),
    "trusted-notifier": _("Trusted notifier: fewer than one in a hundred of its reports was reversed"),
    "single-blocklist": _("One list alone names it"),
    "machine-only": _("No person looked at it"),
    "not-reproducible": _("Whoever looked did not find it"),
    "older-than-limit": _("Last seen longer ago than the category allows"),
}

# `core.collateral`
COLLATERAL: Final[Labels] = {
    "subdomain-count": _("Subdomains in use"),
    "public-suffix-or-shared-host": _("Public suffix or shared host"),
    "popularity-rank": _("Among the popular names"),
    "mail-use": _("Used for mail (MX)"),
    "state-body": _("State body"),
}
ANSWER: Final[Labels] = {"yes": _("Yes"), "no": _("No"), "unknown": _("Unknown")}
SOURCE: Final[Labels] = {
    "reports": _("reports of this case"),
    "suffix-list": _("Public Suffix List"),
    "guard-list": _("list of protected names"),
    "dns": _("newest DNS answer"),
    "analyst": _("the analyst"),
    "not-looked-up": _("not looked up"),
}
TELLER: Final[Labels] = {"node": _("suggested by the program"), "analyst": _("confirmed by the analyst")}

# `core.next_steps`
NEXT: Final[Labels] = {
    "receipt-is-owed": _("Whoever reported waits for the receipt."),
    "their-zone": _("Another registry decides about this zone."),
    "evidence-suffices": _("The evidence reaches the score that a confirmation needs."),
    "evidence-missing": _("Required evidence is missing; whoever reported may have it."),
    "evidence-too-weak": _("The evidence is weaker than a confirmation needs, and nothing required is missing."),
    "owner-first": _("A hacked website: its host and holder are told first and given time to cure it."),
    "least-harm-first": _("A notice does the least harm and is often enough."),
    "notice-had-no-effect": _("The notice changed nothing, and the evidence is strong enough for a hold."),
    "evidence-too-weak-for-hold": _("The evidence is weaker than a hold needs; another notice is possible."),
    "time-to-act-passed": _("The time to act after the notice has passed."),
    "others-act": _("Wait: the registrar, the host or the holder has time to act."),
    "approver-weighs": _("Wait: a person who has not worked on the case decides about the hold."),
    "quiet-long-enough": _("Nothing was seen for 72 hours."),
    "watched-for-return": _("Wait: the name is watched for 72 hours before the case is closed."),
    "uninvolved-decides": _("Wait: somebody uninvolved decides the appeal."),
    "restore-now": _("The name goes back into the zone; record it when it is there."),
    "partner-decides": _("Wait: the partner decides."),
    "reporter-answers": _("Wait: whoever reported was asked."),
    "follows-another-case": _("The case follows another one and closes with it."),
    "held-until-cured": _("Wait: the hold ends when the cause is removed or an appeal is granted."),
    "nothing-to-do": _("Nothing is left to do."),
}

# `core.media_types.KINDS`
ATTACHMENT: Final[Labels] = {
    "screenshot": _("Screenshot"),
    "mail": _("Mail"),
    "sandbox-report": _("Sandbox report"),
    "log": _("Log"),
    "document": _("Document"),
    "other": _("Other"),
    "traffic": _("Traffic"),
    "live-check": _("What we saw ourselves"),
    "second-source": _("Second source"),
}

# Why a file is not kept (`core.media_types`, `flows.attach`).
NOT_KEPT: Final[Labels] = {
    "kind-unknown": _("Choose what the file is."),
    "marking-unknown": _("Choose a marking."),
    "attachment-missing": _("Choose a file."),
    "attachment-empty": _("The file is empty."),
    "attachment-too-large": _("The file is larger than 10 MB."),
    "attachment-refused": _(
        "Programs, scripts, archives, office documents, web pages and SVG are not kept. Give the SHA-256 of a sample "
        "in a report; attach anything else as a picture, PDF or plain text."
    ),
    "attachment-damaged": _("The file does not end as it begins; bytes after the end are not kept either."),
    "type-unknown": _("The file is no picture, PDF, mail, JSON or plain text in UTF-8."),
    "type-mismatch": _("The file is not what its name or its sender says it is."),
    "kind-mismatch": _("A file of this type is not what you chose."),
    "too-many-attachments": _("The case has as many files as one case may have."),
    "attachment-not-kept": _("The file was not kept."),
    "forbidden": _("Your role may not do this."),
    "no-reason": _("Say in at most 300 characters why you need to see it."),
}

RECIPIENT: Final[Labels] = {
    "registrar": _("Registrar"),
    "host": _("Hosting provider"),
    "registrant": _("Registrant (holder)"),
}

# An entry of our ledger (`flows.foretell`).
TOLD: Final[Labels] = {
    "received": _("Received by the partner"),
    "on-its-way": _("On its way"),
    "erased": _("Erased"),
    "refused": _("Refused"),
}
SAID: Final[Labels] = {
    "accepted": _("Receipt confirmed"),
    "asked": _("Reporter asked for information"),
    "info": _("Information supplied"),
    "outcome": _("Outcome"),
    "withdrawn": _("Withdrawn"),
    "retracted": _("Report retracted"),
    "report": _("Abuse report"),
    "early-warning": _("Early warning"),
    "correction": _("Correction"),
    "marking": _("Changed marking"),
    "erasure": _("Request to erase"),
    "erased": _("Erased"),
}

CASE_TABLES: Final[dict[str, Labels]] = {
    "field": FIELD,
    "fact": FACT,
    "collateral": COLLATERAL,
    "check-answer": ANSWER,
    "source": SOURCE,
    "teller": TELLER,
    "next": NEXT,
    "attachment": ATTACHMENT,
    "not-kept": NOT_KEPT,
    "recipient": RECIPIENT,
    "told": TOLD,
    "said": SAID,
}
