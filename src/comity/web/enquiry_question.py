"""Which enquiries a reader asks for: an address, and the question to the store that it means.

Every answer is one of a closed list or a bounded text; whatever is unknown counts as not asked.
"""

from typing import Final
from urllib.parse import urlencode

import msgspec
from django.http import QueryDict

from comity.core.findings import ENQUIRY_STATES, KINDS
from comity.store.enquiry_lists import EnquiryFilter

ALL: Final = "all"
SCORES: Final = ("0.9", "0.8", "0.7", "0.5")
_LONGEST_NAME: Final = 253
_LAST_PAGE: Final = 10_000


class EnquiryQuestion(msgspec.Struct, frozen=True):
    """What the reader asks."""

    state: str = "open"
    zone: str = ""
    kind: str = ""
    score: str = ""
    name: str = ""
    page: int = 1
    ticked: str = ""  # all rows of the page are ticked

    def address(self, **changed: str | int) -> str:
        """The query of the address that asks this, with some answers changed; from the first page if none is named."""
        asked = msgspec.structs.replace(self, **({"page": 1, "ticked": ""} | changed))
        regular = EnquiryQuestion()
        answers = {word: getattr(asked, word) for word in self.__struct_fields__}
        return "?" + urlencode(
            {word: value for word, value in answers.items() if word == "state" or value != getattr(regular, word)}
        )

    def wanted(self) -> EnquiryFilter:
        """The question to the store."""
        return EnquiryFilter(
            zone=self.zone, kind=self.kind, state="" if self.state == ALL else self.state, name=self.name,
            at_least=float(self.score or 0),
        )  # fmt: skip


def parse_question(parameters: QueryDict, zones: tuple[str, ...]) -> EnquiryQuestion:
    """Read an address; `zones` are those that there may be findings of."""

    def one_of(word: str, known: tuple[str, ...], otherwise: str = "") -> str:
        answer = parameters.get(word, "")
        return answer if answer in known else otherwise

    page = parameters.get("page", "")
    name = "".join(letter for letter in parameters.get("name", "")[:_LONGEST_NAME] if letter.isprintable())
    return EnquiryQuestion(
        state=one_of("state", (*ENQUIRY_STATES, ALL), "open"), zone=one_of("zone", zones), kind=one_of("kind", KINDS),
        score=one_of("score", SCORES), name=name.strip().lower().replace("[.]", "."),
        page=min(max(1, int(page)), _LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        ticked=one_of("ticked", ("all",)),
    )  # fmt: skip
