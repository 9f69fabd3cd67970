"""Rows of one small registry with something on every page: people of each role, cases in several states, both
kinds of names.
"""

from datetime import UTC, datetime, timedelta
from functools import cache as once
from pathlib import Path

import msgspec
from django.core.cache import cache
from django.test import Client

from comity.core.articles import Tags
from comity.core.memoranda import Memorandum as Agreement
from comity.core.memoranda import digest
from comity.core.plans import Blast, Demand, Plan, PlannedStep, Present, Share
from comity.core.reports import Evidence
from comity.core.reports import Report as Claim
from comity.edges.tokens import token_hash
from comity.store.annotations import AnnotationRow, add_annotation
from comity.store.article_events import Happened, add_event
from comity.store.drafts import begin_draft
from comity.store.library import VersionRow, add_version, create_article
from comity.store.models import (
    AnswerLink,
    Attachment,
    AttachmentBody,
    Case,
    CaseAnswer,
    CaseEvent,
    CasePeer,
    Decision,
    IncomingMail,
    IntakeRun,
    Ledger,
    LedgerEntry,
    Link,
    Memorandum,
    MemorandumEvent,
    Person,
    PublicFiling,
    Report,
    Reporter,
    Subscriber,
    Webhook,
)
from comity.store.plans import add_plan
from comity.store.reporters import count_all, keep_tallies
from comity.wire.memorandum_yaml import parse_memorandum, read_draft, render_memorandum
from web.campaign_rows import fill_campaign
from web.consultation_rows import fill_consultations
from web.dga_rows import fill_dga
from web.output_rows import fill_outputs
from web.statistics_rows import fill_statistics
from web.subscriber_rows import fill_subscribers
from web.sweep_rows import fill_sweeps
from web.warning_rows import fill_warnings

NOON = datetime(2026, 12, 23, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
ARTICLE = "00000000-0000-4000-8000-00000000cccc"
TOKEN = "status-token-of-the-notifier-0123456789"
ANSWER_TOKEN = "answer-token-of-a-host-0123456789"
CYRILLIC = "xn----7sbarfztqva.xn--p1ai"
ROLES = [role.value for role in Person.Role]


class Registry(msgspec.Struct, frozen=True):
    """What the tests need to know of the rows."""

    received: str
    closed: str
    referred: str
    protected: str
    memorandum_version: int
    draft: int
    plan: str
    appealed: str
    answered: str
    answer: int
    reporter: int
    mail: int
    enquiry: int


def signed_in(role: str) -> Client:
    """A browser in which the person of a role is signed in; the name is the role's."""
    client = Client()
    client.force_login(Person.objects.get(username=role))
    return client


def typed_in(name: str) -> Client:
    """A browser in which somebody has just typed a password, once to come in and once more for what protects it."""
    cache.clear()  # how often a password may be typed is counted there
    client = Client()
    assert client.post("/sign-in/", {"username": name, "password": PASSWORD}).status_code == 302
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302
    return client


def fill_store() -> Registry:
    """Make the rows; every page has something on it afterwards."""
    for role in ROLES:
        Person.objects.create_user(username=role, password=PASSWORD, role=role)
    reporter = Reporter.objects.create(
        key="notifier", name="Demo notifier", kind="trusted-notifier", status_token=TOKEN, created_at=NOON
    )
    run = IntakeRun.objects.create(
        source="feed.csv",
        format="csv",
        reporter=reporter,
        started_at=NOON,
        finished_at=NOON,
        counts={"read": 12345, "accepted": 12000, "duplicate": 300, "rejected": 40, "foreign": 5},
    )
    received = _case(1, "kassa-demo-a1.ru", "phishing", "received", "high")
    _case(2, CYRILLIC, "malware", "triage", "high")
    closed = _case(3, "portal-demo-c3.ru", "botnet-c2", "closed", "critical", outcome="undelegated_registrar")
    referred = _case(4, "shop-demo-d4.by", "phishing", "referred", "high", zone="by", party="oac.by")
    protected = _case(5, "bank-demo-e5.ru", "phishing", "hold_proposed", "high", protected="banks")
    further = ("needs_info", "confirmed", "notified", "on_hold", "mitigated", "appeal", "restoring", "merged")
    for number, state in enumerate(further, start=6):
        _case(number, f"site-demo-{state.replace('_', '-')}.ru", "unauthorized-access", state, "normal")
    for number, case in enumerate((received, closed, referred, protected)):
        report = Report.objects.create(
            key=number.to_bytes(16),
            uuid=f"00000000-0000-4000-8000-{number:012}",
            standing="accepted",
            registrable=case.registrable,
            host=f"login.{case.registrable}",
            zone=case.zone,
            category=case.category,
            reporter=reporter,
            run=run,
            case=case,
            body=msgspec.json.encode(_claim(case)),
            received_at=NOON + timedelta(minutes=number),
        )
        if case.party == "oac.by":
            _decision(report, case, "send-redacted", "6", "allowed-without-personal-data")
    Report.objects.create(
        key=b"held-report-0001",
        uuid="00000000-0000-4000-8000-00000000ffff",
        standing="held",
        registrable="gosuslugi-demo.ru",
        host="www.gosuslugi-demo.ru",
        zone="ru",
        category="phishing",
        reporter=reporter,
        run=run,
        body=msgspec.json.encode(Claim(name="www.gosuslugi-demo.ru", category="phishing")),
        received_at=NOON,
    )
    _decision(None, received, "refuse", "4", "evidence-too-old")
    CasePeer.objects.create(case=referred, partner="oac.by", remote_case="0c7f4f6e-6f9b-5d5e-8a63-2f2f9f3e6a55")
    _history(closed)
    _attach(closed)
    _link()
    fill_consultations(closed, NOON)
    fill_statistics()
    fill_dga()
    fill_warnings()
    fill_outputs(NOON)
    fill_subscribers(NOON)
    fill_campaign(protected, NOON)
    _webhooks()
    _article()
    Case.objects.filter(pk=received.pk).update(due_at=NOON + timedelta(hours=1))
    version = _memorandum()
    keep_tallies(count_all(at=NOON))
    answered = Case.objects.get(state="mitigated")
    return Registry(
        received=received.ref,
        closed=closed.ref,
        referred=referred.ref,
        protected=protected.ref,
        memorandum_version=version,
        draft=_draft(),
        plan=_plan(protected),
        appealed=Case.objects.get(state="appeal").ref,
        answered=answered.ref,
        answer=_answer(answered),
        reporter=reporter.pk,
        mail=_mail(),
        enquiry=fill_sweeps(NOON),
    )


def _mail() -> int:
    """A mail that waits, because it names two hosts; and an answer from somebody to whom nobody wrote."""
    body = (
        b"From: somebody@mail.example\nTo: abuse@cctld.example\nSubject: phishing\n\n"
        b"See http://kassa-demo-a1.ru/ which copies https://bank-demo-e5.ru/ \n"
    )
    common = {"auth": "none", "state": "held", "sender": "somebody@mail.example", "received_at": NOON}
    common |= {"body": body, "text": "See http://kassa-demo-a1.ru/ which copies https://bank-demo-e5.ru/"}
    IncomingMail.objects.create(
        fingerprint=b"m" * 32, why="reply-from-somebody-else", subject="Re: your letter",
        case=Case.objects.get(state="appeal"), **common,
    )  # fmt: skip
    return IncomingMail.objects.create(
        fingerprint=b"n" * 32, why="name-unclear", subject="phishing at http://kassa-demo-a1.ru/", category="phishing",
        candidates=["http://kassa-demo-a1.ru/", "https://bank-demo-e5.ru/"], notes=["part 2: is no evidence"], **common,
    ).pk  # fmt: skip


def _plan(case: Case) -> str:
    """A bulk plan that waits for two approvers, with a name in two scripts; its hash."""
    said = (
        ("start_triage", "received", "triage", b"{}"),
        ("confirm", "triage", "confirmed", b'{"disposition":"malicious","score":0.9}'),
        ("propose_hold", "confirmed", "hold_proposed", b"{}"),
    )
    for seq, (event, start, end, detail) in enumerate(said, start=2):
        CaseEvent.objects.create(
            case=case, seq=seq, event=event, from_state=start, to_state=end, party="cctld.ru", actor="somebody",
            role="analyst", detail=detail, at=NOON,
        )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(event_count=4, disposition="malicious")
    present = Present("epp", ("clientTransferProhibited",), "registrar-demo", ("ns1.host-demo.ru",), NOON)
    steps = tuple(
        PlannedStep(
            name=name, zone="ru", case=case.ref, category="phishing", driver="epp", effect="hold", present=present,
            add=("clientHold",), wanted=("clientHold", "clientTransferProhibited"), stands_for=("clientHold",),
            disposition="malicious", score=0.9, protected="banks", guards=("banks",), reason="phishing",
            until=NOON + timedelta(days=30), do_not_release=True,
        )
        for name in (case.registrable, CYRILLIC)
    )  # fmt: skip
    plan = Plan(
        party="cctld.ru", kind="hold", proposer="somebody", why="", made_at=NOON,
        expires_at=NOON + timedelta(days=9999), steps=steps,
        blast=Blast(2, (Share("registrar-demo", 2, 12345),), (Share("ru", 2, 0),), 3, 1, 40),
        demands=(Demand("four-eyes", 1), Demand("protected-name", 2, "banks"), Demand("many-names", 1, "2")),
    )  # fmt: skip
    return add_plan(plan, state="proposed", cases={case.ref: case.pk}, at=NOON)


def _answer(case: Case) -> int:
    """A case that was answered, and a filing that waits; both by the same token."""
    link = AnswerLink.objects.create(
        token_hash=token_hash(ANSWER_TOKEN), case=case, role="host", recipient="abuse@host.example", language="en",
        created_at=NOON, expires_at=NOON + timedelta(days=3650),
    )  # fmt: skip
    PublicFiling.objects.create(
        token_hash=token_hash(ANSWER_TOKEN), form_hash=b"f" * 32, receipt="00000000-0000-4000-8000-000000000001",
        body=b'{"category":"phishing","name":"shop-demo-99.ru"}', email="citizen@mail.example", language="en",
        address_key=b"a" * 32, created_at=NOON, expires_at=NOON + timedelta(days=3650),
    )  # fmt: skip
    given = CaseAnswer.objects.create(
        link=link, case=case, role="host", kind="said", event="answered", seq=1, text="Write to duty@host.example",
        contact="Ivanova, +375 29 000 00 00", digest="0" * 64, at=NOON,
    )  # fmt: skip
    return given.pk


def _case(
    number: int,
    registrable: str,
    category: str,
    state: str,
    severity: str,
    *,
    zone: str = "",
    party: str = "cctld.ru",
    protected: str = "",
    outcome: str = "",
) -> Case:
    case = Case.objects.create(
        ref=f"7K3Q-F9XW-{number:04}",
        uuid=f"00000000-0000-5000-8000-{number:012}",
        registrable=registrable,
        category=category,
        episode=1,
        zone=zone or registrable.rpartition(".")[2],
        party=party,
        state=state,
        severity=severity,
        protected=protected,
        outcome=outcome,
        report_count=number,
        event_count=1,
        opened_at=NOON - timedelta(hours=number),
        changed_at=NOON,
        closed_at=NOON if state == "closed" else None,
    )
    CaseEvent.objects.create(
        case=case,
        seq=1,
        event="opened",
        from_state="",
        to_state="received",
        party=party,
        actor="cctld.ru",
        role="system",
        detail=b"{}",
        at=NOON - timedelta(hours=number),
    )
    return case


_CONFIRMED = msgspec.json.encode({
    "check": [
        {"question": "subdomain_count", "answer": "yes", "number": 12, "source": "reports", "by": "analyst"},
        {"question": "mail_use", "answer": "unknown", "source": "not-looked-up"},
    ],
    "collateral": "none",
    "disposition": "malicious",
    "evidence": {
        "rubric": "comity-evidence-score/1", "total": 0.6, "reports": 3, "best": "00000000-0000-4000-8000-000000000001",
        "parts": [{"fact": "live-check", "weight": 0.3}, {"fact": "machine-only", "weight": -0.2}],
    },
    "score": 0.75,
})  # fmt: skip


def _attach(case: Case) -> None:
    data = b"12:00 GET http://login.portal-demo-c3.ru/ 200\n"
    body = AttachmentBody.objects.create(sha256="a" * 64, body=data)
    for number, (kept, tlp) in enumerate(((body, "TLP:AMBER"), (None, "TLP:GREEN"), (body, "TLP:RED"))):
        Attachment.objects.create(
            uuid=f"00000000-0000-4000-8000-0000000{number:05}", case=case, body=kept, sha256="a" * 64, size=len(data),
            media_type="text/plain", name="proxy.log" if kept else "", kind="log", tlp=tlp, party="cctld.ru",
            actor="analyst", role="analyst", at=NOON,
        )  # fmt: skip


def _history(case: Case) -> None:
    said = [
        ("start_triage", "received", "triage", b"{}", "Looks at http://login.portal-demo-c3.ru/ now"),
        ("confirm", "triage", "confirmed", _CONFIRMED, ""),
        ("send_notice", "confirmed", "notified", b'{"action":"registrar-notice"}', ""),
        ("registrar_acted", "notified", "mitigated", b'{"action":"delegation-ended"}', ""),
        ("close", "mitigated", "closed", b'{"outcome":"undelegated_registrar"}', ""),
    ]
    for seq, (event, start, end, detail, note) in enumerate(said, start=2):
        CaseEvent.objects.create(
            case=case, seq=seq, event=event, from_state=start, to_state=end, party="cctld.ru", actor="analyst",
            role="analyst", clause="7", note=note, detail=detail, at=NOON + timedelta(hours=seq),
        )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(event_count=6)


def _claim(case: Case) -> Claim:
    return Claim(
        name=f"https://login.{case.registrable}/verify?next=a.b",
        url=f"https://login.{case.registrable}/verify?next=a.b",
        host=f"login.{case.registrable}",
        category=case.category,
        observed_at=NOON,
        verified_at=NOON,
        narrative=f"Страница входа банка по адресу https://login.{case.registrable}/verify",
        language="ru",
        impersonated_party="Demo Bank",
        evidence=(Evidence("screenshot", sha256="0" * 64), Evidence("live-check")),
        personal_data={"victim_email": "somebody@demo.example"},
    )


def _decision(report: Report | None, case: Case, verdict: str, clause: str, reason: str) -> None:
    trace = {
        "redact": ["reporter_identity"] if verdict == "send-redacted" else [],
        "trace": [
            {"clause": "1", "question": "in-force", "answer": "yes"},
            {"clause": clause, "question": "evidence", "answer": reason, "detail": ["PT24H"]},
        ],
    }
    Decision.objects.create(
        report=report,
        case=case,
        partner="oac.by",
        direction="out",
        kind="report",
        memorandum=digest(_agreement()),
        verdict=verdict,
        clause=clause,
        reason=reason,
        trace=msgspec.json.encode(trace),
        at=NOON,
    )


@once
def _agreement() -> bytes:
    parsed = parse_memorandum((Path(__file__).parent.parent / "fixtures" / "memorandum-ru-by.yaml").read_bytes())
    assert isinstance(parsed, Agreement)
    return render_memorandum(parsed)


def _memorandum() -> int:
    body = _agreement()
    row = Memorandum.objects.create(
        urn="urn:comity:memo:cctld.ru:oac.by:demo",
        version=3,
        digest=digest(body),
        partner="oac.by",
        status="in-force",
        body=body,
        signatures=b'[{"party":"cctld.ru","kid":"ru-2027-1","signed_at":"2026-12-01T09:00:00Z","value":"AAAA"}]',
        changed_at=NOON,
    )
    for event, party in (("propose", "cctld.ru"), ("countersign", "oac.by"), ("enter-force", "cctld.ru")):
        MemorandumEvent.objects.create(memorandum=row, event=event, party=party, actor="policy-officer", at=NOON)
    return row.version


def _draft() -> int:
    """A draft that lets in a further category and says nothing of its evidence yet."""
    tree = msgspec.json.decode(_agreement())
    tree["version"], tree["supersedes"] = 4, {"version": 3, "digest": digest(_agreement())}
    del tree["evidence"]["required"]["malware"]
    text = read_draft(tree)
    assert isinstance(text, Agreement)
    return begin_draft(text, partner="oac.by", actor="policy-officer", at=NOON)


def _article() -> None:
    """An article of ours in two versions and two languages, with a partner's remark."""
    tags = Tags(kind="playbook", categories=("phishing",), techniques=("fast-flux",), tlp="TLP:GREEN")
    row = create_article(ARTICLE, "cctld.ru", tags, language="en", at=NOON)
    table = "| sign | means |\n|---|---|\n| age | days |\n"
    body = f"Call the registrar.\n\n## Signs\n\n{table}\n- [ ] `comity case ack REF`\n"
    for language, number, translates, title in (
        ("en", 1, 0, "A night in May"), ("ru", 1, 1, "Ночь в мае"), ("en", 2, 0, "A night in June"),
    ):  # fmt: skip
        version = VersionRow(
            language=language, number=number, translates=translates, title=title, body=f"{title}: {body}",
            party="cctld.ru", author="supervisor", note="", at=NOON, erased=False,
        )  # fmt: skip
        add_version(row, version, at=NOON)
    remark = AnnotationRow(
        uuid=ARTICLE.replace("c", "d"), article_uuid=ARTICLE, language="en", version=2, party="oac.by", author="oac.by",
        text="Seen at https://night-demo.by/ too.", at=NOON, told_at=NOON, erased=False,
    )  # fmt: skip
    add_annotation(row.pk, remark)
    add_event(
        row.pk, Happened(event="written", party="cctld.ru", actor="supervisor", language="en", version=1), at=NOON
    )


def _webhooks() -> None:
    owner = Subscriber.objects.create(
        key="cert-demo", name="CERT", kind="cert", ceiling="TLP:GREEN", clause="1", created_by="administrator",
        created_at=NOON, told=12,
    )  # fmt: skip
    Webhook.objects.create(
        name="desk-chat", subscriber=owner, url="https://hooks.cert-demo.by/comity", position=12, delivered_at=NOON,
        created_by="administrator", created_at=NOON,
    )  # fmt: skip
    Webhook.objects.create(
        name="old-desk", subscriber=owner, url="https://old.cert-demo.by/", state="given-up", tries=80, position=3,
        failing_since=NOON, last_answer="answered 500", created_by="administrator", created_at=NOON,
    )  # fmt: skip


def _link() -> None:
    link = Link.objects.create(
        partner="oac.by", url="https://comity.demo.by:9443", ca_pem="", state="open", last_receipt_at=NOON,
        last_error="connection refused",
    )  # fmt: skip
    for direction, origin, size, receipt in (
        ("out", "cctld.ru/to/oac.by", 12345, 12300),
        ("in", "oac.by/to/cctld.ru", 7, 7),
    ):
        ledger = Ledger.objects.create(
            link=link, direction=direction, origin=origin, size=size, root=bytes(range(32)), receipt_size=receipt,
            checkpoint=f"{origin}\n{size}\nAAECAwQ=\n\n— cctld.ru AAAA\n".encode(), changed_at=NOON,
        )  # fmt: skip
        LedgerEntry.objects.create(
            ledger=ledger, position=1, kind="report", subject="x", payload=b"{}", leaf=b"0" * 32,
            refused="evidence-too-old", at=NOON,
        )  # fmt: skip
