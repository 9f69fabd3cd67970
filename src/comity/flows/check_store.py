"""Check the database and what it says of memoranda and links.

`check_database` comes first: where the database cannot be asked, the other checks of this file have no answer.
"""

from datetime import UTC, datetime, time

from django.db import DatabaseError

from comity.core.alarms import Alarm, ending_alarms, link_alarms
from comity.core.errors import SettingError
from comity.core.memoranda import MemorandumParty
from comity.edges.certificates import read_certificates
from comity.edges.holiday_calendar import find_zone, is_known
from comity.edges.keys import SigningKey, load_signing_key
from comity.flows.admit import Patient, one_line
from comity.flows.keep_clocks import own_calendar
from comity.store.database_state import compare_schema, find_not_durable, try_write
from comity.store.link_facts import read_link_facts
from comity.store.links import list_links
from comity.store.memoranda import StoredMemorandum, find_in_force
from comity.store.models import RevokedKey


def check_database(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Does the database answer, with this program's tables, and take writes that last?"""
    about = _database(patient)
    try:
        schema = compare_schema()
        found = [Alarm("database-not-durable", about, setting) for setting in find_not_durable()]
    except DatabaseError as error:
        return [Alarm("database-unreachable", about, one_line(str(error)))]
    if schema.unknown:
        found.append(Alarm("schema-ahead", about, schema.unknown[-1]))
    if schema.lacking:
        return [*found, Alarm("schema-behind", about, schema.lacking[-1])]
    try:
        try_write()
    except DatabaseError as error:
        found.append(Alarm("database-not-writable", about, one_line(str(error))))
    return found


def check_links(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """What is wrong with each link?"""
    return [alarm for facts in read_link_facts(at=at) for alarm in link_alarms(facts, at=at)]


def check_partner_authorities(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """When do the authorities end by which partners' nodes are believed?  Of several, the last counts."""
    found = []
    for link in list_links():
        try:
            ends_at = max(each.ends_at for each in read_certificates(link.ca_pem.encode(), item=link.partner))
        except (SettingError, ValueError):
            found.append(Alarm("partner-authority-ended", link.partner))
            continue
        found += ending_alarms("partner-authority", link.partner, ends_at, at=at)
    return found


def check_signing_key(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Is there a key to sign with, and does each memorandum in force name it for today?"""
    try:
        key = load_signing_key(patient.home)
    except SettingError as error:
        return [Alarm("signing-key-unusable", error.item, one_line(error.message))]
    if RevokedKey.objects.filter(party=patient.home.party, public=key.public).exists():
        return [Alarm("signing-key-revoked", key.kid)]
    found = []
    for partner, stored in _in_force(at):
        ours = stored.memorandum.party(patient.home.party)
        if ours is not None:
            found += _named(key, ours, partner, at=at)
    return found


def check_parties(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Is this node the party, with the zones, that its memoranda speak of?"""
    found = []
    for _partner, stored in _in_force(at):
        ours = stored.memorandum.party(patient.home.party)
        if ours is None:
            found.append(Alarm("party-mismatch", stored.urn, patient.home.party))
        elif patient.has_settings and (other := set(ours.zones) ^ set(patient.home.zones)):
            found.append(Alarm("zones-mismatch", stored.urn, " ".join(sorted(other))))
    return found


def check_calendars(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Does this node know every time zone and list of holidays by which deadlines are reckoned?"""
    asked = {}
    if patient.has_settings:
        own = own_calendar(patient.home)
        asked[patient.home.party] = (own.tz_name, own.name)
    for _partner, stored in _in_force(at):
        for party in stored.memorandum.parties:
            asked[f"{stored.urn} {party.id}"] = (party.calendar.tz, party.calendar.holidays or "")
    found = []
    for about, (zone, listed) in asked.items():
        unknown = [zone] if find_zone(zone) is None else []
        if listed and not is_known(listed):
            unknown.append(listed)
        if unknown:
            found.append(Alarm("calendar-unknown", about, ", ".join(unknown)))
    return found


def check_memoranda(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Does a memorandum in force end soon, by notice or by its own term?"""
    found = []
    for _partner, stored in _in_force(at):
        ends = [moment for moment in (stored.ends_at, stored.memorandum.expires) if moment is not None]
        if ends:
            found += ending_alarms("memorandum", stored.urn, min(ends), at=at)
    return found


def _in_force(at: datetime) -> list[tuple[str, StoredMemorandum]]:
    """Each link's memorandum in force; links without one are told by check_links."""
    found = ((link.partner, find_in_force(link.partner, at)) for link in list_links())
    return [(partner, stored) for partner, stored in found if stored is not None]


def _named(key: SigningKey, ours: MemorandumParty, partner: str, *, at: datetime) -> list[Alarm]:
    terms = [each for each in ours.keys if each.public_bytes == key.public]
    if not terms or all(at.date() < each.not_before for each in terms):
        return [Alarm("signing-key-unnamed", key.kid, partner)]
    last = max(each.not_after for each in terms)  # the day itself is still good
    return ending_alarms("signing-key", key.kid, datetime.combine(last, time.max, UTC), at=at)


def _database(patient: Patient) -> str:
    """The database's name for a person: a file, or host and name, never a password."""
    entry = patient.home.database()
    if patient.home.is_embedded:
        return str(entry["NAME"])
    return f"{entry['HOST']}:{entry['PORT'] or 5432}/{entry['NAME']}"
