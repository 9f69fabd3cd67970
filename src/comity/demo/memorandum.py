"""The demo's memorandum: the text in data/memorandum.yaml with the real keys of the two nodes written into it."""

from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from importlib import resources
from string import Template
from typing import Final

from comity.core.ledger import PublicKey

PROPOSER: Final = "cctld.ru"
COUNTERSIGNER: Final = "oac.by"

_KEY_LIFE: Final = timedelta(days=396)
_LEGAL_TEXT: Final = b"The legal text of the demo's memorandum is an illustration and was signed by nobody."


def write_memorandum(
    ru: PublicKey, by: PublicKey, *, links: tuple[str, str], reports_a_day: int, at: datetime
) -> bytes:
    """Write the memorandum as the proposer would: in force since yesterday, `reports_a_day` of each kind allowed."""
    effective = (at - timedelta(days=1)).replace(microsecond=0)
    text = (resources.files("comity.demo") / "data" / "memorandum.yaml").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        legal_digest=f"sha256:{sha256(_LEGAL_TEXT).hexdigest()}",
        effective=f"{effective:%Y-%m-%dT%H:%M:%SZ}",
        key_from=f"{effective:%Y-%m-%d}",
        key_until=f"{effective + _KEY_LIFE:%Y-%m-%d}",
        ru_kid=ru.kid,
        ru_public=b64encode(ru.public).decode(),
        ru_link=links[0],
        by_kid=by.kid,
        by_public=b64encode(by.public).decode(),
        by_link=links[1],
        reports_a_day=reports_a_day,
    )
    return filled.encode()
