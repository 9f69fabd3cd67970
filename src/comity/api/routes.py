"""The one table of the HTTP API: method, path, handler, what it takes and gives, and for whom.

URLs (`comity.api.urls`), the OpenAPI document (`comity.api.openapi`) and the client (`comity.client.calls`) are made
from it.  Registrars have no route of their own yet: the node does not know whose names are whose, and no role sees more
than it should.  What other roles of the table do (an appeal is filed, a registrar refuses) comes by links of letters
and from the command line.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from comity.api import views_case_verbs as verbs
from comity.api import views_cases as cases
from comity.api import views_consultations as talks
from comity.api import views_findings as found
from comity.api import views_library as shelf
from comity.api import views_memoranda as memoranda
from comity.api import views_offices as offices
from comity.api import views_plans as plans
from comity.api import views_registry as registry
from comity.api import views_reports as reports
from comity.api import views_statistics as statistics
from comity.api.route import BODY_BYTES, JSON, NDJSON, OCTETS, Call, Route
from comity.api.views_campaigns import (
    post_dismiss_siblings,
    post_enquire_siblings,
    show_campaign,
    show_campaigns,
)
from comity.api.views_case_files import (
    make_evidence,
    post_attachment,
    post_erase_attachment,
    read_attachment,
    show_attachments,
)
from comity.api.views_dga import show_families, show_family
from comity.api.views_links import show_link, show_links
from comity.api.views_warnings import show_intersections, show_warning, show_warnings
from comity.core.media_types import MAX_BYTES
from comity.core.roles import DESK, READERS
from comity.wire.api import campaigns as k
from comity.wire.api import case_verbs as v
from comity.wire.api import cases as c
from comity.wire.api import consultations as t
from comity.wire.api import dga as d
from comity.wire.api import findings as f
from comity.wire.api import library as a
from comity.wire.api import links as n
from comity.wire.api import memoranda as m
from comity.wire.api import offices as o
from comity.wire.api import plans as p
from comity.wire.api import registry as g
from comity.wire.api import reports as r
from comity.wire.api import warnings as w
from comity.wire.api.parts import NoQuery, Octets, PageQuery

_STAFF: Final = (*READERS, "administrator")
_FILERS: Final = (*DESK, "trusted-notifier")
_WRITERS: Final = (*DESK, "policy-officer")
_EDITORS: Final = ("supervisor", "policy-officer")
_OVERSEERS: Final = ("auditor", "administrator")
_EVERYBODY: Final = (*_STAFF, "trusted-notifier", "registrar")
_SUPERVISOR: Final = ("supervisor",)
_OFFICER: Final = ("policy-officer",)
_WITH_FILES: Final = 16_777_216  # a message with five files, in Base64


def _get(
    path: str, handler: Callable[[Call], msgspec.Struct], answer: type[msgspec.Struct], noun: str,
    roles: tuple[str, ...] = READERS, query: type[msgspec.Struct] = NoQuery,
) -> Route:  # fmt: skip
    return Route(
        method="GET", path=path, handler=handler, answer=answer, noun=noun, roles=roles, query=query, reads=True
    )


def _post(
    path: str, handler: Callable[[Call], msgspec.Struct], body: type[msgspec.Struct] | None,
    answer: type[msgspec.Struct], noun: str, roles: tuple[str, ...], *, query: type[msgspec.Struct] = NoQuery,
    media_type: str = JSON, body_bytes: int = BODY_BYTES, is_whole: bool = True,
) -> Route:  # fmt: skip
    return Route(
        method="POST", path=path, handler=handler, body=body, answer=answer, noun=noun, roles=roles, query=query,
        media_type=media_type, body_bytes=body_bytes, is_whole=is_whole,
    )  # fmt: skip


def _ask(
    path: str, handler: Callable[[Call], msgspec.Struct], body: type[msgspec.Struct], answer: type[msgspec.Struct],
    noun: str, roles: tuple[str, ...], *, query: type[msgspec.Struct] = NoQuery,
) -> Route:  # fmt: skip
    """A question that is sent by POST: it changes nothing but, where personal data is read, the list of who looked."""
    return Route(
        method="POST", path=path, handler=handler, body=body, answer=answer, noun=noun, roles=roles, query=query,
        reads=True,
    )  # fmt: skip


def _verb(
    verb: str, handler: Callable[[Call], v.VerbDocument], body: type[msgspec.Struct] = v.VerbBody,
    roles: tuple[str, ...] = DESK, *, is_whole: bool = True,
) -> Route:  # fmt: skip
    return _post(f"cases/{verb}", handler, body, v.VerbDocument, "cases", roles, is_whole=is_whole)


_ART: Final = "library/<article>"
_TALK: Final = "consultations/<consultation>"

ROUTES: Final[tuple[Route, ...]] = (
    _get("cases", cases.show_cases, c.CasesDocument, "cases", query=c.CasesQuery),
    _get("cases/due", cases.show_due, c.DueListDocument, "cases", query=c.LimitQuery),
    _verb("acknowledge", verbs.post_acknowledge),
    _verb("assign", verbs.post_assign, v.AssignBody),
    _verb("ask", verbs.post_ask, v.AskBody),
    _verb("info", verbs.post_info, v.InfoBody, _FILERS),
    _verb("note", verbs.post_note, v.NoteBody, _WRITERS),
    _verb("confirm", verbs.post_confirm, v.ConfirmBody),
    _verb("dismiss", verbs.post_dismiss, v.OutcomeBody),
    _verb("unconfirm", verbs.post_unconfirm),
    _verb("notify", verbs.post_notify, v.NoticeBody),
    _verb("act", verbs.post_act, v.ActionBody),
    _verb("close", verbs.post_close, v.OutcomeBody),
    _verb("reopen", verbs.post_reopen),
    _verb("withdraw", verbs.post_withdraw, v.WithdrawBody),
    _verb("hold", verbs.post_hold, v.HoldBody, is_whole=False),
    _verb("approve-hold", verbs.post_approve_hold, roles=_SUPERVISOR),
    _verb("refuse-hold", verbs.post_refuse_hold, roles=_SUPERVISOR),
    _verb("lift", verbs.post_lift),
    _verb("decide-appeal", verbs.post_decide_appeal, v.DecisionBody, _OFFICER),
    _verb("refer", verbs.post_refer),
    _verb("merge", verbs.post_merge, v.MergeBody),
    _verb("unmerge", verbs.post_unmerge),
    _verb("open-held", verbs.post_open_held, v.OpenHeldBody, _SUPERVISOR),
    _verb("pause", verbs.post_pause, v.PauseBody),
    _verb("resume", verbs.post_resume),
    _verb("ask-identity", verbs.post_ask_identity),
    _verb("identity", verbs.post_identity),
    _verb("step", verbs.post_step, v.StepBody, is_whole=False),
    _get("cases/<ref>", cases.show_case, c.CaseDocument, "cases"),
    _get("cases/<ref>/entries", cases.show_entries, c.EntriesDocument, "cases"),
    _get("cases/<ref>/decisions", cases.show_decisions, c.DecisionsDocument, "cases"),
    _get("cases/<ref>/reports", cases.show_reports, r.ReportsDocument, "cases", query=PageQuery),
    _get("cases/<ref>/clocks", cases.show_clocks, c.ClocksDocument, "cases"),
    _get("cases/<ref>/study", cases.show_study, c.StudyDocument, "cases"),
    _get("cases/<ref>/told", cases.show_told, c.ToldListDocument, "cases"),
    _get("cases/<ref>/attachments", show_attachments, c.AttachmentsDocument, "cases"),
    _post(
        "cases/<ref>/attachments", post_attachment, None, c.AttachedDocument, "cases", _WRITERS, query=c.AttachQuery,
        media_type=OCTETS, body_bytes=MAX_BYTES,
    ),
    _ask("attachments/<attachment>/read", read_attachment, c.WhyBody, Octets, "cases", _WRITERS),
    _post(
        "attachments/<attachment>/erase", post_erase_attachment, v.NothingBody, c.ErasedDocument, "cases", _WRITERS,
        is_whole=False,
    ),
    _ask("cases/<ref>/evidence", make_evidence, c.WhyBody, Octets, "cases", _WRITERS, query=c.EvidenceQuery),
    _get("campaigns", show_campaigns, k.CampaignsDocument, "cases"),
    _get("cases/<ref>/campaign", show_campaign, k.CampaignDocument, "cases"),
    _post(
        "cases/<ref>/campaign/enquire", post_enquire_siblings, k.EnquireBody, k.SiblingsSettledDocument, "cases", DESK
    ),
    _post(
        "cases/<ref>/campaign/dismiss", post_dismiss_siblings, k.NotRelatedBody, k.SiblingsSettledDocument, "cases",
        DESK,
    ),
    _get("appeals", cases.show_appeals, c.AppealsDocument, "cases"),
    _get("letters", cases.show_letters, c.LettersDocument, "cases", query=c.LettersQuery),
    _post("letters/<number>/retry", cases.post_retry_letter, v.NothingBody, c.LetterDocument, "cases", DESK),
    _get("plans", plans.show_plans, p.PlansDocument, "plans", query=p.PlansQuery),
    _post("plans", plans.post_plan, p.MakePlanBody, p.PlanMadeDocument, "plans", DESK, is_whole=False),
    _ask("plans/make", plans.make_plan, p.MakePlanBody, p.PlanMadeDocument, "plans", DESK),
    _post("plans/restore", plans.post_restore_names, p.RestoreNamesBody, v.VerbDocument, "plans", DESK),
    _get("plans/<plan>", plans.show_plan, p.PlanDocument, "plans"),
    _post("plans/<plan>/approve", plans.post_approve_plan, p.ApproveBody, p.PlanAnswerDocument, "plans", _SUPERVISOR),
    _post("plans/<plan>/refuse", plans.post_refuse_plan, p.RefuseBody, p.PlanAnswerDocument, "plans", _SUPERVISOR),
    _post(
        "plans/<plan>/carry-out", plans.post_carry_out, p.CarryOutBody, p.PlanAnswerDocument, "plans", DESK,
        is_whole=False,
    ),
    _get("warnings", show_warnings, w.WarningsDocument, "names"),
    _get("warnings/<warning>", show_warning, w.WarningDocument, "names"),
    _get("intersections", show_intersections, w.IntersectionsDocument, "names"),
    _get("dga", show_families, d.FamiliesDocument, "names"),
    _get("dga/<family>", show_family, d.FamilyStatusDocument, "names"),
    _get("waiting", cases.show_waiting, r.ReportsDocument, "reports", query=r.WaitingQuery),
    _post("reports", reports.post_report, None, r.FiledDocument, "reports", _FILERS),
    _post("reports/batch", reports.post_reports, None, r.FiledDocument, "reports", _FILERS, media_type=NDJSON),
    _get("reports/<report_id>", reports.show_report, r.ReportStateDocument, "reports", (*READERS, "trusted-notifier")),
    _get("status/<token>", reports.show_status, r.StatusDocument, "reports", ()),
    _get("reporters", registry.show_reporters, g.ReportersDocument, "reporters", query=PageQuery),
    _get("reporters/<reporter>", registry.show_reporter, g.ReporterWholeDocument, "reporters"),
    _post(
        "reporters/<reporter>/slow", registry.post_slow_reporter, g.JudgeBody, g.JudgementDocument, "reporters",
        _SUPERVISOR,
    ),
    _post(
        "reporters/<reporter>/stop", registry.post_stop_reporter, g.JudgeBody, g.JudgementDocument, "reporters",
        _SUPERVISOR,
    ),
    _post(
        "reporters/<reporter>/allow", registry.post_allow_reporter, g.JudgeBody, g.JudgementDocument, "reporters",
        _SUPERVISOR,
    ),
    _get("memoranda", memoranda.show_memoranda, m.MemorandaDocument, "memoranda", _STAFF),
    _ask("memoranda/explain", memoranda.explain_report, m.ExplainBody, m.ExplanationDocument, "memoranda", READERS),
    _get("memoranda/<digest>", memoranda.show_memorandum, m.MemorandumTextDocument, "memoranda", _STAFF),
    _get("links", show_links, n.LinksDocument, "links", _STAFF),
    _get("links/<partner>", show_link, n.LinkDocument, "links", _STAFF),
    _get("links/<partner>/preview", memoranda.show_preview, m.PreviewDocument, "memoranda", query=m.PreviewQuery),
    _ask("links/<partner>/compare", memoranda.compare_draft, m.CompareBody, m.ComparisonDocument, "memoranda", READERS),
    _ask("names/fold", reports.fold_names, r.NamesBody, r.NamesDocument, "names", _EVERYBODY),
    _post("names/look-up", reports.post_look_up, r.LookBody, r.LooksDocument, "names", DESK, is_whole=False),
    _get(
        "consultations", talks.show_consultations, t.ConsultationsDocument, "consultations",
        query=t.ConsultationsQuery,
    ),
    _post(
        "consultations", talks.post_consultation, t.ConsultBody, t.ConsultedDocument, "consultations", _WRITERS,
        body_bytes=_WITH_FILES,
    ),
    _get(_TALK, talks.show_consultation, t.ConsultationDocument, "consultations"),
    _post(
        f"{_TALK}/reply", talks.post_reply, t.ReplyBody, t.ConsultedDocument, "consultations", _WRITERS,
        body_bytes=_WITH_FILES,
    ),
    _post(
        f"{_TALK}/close", talks.post_close_consultation, t.SayBody, t.ConsultedDocument, "consultations", _WRITERS,
        body_bytes=_WITH_FILES,
    ),
    _post(
        f"{_TALK}/reopen", talks.post_reopen_consultation, t.SayBody, t.ConsultedDocument, "consultations", _WRITERS,
        body_bytes=_WITH_FILES,
    ),
    _post(
        "messages/<message>/approve", talks.post_approve_message, v.NothingBody, t.ConsultedDocument, "consultations",
        _EDITORS,
    ),
    _post(
        "messages/<message>/erase", talks.post_erase_message, t.EraseMessageBody, t.MessageErasedDocument,
        "consultations", _WRITERS, is_whole=False,
    ),
    _get("consultation-files/<file>", talks.read_consultation_file, Octets, "consultations"),
    _get("experts", talks.show_experts, t.ExpertsDocument, "consultations", query=t.ExpertsQuery),
    _post("experts", talks.post_expert, t.ExpertBody, t.ExpertToldDocument, "consultations", _WRITERS),
    _post(
        "experts/<expert>/withdraw", talks.post_withdraw_expert, v.NothingBody, t.ExpertToldDocument, "consultations",
        _WRITERS, is_whole=False,
    ),
    _get("library", shelf.show_articles, a.ArticlesDocument, "library", query=a.ArticlesQuery),
    _get("library/search", shelf.show_found_articles, a.FoundArticlesDocument, "library", query=a.FoundQuery),
    _post("library", shelf.post_article, a.WriteArticleBody, a.WrittenDocument, "library", _WRITERS),
    _get(_ART, shelf.show_article, a.ArticleWholeDocument, "library", query=a.ArticleQuery),
    _get(f"{_ART}/offers", shelf.show_offers, a.OffersDocument, "library", _EDITORS),
    _post(f"{_ART}/versions", shelf.post_version, a.ReviseArticleBody, a.WrittenDocument, "library", _WRITERS),
    _post(f"{_ART}/publish", shelf.post_publish_article, a.PublishBody, a.OffersDocument, "library", _EDITORS),
    _post(f"{_ART}/adopt", shelf.post_adopt_article, v.NothingBody, a.AdoptedDocument, "library", _EDITORS),
    _post(f"{_ART}/remarks", shelf.post_remark, a.RemarkBody, a.RemarkedDocument, "library", _WRITERS),
    _post(f"{_ART}/withdraw", shelf.post_withdraw_article, a.WithdrawArticleBody, a.ArticleToldDocument, "library",
          _EDITORS),
    _post(
        f"{_ART}/erase", shelf.post_erase_article, a.EraseArticleBody, t.MessageErasedDocument, "library", _EDITORS,
        is_whole=False,
    ),
    _get("findings", found.show_findings, f.FindingsDocument, "findings", query=f.FindingsQuery),
    _post(
        "findings/dismiss", found.post_dismiss_findings, f.DismissFindingsBody, f.FindingsEndedDocument, "findings",
        DESK,
    ),
    _post("findings/open", found.post_open_findings, f.OpenFindingsBody, f.FindingsEndedDocument, "findings", DESK),
    _get("findings/<finding>", found.show_finding, f.FindingWholeDocument, "findings"),
    _get("sweeps", found.show_sweeps, f.SweepsDocument, "findings", query=f.SweepsQuery),
    _get("zones", registry.show_zones, g.ZonesDocument, "zones", _STAFF),
    _get("zones/<zone>", registry.show_zone, g.ZoneDocument, "zones", _STAFF),
    _get("registrars", registry.show_registrars, g.RegistrarsDocument, "registrars", _STAFF),
    _post(
        "registrars", registry.post_registrar, g.RegistrarBody, g.RegistrarPutDocument, "registrars",
        ("administrator",),
    ),
    _post(
        "registrars/<handle>/remove", registry.post_remove_registrar, v.NothingBody, g.RegistrarRemovedDocument,
        "registrars", ("administrator",),
    ),
    _get("statistics", statistics.show_statements, g.StatementsDocument, "statistics", query=g.StatementsQuery),
    _get("statistics/own/<period>", statistics.show_own_figures, g.OwnFiguresDocument, "statistics"),
    _get("statistics/<digest>", statistics.show_statement, g.StatementWholeDocument, "statistics"),
    _post(
        "statistics/propose", statistics.post_propose_figures, g.ProposeFiguresBody, g.ProposedDocument, "statistics",
        _OFFICER,
    ),
    _post(
        "statistics/<digest>/cosign", statistics.post_cosign_figures, v.NothingBody, g.CosignedDocument, "statistics",
        _OFFICER,
    ),
    _post(
        "statistics/release", statistics.post_release_figures, g.ReleaseBody, g.ReleaseDocument, "statistics", _OFFICER
    ),
    _get("audit/looks", offices.show_looks, o.LookedListDocument, "audit", _OVERSEERS, o.OfficeQuery),
    _get("audit/people", offices.show_person_changes, o.PersonChangesDocument, "audit", _OVERSEERS, o.OfficeQuery),
    _get("subscribers", offices.show_subscribers, o.SubscribersDocument, "subscribers", _OVERSEERS),
    _get("subscribers/<subscriber>", offices.show_subscriber, o.SubscriberDocument, "subscribers", _OVERSEERS),
    _get("webhooks", offices.show_webhooks, o.WebhooksDocument, "subscribers", _OVERSEERS),
)  # fmt: skip
