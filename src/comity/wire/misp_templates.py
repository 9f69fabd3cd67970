"""The templates of MISP objects that are written, as far as they are used (MISP/misp-objects), and types of attributes.

Identifiers and versions are those of the published templates; a test compares them with the ones that PyMISP carries.
"""

from typing import Final, NamedTuple


class Template(NamedTuple):
    """A template: its identity, and the types of the relations that are written."""

    uuid: str
    version: str
    meta_category: str
    description: str
    relations: dict[str, str]


TEMPLATES: Final[dict[str, Template]] = {
    "domain-ip": Template(
        "43b3b146-77eb-4931-b4cc-b66c60f28734", "11", "network",
        "A domain/hostname and IP address seen as a tuple in a specific time frame.",
        {"domain": "domain", "hostname": "hostname", "port": "port", "first-seen": "datetime", "last-seen": "datetime"},
    ),
    "phishing": Template(
        "2dad6f9d-d425-4217-8fda-0b0a2d815307", "7", "network",
        "Phishing template to describe a phishing website and its analysis.",
        {"url": "url", "hostname": "hostname", "target": "text", "submission-time": "datetime",
         "verification-time": "datetime"},
    ),
    "url": Template(
        "60efb77b-40b5-4c46-871b-ed1ed999fce5", "10", "network",
        "url object describes an url along with its normalized field (like extracted using faup parsing library) and "
        "its metadata.",
        {"url": "url", "domain": "domain", "host": "hostname", "port": "port", "first-seen": "datetime"},
    ),
    "file": Template(
        "688c46fb-5edb-40a3-8273-1af7923e2215", "25", "file", "File object describing a file with meta-information",
        {"sha256": "sha256"},
    ),
}  # fmt: skip

CATEGORY_OF_TYPE: Final[dict[str, str]] = {
    "url": "Network activity",
    "domain": "Network activity",
    "hostname": "Network activity",
    "port": "Network activity",
    "sha256": "Payload delivery",
    "text": "Other",
    "datetime": "Other",
}
