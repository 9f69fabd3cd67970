"""Strings of Django that our pages can show, named here so that our own catalogues translate them.

Django's Belarusian catalogue is in another spelling (Taraškievica: "снежань" is "сьнежань" there), and some of its
others have
gaps.  What our date formats and pages use of it stands here; our catalogues come first (settings `LOCALE_PATHS`).
"""

from typing import Final

from django.utils.translation import pgettext_lazy

MONTHS_IN_DATES: Final = (
    pgettext_lazy("alt. month", "January"),
    pgettext_lazy("alt. month", "February"),
    pgettext_lazy("alt. month", "March"),
    pgettext_lazy("alt. month", "April"),
    pgettext_lazy("alt. month", "May"),
    pgettext_lazy("alt. month", "June"),
    pgettext_lazy("alt. month", "July"),
    pgettext_lazy("alt. month", "August"),
    pgettext_lazy("alt. month", "September"),
    pgettext_lazy("alt. month", "October"),
    pgettext_lazy("alt. month", "November"),
    pgettext_lazy("alt. month", "December"),
)
