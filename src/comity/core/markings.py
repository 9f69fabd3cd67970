"""Traffic Light Protocol 2.0 labels, their order and their STIX identifiers (FIRST TLP 2.0; OASIS TLP 2.0 extension).

Labels are never translated.  TLP:RED is person to person: it never leaves a node.
"""

from typing import Final, Literal, get_args

Tlp = Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]

TLPS: Final[tuple[Tlp, ...]] = get_args(Tlp)

STIX_MARKING: Final[dict[Tlp, str]] = {
    "TLP:CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "TLP:GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "TLP:AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "TLP:AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "TLP:RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def is_within(tlp: Tlp, limit: Tlp) -> bool:
    """Answer whether a marking is no stricter than a limit (CLEAR < GREEN < AMBER < AMBER+STRICT < RED)."""
    return TLPS.index(tlp) <= TLPS.index(limit)
