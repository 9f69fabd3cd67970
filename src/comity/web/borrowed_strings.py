"""Strings of Django that our pages can show, named here so that our own catalogues translate them.

Django's Belarusian catalogue is in another spelling (Taraškievica: "снежань" is "сьнежань" there), and some of its
others have
gaps.  What our date formats and pages use of it stands here; our catalogues come first (settings `LOCALE_PATHS`).
"""

from typing import Final

from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

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

# What the forms of sign-in and passwords may answer (django-allauth, Django's password validators).
ANSWERS_OF_FORMS: Final = (
    gettext_lazy("Incorrect code."),
    gettext_lazy("Incorrect password."),
    gettext_lazy("Please type your current password."),
    gettext_lazy("You must type the same password each time."),
    gettext_lazy("Too many failed login attempts. Try again later."),
    gettext_lazy("This field is required."),
    gettext_lazy("This password is too common."),
    gettext_lazy("The password is too similar to the %(verbose_name)s."),
    gettext_lazy("username"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
