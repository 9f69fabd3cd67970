"""What consultations' codes are in words: states, events, topics, why an answer is due then, what became of a file."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CONSULTATION_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "consultation-state": {
        "open": pgettext_lazy("consultation", "Open"),
        "closed": pgettext_lazy("consultation", "Closed"),
        "withheld": _("Not sent"),
        "unknown": _("Question not here yet"),
    },
    "consultation-event": {
        "opened": _("Question"),
        "replied": _("Message"),
        "closed": pgettext_lazy("consultation", "Closed"),
        "reopened": _("Opened again"),
    },
    "consultation-box": {
        "waiting-for-us": _("Waiting for us"),
        "waiting-for-them": _("Waiting for the partner"),
        "ours": _("Asked by us"),
        "closed": pgettext_lazy("consultation", "Closed"),
        "withheld": _("Not sent"),
        "all": _("All"),
    },
    "topic": {
        "phishing": _("Phishing"),
        "malware": _("Malware"),
        "botnet-c2": _("Botnet controller (C2)"),
        "unauthorized-access": _("Unauthorized access"),
        "spam-vector": _("Spam"),
        "techniques": _("Techniques of abuse"),
        "evidence": _("Evidence"),
        "dns": _("DNS"),
        "registration": _("Registration of names"),
        "tooling": _("Tools"),
        "law": _("Law"),
        "personal-data": _("Personal data"),
        "appeals": _("Appeals"),
        "statistics": _("Statistics"),
    },
    "due-rule": {
        "period": _("the period that the memorandum sets"),
        "working-days": _("five working days of whoever answers"),
        "chosen": _("chosen by whoever asked"),
    },
    "consultation-verdict": {
        "refuse": _("Not sent"),
        "hold": _("Waits for a second person"),
        "refused-there": _("Not taken by the partner"),
        "send-redacted": _("Sent in part"),
    },
    "reminder": {
        "stage-0": _("Reminded: an answer is due soon"),
        "stage-1": _("Reminded: an answer is due"),
        "stage-2": _("Reminded: an answer is overdue"),
    },
    "file-problem": {
        "wrong-hash": _("not what was announced; not kept"),
        "media-type": _("another kind of file than was announced; not kept"),
    },
    "erasure-reason": {
        "sent-by-mistake": _("sent by mistake"),
        "data-subject-request": _("somebody wants their data gone"),
        "legal-order": _("ordered by law"),
        "retention-ended": _("kept long enough"),
    },
    "spoken": {
        "en": _("English"),
        "ru": _("Russian"),
        "be": _("Belarusian"),
        "vi": _("Vietnamese"),
        "zh": _("Chinese"),
    },
}
