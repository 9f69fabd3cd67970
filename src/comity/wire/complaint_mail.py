"""Complaints in words: whom do they accuse for certain, and if that is not certain, who might be meant?

Certain are: the template of a declared notifier (`TEMPLATES`, by the sender's domain and the exact form of its words),
and, in a mail whose subject says what the abuse is, lines that are nothing but an address: labelled as the reported
one, or made harmless (`hxxp://bad[.]example`), all of one domain.  Everything else that looks like a host is a
candidate, and a person chooses: a complaint also names the victim, the sender, and pages with explanations.
"""

import re
from html import unescape
from typing import Final, NamedTuple

from comity.core.categories import Category
from comity.core.defang import refang
from comity.core.labels import HostProblem
from comity.core.reports import Report
from comity.core.targets import find_place
from comity.wire.mail_claims import MailClaims
from comity.wire.mail_head import MailHead
from comity.wire.mail_parts import MailParts

MOST_CANDIDATES: Final = 20
_MOST_CERTAIN: Final = 50
_LETTERS: Final = 200_000
_LINE_LETTERS: Final = 2_000


class Template(NamedTuple):
    """The words of a notifier: who sends them, where they stand, and the two groups `url` and `what`."""

    domain: str
    subject: re.Pattern[str] | None
    text: re.Pattern[str] | None
    words: dict[str, Category]


TEMPLATES: Final = (
    Template(
        "netcraft.com",
        re.compile(r"Issue \d+: (?:\[[^\]]{1,60}\] )?(?P<what>phishing|malware) attack at (?P<url>https?://\S+)"),
        None,
        {"phishing": "phishing", "malware": "malware"},
    ),
    Template(
        "cyscon.de",
        None,
        re.compile(
            r"^# begin logs\n+(?:[A-Za-z ]+: .*\n)*?URL: +(?P<url>https?://\S+)\n(?:[A-Za-z ]+: .*\n)*?"
            r"Result: +CYSC\.(?P<what>MALWARE|PHISHING)\b",
            re.MULTILINE,
        ),
        {"MALWARE": "malware", "PHISHING": "phishing"},
    ),
)

# What the subject of a complaint says the abuse is, in the five languages; a subject that says two says nothing.
SUBJECT_WORDS: Final[tuple[tuple[Category, re.Pattern[str]], ...]] = (
    ("phishing", re.compile(r"\bphish|фишинг|фішынг|钓鱼|\btrang lừa đảo", re.IGNORECASE)),
    ("malware", re.compile(r"\bmalware\b|вредонос|шкоднасн|шкоднае пра|恶意软件|恶意程序|mã độc", re.IGNORECASE)),
    (
        "botnet-c2",
        re.compile(r"\bc2\b|\bc&c\b|command[ -]and[ -]control|botnet control|управления ботнет", re.IGNORECASE),
    ),
    (
        "unauthorized-access",
        re.compile(
            r"\b(?:hacked|compromised|defaced) (?:web ?)?site|взломан\w* сайт|узлама\w* сайт|web ?shell", re.IGNORECASE
        ),
    ),
)
_LABEL: Final = re.compile(
    r"(?:reported|abusive|abuse|phishing|malware|malicious|offending|fraudulent)? ?(?:urls?|address|link|domain)|"
    r"адрес(?: страницы| сайта)?|фишинговый (?:адрес|сайт)|вредоносный (?:адрес|сайт)|адрас(?: старонкі| сайта)?|"
    r"địa chỉ(?: trang)?|网址|举报网址",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(r"(?P<label>[^:：\n]{1,40})[:：][ \t]*(?P<address>\S{4,1900})")
_DEFANGED: Final = re.compile(
    r"(?:h(?:xx|\*\*)ps?(?:\[:\]|:)//\S+|\S*[^\s/]\[\.\][^\s/]\S*|\S*\[dot\]\S+|https?\[:\]//\S+)", re.IGNORECASE
)
_ADDRESS: Final = re.compile(
    r"(?:h(?:tt|xx|\*\*)ps?(?:\[:\]|:)//|www(?:\.|\[\.\]))[^\s<>\"'`|^{}]{3,1900}|"
    r"(?<![\w@.-])[^\W_][\w-]{0,62}(?:\[\.\]|\[dot\])[\w.\[\]-]{2,200}",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,20})(?P<more>[^<>]{0,4000})>")
_HREF: Final = re.compile(r"\bhref\s{0,3}=\s{0,3}[\"']?([^\s\"'<>]{4,1900})", re.IGNORECASE)
_BREAKS: Final = frozenset(("br", "p", "div", "tr", "li", "table", "h1", "h2", "h3"))
_TRAILING: Final = ".,;:!?)]}>'\"»”。，；"


def read_complaint(mail: MailParts, head: MailHead) -> MailClaims:
    """Read a complaint in words."""
    text = body_text(mail)
    by_template = _by_template(head, text)
    if by_template is not None:
        return by_template
    category = _category(head.subject)
    candidates = find_candidates(f"{head.subject}\n{text}")
    is_plain = any(part.media_type == "text/plain" for part in mail.parts)
    if category is None or head.references or not is_plain:
        return MailClaims(candidates=candidates, category=category or "")
    certain = _certain_lines(text)
    hosts = {_registrable_hint(find_host(address)) for address in certain}
    if not certain or len(hosts) != 1 or "" in hosts:
        return MailClaims(candidates=candidates, category=category)
    reports = tuple(
        Report(name=address, category=category, url=refang(address) if "://" in refang(address) else "")
        for address in certain
    )
    return MailClaims(reports=reports, category=category)


def find_host(address: str) -> str:
    """The host of an address in A-labels; empty where it has none."""
    place = find_place(address)
    return "" if isinstance(place, HostProblem) else place.host.ascii


def body_text(mail: MailParts) -> str:
    """What a person reads: the plain texts, else the text of the HTML."""
    plain = [part.text for part in mail.parts if part.media_type == "text/plain" and not part.name]
    if plain:
        return "\n".join(plain)[:_LETTERS]
    pages = [part.text for part in mail.parts if part.media_type == "text/html"]
    return "\n".join(_page_text(page[:_LETTERS]) for page in pages[:3])[:_LETTERS]


def find_candidates(text: str) -> tuple[str, ...]:
    """The addresses in a text that may be accused: one for each host, in their order."""
    found: dict[str, str] = {}
    for match in _ADDRESS.finditer(text[:_LETTERS]):
        address = match.group().rstrip(_TRAILING)
        host = find_host(address)
        if host and "." in host and host not in found:
            found[host] = address
            if len(found) >= MOST_CANDIDATES:
                break
    return tuple(found.values())


def _by_template(head: MailHead, text: str) -> MailClaims | None:
    domain = head.sender.rpartition("@")[2]
    for template in TEMPLATES:
        if domain != template.domain and not domain.endswith(f".{template.domain}"):
            continue
        found = template.subject.fullmatch(head.subject) if template.subject else None
        found = found or (template.text.search(text) if template.text else None)
        if found is None:
            continue
        address, category = found["url"].rstrip(_TRAILING), template.words[found["what"]]
        if template.subject and not re.search(rf"^{re.escape(address)}(?: \[[0-9a-f.:]+\])?$", text, re.MULTILINE):
            candidates = find_candidates(f"{address}\n{text}")
            return MailClaims(candidates=candidates, category=category, is_torn=True)
        return MailClaims(reports=(Report(name=address, category=category, url=address),), category=category)
    return None


def _category(subject: str) -> Category | None:
    found = [category for category, words in SUBJECT_WORDS if words.search(subject)]
    return found[0] if len(found) == 1 else None


def _certain_lines(text: str) -> list[str]:
    """Addresses that stand alone on a line, labelled as the reported one or made harmless."""
    certain: dict[str, None] = {}
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or len(line) > _LINE_LETTERS or line.startswith((">", "--")):
            continue
        labelled = _LABELLED.fullmatch(line)
        if labelled is not None and _LABEL.fullmatch(labelled["label"].strip()):
            certain[labelled["address"].rstrip(_TRAILING.replace("]", ""))] = None
        elif _DEFANGED.fullmatch(line):
            certain[line.rstrip(",;")] = None
        if len(certain) > _MOST_CERTAIN:
            return []
    return list(certain)


def _registrable_hint(host: str) -> str:
    """Enough of a host to see whether addresses are of one site: two labels, or three where the second is short."""
    labels = host.split(".")
    wanted = 3 if len(labels) > 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-wanted:]) if len(labels) > 1 else ""


def _page_text(page: str) -> str:
    """The text of a page with the addresses of its links, without scripts and styles; one pass, whatever it holds."""
    pieces: list[str] = []
    place = 0
    hidden = ""
    for tag in _TAG.finditer(page):
        if not hidden:
            pieces.append(page[place : tag.start()])
        place = tag.end()
        name = tag["name"].lower()
        if hidden:
            hidden = "" if tag["close"] and name == hidden else hidden
        elif name in ("script", "style") and not tag["close"]:
            hidden = name
        else:
            pieces.append("\n" if name in _BREAKS else "")
            pieces += [f" {found[1]} " for found in _HREF.finditer(tag["more"])]
    return unescape("".join([*pieces, "" if hidden else page[place:]]))
