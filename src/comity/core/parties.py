"""Who is responsible for which zone, as data (DESIGN §2; FIELD A.1, A.2).

A zone is a TLD as A-label.  A name under no listed zone has no party; that is an answer, not an error.
"""

from typing import Final

import msgspec


class Party(msgspec.Struct, frozen=True):
    """A registry or its operator that signs memoranda, identified by a domain name."""

    id: str
    name: str
    zones: tuple[str, ...]
    jurisdiction: str


PARTIES: Final[tuple[Party, ...]] = (
    Party("cctld.ru", "Coordination Center for TLD .RU/.РФ", ("ru", "xn--p1ai"), "RU"),
    Party(
        "oac.by",
        "Operations and Analysis Center under the President of the Republic of Belarus",
        ("by", "xn--90ais"),
        "BY",
    ),
    Party("fid.su", "Foundation for Internet Development", ("su",), "RU"),
    Party("vnnic.vn", "Vietnam Internet Network Information Center", ("vn",), "VN"),
    Party("cnnic.cn", "China Internet Network Information Center", ("cn",), "CN"),
    Party(
        "faitid.org",
        "Foundation for Assistance for Internet Technologies and Infrastructure Development",
        ("moscow", "xn--80adxhks"),
        "RU",
    ),
)

PARTY_OF_ZONE: Final[dict[str, Party]] = {zone: party for party in PARTIES for zone in party.zones}

ZONES: Final[tuple[str, ...]] = tuple(PARTY_OF_ZONE)

ZONE_UNICODE: Final[dict[str, str]] = {
    "ru": ".RU", "xn--p1ai": ".РФ", "by": ".BY", "xn--90ais": ".БЕЛ", "su": ".SU",
    "vn": ".VN", "cn": ".CN", "moscow": ".MOSCOW", "xn--80adxhks": ".МОСКВА",
}  # fmt: skip
