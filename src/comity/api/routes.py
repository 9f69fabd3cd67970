"""The one table of the HTTP API: method, path, handler, what it takes and gives, and for whom.

URLs (`comity.api.urls`) and the OpenAPI document (`comity.api.openapi`) are both made from it.  Registrars have no
route yet: the node does not know whose names are whose, and no role sees more than it should.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from comity.api import views_cases as cases
from comity.api.calls import NDJSON, Call, Route
from comity.api.schemas import (
    ActionBody,
    AskBody,
    CaseDocument,
    CasesDocument,
    CasesQuery,
    ConfirmBody,
    DecisionBody,
    DecisionsDocument,
    EntriesDocument,
    FiledDocument,
    HoldBody,
    InfoBody,
    LinksDocument,
    MemorandaDocument,
    MemorandumTextDocument,
    MergeBody,
    NamesBody,
    NamesDocument,
    NoQuery,
    NoticeBody,
    OpenHeldBody,
    OutcomeBody,
    PageQuery,
    ReportsDocument,
    ReportStateDocument,
    StatusDocument,
    VerbBody,
    VerbDocument,
    WaitingQuery,
    WithdrawBody,
)
from comity.api.views_dga import FamiliesDocument, FamilyStatusDocument, show_families, show_family
from comity.api.views_links import show_links
from comity.api.views_memoranda import show_memoranda, show_memorandum
from comity.api.views_reports import fold_names, post_report, post_reports, show_report, show_status
from comity.core.roles import DESK, READERS

_STAFF: Final = (*READERS, "administrator")
_FILERS: Final = (*DESK, "trusted-notifier")
_EVERYBODY: Final = (*_STAFF, "trusted-notifier", "registrar")


def _read(
    path: str,
    handler: Callable[[Call], msgspec.Struct],
    answer: type[msgspec.Struct],
    tag: str,
    *,
    roles: tuple[str, ...] = READERS,
    query: type[msgspec.Struct] = NoQuery,
) -> Route:
    summary = (handler.__doc__ or "").strip().rstrip(".")
    return Route(
        method="GET", path=path, handler=handler, answer=answer, summary=summary, roles=roles, query=query, tag=tag
    )


def _verb(
    verb: str,
    handler: Callable[[Call], VerbDocument],
    body: type[msgspec.Struct] = VerbBody,
    *,
    roles: tuple[str, ...] = DESK,
) -> Route:
    summary = (handler.__doc__ or "").strip().rstrip(".")
    return Route(
        method="POST", path=f"cases/{verb}", handler=handler, answer=VerbDocument, summary=summary, roles=roles,
        query=NoQuery, body=body, tag="cases",
    )  # fmt: skip


ROUTES: Final[tuple[Route, ...]] = (
    _read("cases", cases.show_cases, CasesDocument, "cases", query=CasesQuery),
    _verb("acknowledge", cases.post_acknowledge),
    _verb("ask", cases.post_ask, AskBody),
    _verb("info", cases.post_info, InfoBody, roles=_FILERS),
    _verb("confirm", cases.post_confirm, ConfirmBody),
    _verb("dismiss", cases.post_dismiss, OutcomeBody),
    _verb("unconfirm", cases.post_unconfirm),
    _verb("notify", cases.post_notify, NoticeBody),
    _verb("act", cases.post_act, ActionBody),
    _verb("close", cases.post_close, OutcomeBody),
    _verb("reopen", cases.post_reopen),
    _verb("withdraw", cases.post_withdraw, WithdrawBody),
    _verb("hold", cases.post_hold, HoldBody),
    _verb("approve-hold", cases.post_approve_hold, roles=("supervisor",)),
    _verb("refuse-hold", cases.post_refuse_hold, roles=("supervisor",)),
    _verb("lift", cases.post_lift),
    _verb("decide-appeal", cases.post_decide_appeal, DecisionBody, roles=("policy-officer",)),
    _verb("refer", cases.post_refer),
    _verb("merge", cases.post_merge, MergeBody),
    _verb("unmerge", cases.post_unmerge),
    _verb("open-held", cases.post_open_held, OpenHeldBody, roles=("supervisor",)),
    _read("cases/<ref>", cases.show_case, CaseDocument, "cases"),
    _read("cases/<ref>/entries", cases.show_entries, EntriesDocument, "cases"),
    _read("cases/<ref>/decisions", cases.show_decisions, DecisionsDocument, "cases"),
    _read("cases/<ref>/reports", cases.show_reports, ReportsDocument, "cases", query=PageQuery),
    _read("waiting", cases.show_waiting, ReportsDocument, "reports", query=WaitingQuery),
    Route(
        method="POST", path="reports", handler=post_report, answer=FiledDocument, roles=_FILERS, query=NoQuery,
        summary="File one report (comity-report/1)", tag="reports",
    ),
    Route(
        method="POST", path="reports/batch", handler=post_reports, answer=FiledDocument, roles=_FILERS, query=NoQuery,
        media_type=NDJSON, summary="File many reports, one a line", tag="reports",
    ),
    _read("reports/<report_id>", show_report, ReportStateDocument, "reports", roles=(*READERS, "trusted-notifier")),
    _read("status/<token>", show_status, StatusDocument, "reports", roles=()),
    _read("memoranda", show_memoranda, MemorandaDocument, "memoranda", roles=_STAFF),
    _read("memoranda/<digest>", show_memorandum, MemorandumTextDocument, "memoranda", roles=_STAFF),
    _read("dga", show_families, FamiliesDocument, "names"),
    _read("dga/<family>", show_family, FamilyStatusDocument, "names"),
    _read("links", show_links, LinksDocument, "links", roles=_STAFF),
    Route(
        method="POST", path="names/fold", handler=fold_names, answer=NamesDocument, roles=_EVERYBODY, query=NoQuery,
        body=NamesBody, summary="Fold names: canonical form, registrable domain, zone and party", tag="names",
    ),
)  # fmt: skip
