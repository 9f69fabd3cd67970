"""What people read where the library writes a code; `comity.web.labels` looks them up with all others.

Names of techniques are not here: they are data of `core.techniques`, in five languages.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, Promise]

ARTICLE_KIND: Final[Labels] = {"playbook": _("Playbook"), "case-study": _("Case study")}

ARTICLE_STATE: Final[Labels] = {
    "draft": _("Draft"),
    "agreed": _("Agreed by both"),
    "superseded": _("Superseded"),
}

TRANSLATION: Final[Labels] = {
    "original": _("original"),
    "current": _("translation"),
    "outdated": _("translation of an older version"),
    "missing": _("not translated"),
}

LANGUAGE_NAME: Final[Labels] = {
    "en": _("English"),
    "ru": _("Russian"),
    "be": _("Belarusian"),
    "vi": _("Vietnamese"),
    "zh": _("Chinese"),
}

ARTICLE_EVENT: Final[Labels] = {
    "written": _("Written"),
    "revised": _("New version"),
    "translated": _("Translated"),
    "tagged": _("Filed anew"),
    "published": _("Sent to a partner"),
    "received": _("Received from a partner"),
    "adopted": _("Adopted"),
    "adoption-told": _("The origin was told of the adoption"),
    "copied": _("Copied when it was adopted"),
    "source-moved-on": _("The source has a newer version"),
    "source-followed": _("The newer version of the source was looked at"),
    "source-withdrawn": _("The source was withdrawn"),
    "source-erased": _("The source was erased"),
    "annotated": _("Remark added"),
    "annotation-erased": _("Remark erased"),
    "withdrawn": _("Withdrawn"),
    "withdrawal-told": _("A partner was told of the withdrawal"),
    "erased": _("Erased"),
    "brought": _("Came with the program"),
}

ARTICLE_FAULT: Final[Labels] = {
    "title:missing": _("Give a title."),
    "title:too-long": _("The title is too long."),
    "title:bad-letters": _("The title holds characters that cannot be stored."),
    "body:missing": _("Write a text."),
    "body:too-long": _("The text is too long: at most 30,000 bytes and 1,500 lines."),
    "body:bad-letters": _("The text holds characters that cannot be stored."),
    "text:missing": _("Write a remark."),
    "text:too-long": _("The remark is too long."),
    "text:bad-letters": _("The remark holds characters that cannot be stored."),
    "tlp:not-in-list": _("Choose a marking."),
    "kind:not-in-list": _("Choose what it is."),
    "language:not-in-list": _("Choose a language."),
    "categories:not-in-list": _("There is no such category."),
    "techniques:not-in-list": _("There is no such technique."),
}

LIBRARY_TABLES: Final[dict[str, Labels]] = {
    "article-kind": ARTICLE_KIND,
    "article-state": ARTICLE_STATE,
    "translation": TRANSLATION,
    "language": LANGUAGE_NAME,
    "article-event": ARTICLE_EVENT,
}
