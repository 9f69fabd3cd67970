"""Every route of the API as a method.  Written by tools/client.py from the route table.

`key`: an Idempotency-Key of your own; without one each call gets a new one, and is sent again with the same.
"""

from collections.abc import Iterable

from comity.client.caller import NDJSON, OCTETS, Caller, encode, encode_lines, part
from comity.core.reports import Report
from comity.wire.api.campaigns import (
    CampaignDocument,
    CampaignsDocument,
    EnquireBody,
    NotRelatedBody,
    SiblingsSettledDocument,
)
from comity.wire.api.case_verbs import (
    ActionBody,
    AskBody,
    AssignBody,
    ConfirmBody,
    DecisionBody,
    HoldBody,
    InfoBody,
    MergeBody,
    NoteBody,
    NoticeBody,
    OpenHeldBody,
    OutcomeBody,
    PauseBody,
    StepBody,
    VerbBody,
    VerbDocument,
    WithdrawBody,
)
from comity.wire.api.cases import (
    AppealsDocument,
    AttachedDocument,
    AttachmentsDocument,
    AttachQuery,
    CaseDocument,
    CasesDocument,
    CasesQuery,
    ClocksDocument,
    DecisionsDocument,
    DueListDocument,
    EntriesDocument,
    ErasedDocument,
    EvidenceQuery,
    LetterDocument,
    LettersDocument,
    LettersQuery,
    LimitQuery,
    StudyDocument,
    ToldListDocument,
    WhyBody,
)
from comity.wire.api.consultations import (
    ConsultationDocument,
    ConsultationsDocument,
    ConsultationsQuery,
    ConsultBody,
    ConsultedDocument,
    EraseMessageBody,
    ExpertBody,
    ExpertsDocument,
    ExpertsQuery,
    ExpertToldDocument,
    MessageErasedDocument,
    ReplyBody,
    SayBody,
)
from comity.wire.api.dga import FamiliesDocument, FamilyStatusDocument
from comity.wire.api.findings import (
    DismissFindingsBody,
    FindingsDocument,
    FindingsEndedDocument,
    FindingsQuery,
    FindingWholeDocument,
    OpenFindingsBody,
    SweepsDocument,
    SweepsQuery,
)
from comity.wire.api.library import (
    AdoptedDocument,
    ArticleQuery,
    ArticlesDocument,
    ArticlesQuery,
    ArticleToldDocument,
    ArticleWholeDocument,
    EraseArticleBody,
    FoundArticlesDocument,
    FoundQuery,
    OffersDocument,
    PublishBody,
    RemarkBody,
    RemarkedDocument,
    ReviseArticleBody,
    WithdrawArticleBody,
    WriteArticleBody,
    WrittenDocument,
)
from comity.wire.api.links import LinkDocument, LinksDocument
from comity.wire.api.memoranda import (
    CompareBody,
    ComparisonDocument,
    ExplainBody,
    ExplanationDocument,
    MemorandaDocument,
    MemorandumTextDocument,
    PreviewDocument,
    PreviewQuery,
)
from comity.wire.api.offices import (
    LookedListDocument,
    OfficeQuery,
    PersonChangesDocument,
    SubscriberDocument,
    SubscribersDocument,
    WebhooksDocument,
)
from comity.wire.api.parts import PageQuery
from comity.wire.api.plans import (
    ApproveBody,
    CarryOutBody,
    MakePlanBody,
    PlanAnswerDocument,
    PlanDocument,
    PlanMadeDocument,
    PlansDocument,
    PlansQuery,
    RefuseBody,
    RestoreNamesBody,
)
from comity.wire.api.registry import (
    CosignedDocument,
    JudgeBody,
    JudgementDocument,
    OwnFiguresDocument,
    ProposedDocument,
    ProposeFiguresBody,
    RegistrarBody,
    RegistrarPutDocument,
    RegistrarRemovedDocument,
    RegistrarsDocument,
    ReleaseBody,
    ReleaseDocument,
    ReportersDocument,
    ReporterWholeDocument,
    StatementsDocument,
    StatementsQuery,
    StatementWholeDocument,
    ZoneDocument,
    ZonesDocument,
)
from comity.wire.api.reports import (
    FiledDocument,
    LookBody,
    LooksDocument,
    NamesBody,
    NamesDocument,
    ReportsDocument,
    ReportStateDocument,
    StatusDocument,
    WaitingQuery,
)
from comity.wire.api.warnings import IntersectionsDocument, WarningDocument, WarningsDocument


class Calls(Caller):
    """The routes."""

    def compare_draft(self, partner: str, body: CompareBody) -> ComparisonDocument:
        """Compare what a partner was told these last days with what another text would have let it see."""
        return self._post(f"links/{part(partner)}/compare", ComparisonDocument, encode(body))

    def explain_report(self, body: ExplainBody) -> ExplanationDocument:
        """Explain what would be decided now about telling a partner of a report; nothing is kept."""
        return self._post("memoranda/explain", ExplanationDocument, encode(body))

    def fold_names(self, body: NamesBody) -> NamesDocument:
        """Fold names: canonical form, registrable domain, zone and party."""
        return self._post("names/fold", NamesDocument, encode(body))

    def make_evidence(self, ref: str, body: WhyBody, query: EvidenceQuery | None = None) -> bytes:
        """Make an evidence package of a case, for somebody who has no node; why is kept."""
        return self._post_octets(f"cases/{part(ref)}/evidence", encode(body), query=query)

    def make_plan(self, body: MakePlanBody) -> PlanMadeDocument:
        """Show what a hold of these cases would do; nothing is kept."""
        return self._post("plans/make", PlanMadeDocument, encode(body))

    def post_acknowledge(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Begin to look at cases that were received."""
        return self._post("cases/acknowledge", VerbDocument, encode(body), key=key)

    def post_act(self, body: ActionBody, *, key: str = "") -> VerbDocument:
        """Record what was done after the notice."""
        return self._post("cases/act", VerbDocument, encode(body), key=key)

    def post_adopt_article(self, article: str, *, key: str = "") -> AdoptedDocument:
        """Make a copy of an article that is ours, and tell its origin that we work by it."""
        return self._post(f"library/{part(article)}/adopt", AdoptedDocument, b"{}", key=key)

    def post_allow_reporter(self, reporter: str, body: JudgeBody, *, key: str = "") -> JudgementDocument:
        """Take reports from a reporter again as from anybody."""
        return self._post(f"reporters/{part(reporter)}/allow", JudgementDocument, encode(body), key=key)

    def post_approve_hold(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Approve a hold."""
        return self._post("cases/approve-hold", VerbDocument, encode(body), key=key)

    def post_approve_message(self, message: str, *, key: str = "") -> ConsultedDocument:
        """Let a message go that a clause holds for a second person."""
        return self._post(f"messages/{part(message)}/approve", ConsultedDocument, b"{}", key=key)

    def post_approve_plan(self, plan: str, body: ApproveBody, *, key: str = "") -> PlanAnswerDocument:
        """Approve the plan with this hash; nothing but this plan will be carried out."""
        return self._post(f"plans/{part(plan)}/approve", PlanAnswerDocument, encode(body), key=key)

    def post_article(self, body: WriteArticleBody, *, key: str = "") -> WrittenDocument:
        """Write a new article."""
        return self._post("library", WrittenDocument, encode(body), key=key)

    def post_ask(self, body: AskBody, *, key: str = "") -> VerbDocument:
        """Ask the reporter what is missing."""
        return self._post("cases/ask", VerbDocument, encode(body), key=key)

    def post_ask_identity(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Record that the registrant was asked for proof of identity."""
        return self._post("cases/ask-identity", VerbDocument, encode(body), key=key)

    def post_assign(self, body: AssignBody, *, key: str = "") -> VerbDocument:
        """Give cases to a person of the desk, or to nobody."""
        return self._post("cases/assign", VerbDocument, encode(body), key=key)

    def post_attachment(self, ref: str, data: bytes, query: AttachQuery, *, key: str = "") -> AttachedDocument:
        """Attach a picture, PDF, mail, JSON or plain text to a case."""
        return self._post(
            f"cases/{part(ref)}/attachments", AttachedDocument, data, media_type=OCTETS, query=query, key=key
        )

    def post_carry_out(self, plan: str, body: CarryOutBody, *, key: str = "") -> PlanAnswerDocument:
        """Carry an approved plan out, or go on with one that was begun."""
        return self._post(f"plans/{part(plan)}/carry-out", PlanAnswerDocument, encode(body), key=key)

    def post_close(self, body: OutcomeBody, *, key: str = "") -> VerbDocument:
        """Close with an outcome code."""
        return self._post("cases/close", VerbDocument, encode(body), key=key)

    def post_close_consultation(self, consultation: str, body: SayBody, *, key: str = "") -> ConsultedDocument:
        """Close a consultation."""
        return self._post(f"consultations/{part(consultation)}/close", ConsultedDocument, encode(body), key=key)

    def post_confirm(self, body: ConfirmBody, *, key: str = "") -> VerbDocument:
        """Confirm: the report is true."""
        return self._post("cases/confirm", VerbDocument, encode(body), key=key)

    def post_consultation(self, body: ConsultBody, *, key: str = "") -> ConsultedDocument:
        """Put a question to one or more partners."""
        return self._post("consultations", ConsultedDocument, encode(body), key=key)

    def post_cosign_figures(self, digest: str, *, key: str = "") -> CosignedDocument:
        """Recount a partner's statement now, and sign it if it is equal to the byte."""
        return self._post(f"statistics/{part(digest)}/cosign", CosignedDocument, b"{}", key=key)

    def post_decide_appeal(self, body: DecisionBody, *, key: str = "") -> VerbDocument:
        """Decide an appeal."""
        return self._post("cases/decide-appeal", VerbDocument, encode(body), key=key)

    def post_dismiss(self, body: OutcomeBody, *, key: str = "") -> VerbDocument:
        """Close without action."""
        return self._post("cases/dismiss", VerbDocument, encode(body), key=key)

    def post_dismiss_findings(self, body: DismissFindingsBody, *, key: str = "") -> FindingsEndedDocument:
        """Say of findings that they are nothing to pursue."""
        return self._post("findings/dismiss", FindingsEndedDocument, encode(body), key=key)

    def post_dismiss_siblings(self, ref: str, body: NotRelatedBody, *, key: str = "") -> SiblingsSettledDocument:
        """Say that siblings of a case are not related."""
        return self._post(f"cases/{part(ref)}/campaign/dismiss", SiblingsSettledDocument, encode(body), key=key)

    def post_enquire_siblings(self, ref: str, body: EnquireBody, *, key: str = "") -> SiblingsSettledDocument:
        """Make enquiries of siblings of a case."""
        return self._post(f"cases/{part(ref)}/campaign/enquire", SiblingsSettledDocument, encode(body), key=key)

    def post_erase_article(self, article: str, body: EraseArticleBody, *, key: str = "") -> MessageErasedDocument:
        """Erase an article here, and ask every partner that has it to do the same."""
        return self._post(f"library/{part(article)}/erase", MessageErasedDocument, encode(body), key=key)

    def post_erase_attachment(self, attachment: str, *, key: str = "") -> ErasedDocument:
        """Erase an attached file; its hash and who attached it stay."""
        return self._post(f"attachments/{part(attachment)}/erase", ErasedDocument, b"{}", key=key)

    def post_erase_message(self, message: str, body: EraseMessageBody, *, key: str = "") -> MessageErasedDocument:
        """Erase a message of ours, its words and files, here and at every partner."""
        return self._post(f"messages/{part(message)}/erase", MessageErasedDocument, encode(body), key=key)

    def post_expert(self, body: ExpertBody, *, key: str = "") -> ExpertToldDocument:
        """Add an expert of ours to the directory, and tell partners whom a clause lets know."""
        return self._post("experts", ExpertToldDocument, encode(body), key=key)

    def post_hold(self, body: HoldBody, *, key: str = "") -> VerbDocument:
        """Propose that the registry takes the name out of the zone."""
        return self._post("cases/hold", VerbDocument, encode(body), key=key)

    def post_identity(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Record that the registrant has answered who it is."""
        return self._post("cases/identity", VerbDocument, encode(body), key=key)

    def post_info(self, body: InfoBody, *, key: str = "") -> VerbDocument:
        """Answer a question, or tell the partner more."""
        return self._post("cases/info", VerbDocument, encode(body), key=key)

    def post_lift(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Begin to restore a name whose cause was removed."""
        return self._post("cases/lift", VerbDocument, encode(body), key=key)

    def post_look_up(self, body: LookBody, *, key: str = "") -> LooksDocument:
        """Ask RDAP and the DNS about a name, and keep the look."""
        return self._post("names/look-up", LooksDocument, encode(body), key=key)

    def post_merge(self, body: MergeBody, *, key: str = "") -> VerbDocument:
        """Let cases follow another one."""
        return self._post("cases/merge", VerbDocument, encode(body), key=key)

    def post_note(self, body: NoteBody, *, key: str = "") -> VerbDocument:
        """Write words beside cases."""
        return self._post("cases/note", VerbDocument, encode(body), key=key)

    def post_notify(self, body: NoticeBody, *, key: str = "") -> VerbDocument:
        """Give notice, or record one that was given by other means."""
        return self._post("cases/notify", VerbDocument, encode(body), key=key)

    def post_open_findings(self, body: OpenFindingsBody, *, key: str = "") -> FindingsEndedDocument:
        """Let findings become reports: a case opens, or the open one of the name is joined."""
        return self._post("findings/open", FindingsEndedDocument, encode(body), key=key)

    def post_open_held(self, body: OpenHeldBody, *, key: str = "") -> VerbDocument:
        """Open cases of reports that were held, by name."""
        return self._post("cases/open-held", VerbDocument, encode(body), key=key)

    def post_pause(self, body: PauseBody, *, key: str = "") -> VerbDocument:
        """Stop the clocks of cases, for one of three reasons."""
        return self._post("cases/pause", VerbDocument, encode(body), key=key)

    def post_plan(self, body: MakePlanBody, *, key: str = "") -> PlanMadeDocument:
        """Propose to hold the names of these cases."""
        return self._post("plans", PlanMadeDocument, encode(body), key=key)

    def post_propose_figures(self, body: ProposeFiguresBody, *, key: str = "") -> ProposedDocument:
        """Count our reports to a partner in a period, sign what came out, and put it to the partner."""
        return self._post("statistics/propose", ProposedDocument, encode(body), key=key)

    def post_publish_article(self, article: str, body: PublishBody, *, key: str = "") -> OffersDocument:
        """Send an article to partners whom a clause lets have it."""
        return self._post(f"library/{part(article)}/publish", OffersDocument, encode(body), key=key)

    def post_refer(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Hand over to the party of the zone what the memorandum allows."""
        return self._post("cases/refer", VerbDocument, encode(body), key=key)

    def post_refuse_hold(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Refuse a hold."""
        return self._post("cases/refuse-hold", VerbDocument, encode(body), key=key)

    def post_refuse_plan(self, plan: str, body: RefuseBody, *, key: str = "") -> PlanAnswerDocument:
        """Refuse the plan with this hash; its cases go back to confirmed."""
        return self._post(f"plans/{part(plan)}/refuse", PlanAnswerDocument, encode(body), key=key)

    def post_registrar(self, body: RegistrarBody, *, key: str = "") -> RegistrarPutDocument:
        """Add a registrar to the directory, or change its row."""
        return self._post("registrars", RegistrarPutDocument, encode(body), key=key)

    def post_release_figures(self, body: ReleaseBody, *, key: str = "") -> ReleaseDocument:
        """Show what the public would read about a period, or let it be read."""
        return self._post("statistics/release", ReleaseDocument, encode(body), key=key)

    def post_remark(self, article: str, body: RemarkBody, *, key: str = "") -> RemarkedDocument:
        """Put a remark on the newest text of an article; of a partner's, the partner hears of it."""
        return self._post(f"library/{part(article)}/remarks", RemarkedDocument, encode(body), key=key)

    def post_remove_registrar(self, handle: str, *, key: str = "") -> RegistrarRemovedDocument:
        """Take a registrar out of the directory."""
        return self._post(f"registrars/{part(handle)}/remove", RegistrarRemovedDocument, b"{}", key=key)

    def post_reopen(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Take up again what was closed."""
        return self._post("cases/reopen", VerbDocument, encode(body), key=key)

    def post_reopen_consultation(self, consultation: str, body: SayBody, *, key: str = "") -> ConsultedDocument:
        """Open a closed consultation again."""
        return self._post(f"consultations/{part(consultation)}/reopen", ConsultedDocument, encode(body), key=key)

    def post_reply(self, consultation: str, body: ReplyBody, *, key: str = "") -> ConsultedDocument:
        """Say something in a consultation."""
        return self._post(f"consultations/{part(consultation)}/reply", ConsultedDocument, encode(body), key=key)

    def post_report(self, report: Report, *, key: str = "") -> FiledDocument:
        """File one report (comity-report/1)."""
        return self._post("reports", FiledDocument, encode(report), key=key)

    def post_reports(self, reports: Iterable[Report], *, key: str = "") -> FiledDocument:
        """File many reports, one a line; a bad line does not stop the others."""
        return self._post("reports/batch", FiledDocument, encode_lines(reports), media_type=NDJSON, key=key)

    def post_restore_names(self, body: RestoreNamesBody, *, key: str = "") -> VerbDocument:
        """Give names back what our holds took; the node's desk carries it out."""
        return self._post("plans/restore", VerbDocument, encode(body), key=key)

    def post_resume(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Let the clocks of cases run on."""
        return self._post("cases/resume", VerbDocument, encode(body), key=key)

    def post_retry_letter(self, number: str, *, key: str = "") -> LetterDocument:
        """Try a letter again; the node's next round hands it over."""
        return self._post(f"letters/{part(number)}/retry", LetterDocument, b"{}", key=key)

    def post_slow_reporter(self, reporter: str, body: JudgeBody, *, key: str = "") -> JudgementDocument:
        """Take fewer reports a day from a reporter."""
        return self._post(f"reporters/{part(reporter)}/slow", JudgementDocument, encode(body), key=key)

    def post_step(self, body: StepBody, *, key: str = "") -> VerbDocument:
        """Take a step of the table that has no verb of its own."""
        return self._post("cases/step", VerbDocument, encode(body), key=key)

    def post_stop_reporter(self, reporter: str, body: JudgeBody, *, key: str = "") -> JudgementDocument:
        """Take no more reports from a reporter."""
        return self._post(f"reporters/{part(reporter)}/stop", JudgementDocument, encode(body), key=key)

    def post_unconfirm(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Take a confirmation back."""
        return self._post("cases/unconfirm", VerbDocument, encode(body), key=key)

    def post_unmerge(self, body: VerbBody, *, key: str = "") -> VerbDocument:
        """Let cases stand on their own again."""
        return self._post("cases/unmerge", VerbDocument, encode(body), key=key)

    def post_version(self, article: str, body: ReviseArticleBody, *, key: str = "") -> WrittenDocument:
        """Write the next version of an article in a language."""
        return self._post(f"library/{part(article)}/versions", WrittenDocument, encode(body), key=key)

    def post_withdraw(self, body: WithdrawBody, *, key: str = "") -> VerbDocument:
        """Withdraw what partners were told."""
        return self._post("cases/withdraw", VerbDocument, encode(body), key=key)

    def post_withdraw_article(self, article: str, body: WithdrawArticleBody, *, key: str = "") -> ArticleToldDocument:
        """Withdraw an article and tell every partner that has it."""
        return self._post(f"library/{part(article)}/withdraw", ArticleToldDocument, encode(body), key=key)

    def post_withdraw_expert(self, expert: str, *, key: str = "") -> ExpertToldDocument:
        """Take an expert of ours out of the directory; name and address are forgotten here and at partners."""
        return self._post(f"experts/{part(expert)}/withdraw", ExpertToldDocument, b"{}", key=key)

    def read_attachment(self, attachment: str, body: WhyBody) -> bytes:
        """Read an attached file; why is kept."""
        return self._post_octets(f"attachments/{part(attachment)}/read", encode(body))

    def read_consultation_file(self, file: str) -> bytes:
        """Read a file of a consultation."""
        return self._get_octets(f"consultation-files/{part(file)}")

    def show_appeals(self) -> AppealsDocument:
        """List the appeals that wait, the oldest first."""
        return self._get("appeals", AppealsDocument)

    def show_article(self, article: str, query: ArticleQuery | None = None) -> ArticleWholeDocument:
        """Show an article in a language, with the remarks on it."""
        return self._get(f"library/{part(article)}", ArticleWholeDocument, query)

    def show_articles(self, query: ArticlesQuery | None = None) -> ArticlesDocument:
        """List articles, the last changed first."""
        return self._get("library", ArticlesDocument, query)

    def show_attachments(self, ref: str) -> AttachmentsDocument:
        """List what is attached to a case."""
        return self._get(f"cases/{part(ref)}/attachments", AttachmentsDocument)

    def show_campaign(self, ref: str) -> CampaignDocument:
        """Show the likely siblings of a case."""
        return self._get(f"cases/{part(ref)}/campaign", CampaignDocument)

    def show_campaigns(self) -> CampaignsDocument:
        """List the newest campaigns."""
        return self._get("campaigns", CampaignsDocument)

    def show_case(self, ref: str) -> CaseDocument:
        """Show one case."""
        return self._get(f"cases/{part(ref)}", CaseDocument)

    def show_cases(self, query: CasesQuery | None = None) -> CasesDocument:
        """List cases in the order in which they were opened."""
        return self._get("cases", CasesDocument, query)

    def show_clocks(self, ref: str) -> ClocksDocument:
        """Show the clocks of a case, the oldest first."""
        return self._get(f"cases/{part(ref)}/clocks", ClocksDocument)

    def show_consultation(self, consultation: str) -> ConsultationDocument:
        """Show a consultation: what was said, what was withheld and why, by when an answer is due."""
        return self._get(f"consultations/{part(consultation)}", ConsultationDocument)

    def show_consultations(self, query: ConsultationsQuery | None = None) -> ConsultationsDocument:
        """List consultations, a row for each partner that takes part."""
        return self._get("consultations", ConsultationsDocument, query)

    def show_decisions(self, ref: str) -> DecisionsDocument:
        """Show what the memoranda answered about a case."""
        return self._get(f"cases/{part(ref)}/decisions", DecisionsDocument)

    def show_due(self, query: LimitQuery | None = None) -> DueListDocument:
        """List cases with a running clock, the one that is due first at the top."""
        return self._get("cases/due", DueListDocument, query)

    def show_entries(self, ref: str) -> EntriesDocument:
        """Show the time line of a case."""
        return self._get(f"cases/{part(ref)}/entries", EntriesDocument)

    def show_experts(self, query: ExpertsQuery | None = None) -> ExpertsDocument:
        """List whom one may ask, here and at partners."""
        return self._get("experts", ExpertsDocument, query)

    def show_families(self) -> FamiliesDocument:
        """List the families of algorithmic names."""
        return self._get("dga", FamiliesDocument)

    def show_family(self, family: str) -> FamilyStatusDocument:
        """Show how a family of algorithmic names stands."""
        return self._get(f"dga/{part(family)}", FamilyStatusDocument)

    def show_finding(self, finding: str) -> FindingWholeDocument:
        """Show a finding and what happened to it."""
        return self._get(f"findings/{part(finding)}", FindingWholeDocument)

    def show_findings(self, query: FindingsQuery | None = None) -> FindingsDocument:
        """List findings of sweeps, the highest score first."""
        return self._get("findings", FindingsDocument, query)

    def show_found_articles(self, query: FoundQuery) -> FoundArticlesDocument:
        """Find articles by words."""
        return self._get("library/search", FoundArticlesDocument, query)

    def show_intersections(self) -> IntersectionsDocument:
        """List private comparisons of sets with what passed."""
        return self._get("intersections", IntersectionsDocument)

    def show_letters(self, query: LettersQuery | None = None) -> LettersDocument:
        """List letters to registrars, hosts and registrants, the newest first."""
        return self._get("letters", LettersDocument, query)

    def show_link(self, partner: str) -> LinkDocument:
        """Show one link."""
        return self._get(f"links/{part(partner)}", LinkDocument)

    def show_links(self) -> LinksDocument:
        """List every link."""
        return self._get("links", LinksDocument)

    def show_looks(self, query: OfficeQuery | None = None) -> LookedListDocument:
        """List who looked at personal data, when and why."""
        return self._get("audit/looks", LookedListDocument, query)

    def show_memoranda(self) -> MemorandaDocument:
        """List every version of every memorandum."""
        return self._get("memoranda", MemorandaDocument)

    def show_memorandum(self, digest: str) -> MemorandumTextDocument:
        """Show one version by its digest."""
        return self._get(f"memoranda/{part(digest)}", MemorandumTextDocument)

    def show_offers(self, article: str) -> OffersDocument:
        """Show what each partner would get of an article and by which clause."""
        return self._get(f"library/{part(article)}/offers", OffersDocument)

    def show_own_figures(self, period: str) -> OwnFiguresDocument:
        """Count this node's own figures of a period."""
        return self._get(f"statistics/own/{part(period)}", OwnFiguresDocument)

    def show_person_changes(self, query: OfficeQuery | None = None) -> PersonChangesDocument:
        """List what was done to accounts, and by whom."""
        return self._get("audit/people", PersonChangesDocument, query)

    def show_plan(self, plan: str) -> PlanDocument:
        """Show a plan, who said what, and how far it has come."""
        return self._get(f"plans/{part(plan)}", PlanDocument)

    def show_plans(self, query: PlansQuery | None = None) -> PlansDocument:
        """List plans, newest first."""
        return self._get("plans", PlansDocument, query)

    def show_preview(self, partner: str, query: PreviewQuery | None = None) -> PreviewDocument:
        """Show what a partner would see of our open cases, and what not, by which clause; nothing is stored or sent."""
        return self._get(f"links/{part(partner)}/preview", PreviewDocument, query)

    def show_registrars(self) -> RegistrarsDocument:
        """List the directory of registrars."""
        return self._get("registrars", RegistrarsDocument)

    def show_report(self, report_id: str) -> ReportStateDocument:
        """Show where a report stands."""
        return self._get(f"reports/{part(report_id)}", ReportStateDocument)

    def show_reporter(self, reporter: str) -> ReporterWholeDocument:
        """Show one reporter, and what people decided."""
        return self._get(f"reporters/{part(reporter)}", ReporterWholeDocument)

    def show_reporters(self, query: PageQuery | None = None) -> ReportersDocument:
        """List reporters with what became of their reports, as it was counted last."""
        return self._get("reporters", ReportersDocument, query)

    def show_reports(self, ref: str, query: PageQuery | None = None) -> ReportsDocument:
        """Show the reports of a case that the caller's role and their marking allow."""
        return self._get(f"cases/{part(ref)}/reports", ReportsDocument, query)

    def show_statement(self, digest: str) -> StatementWholeDocument:
        """Show a statement with the document that was signed."""
        return self._get(f"statistics/{part(digest)}", StatementWholeDocument)

    def show_statements(self, query: StatementsQuery | None = None) -> StatementsDocument:
        """List what was stated to partners and by them, and how it stands."""
        return self._get("statistics", StatementsDocument, query)

    def show_status(self, token: str) -> StatusDocument:
        """Show a reporter's own reports by the token of their status page."""
        return self._get(f"status/{part(token)}", StatusDocument)

    def show_study(self, ref: str) -> StudyDocument:
        """Show what is computed about a case: score, checklist, collateral, next step, relatives."""
        return self._get(f"cases/{part(ref)}/study", StudyDocument)

    def show_subscriber(self, subscriber: str) -> SubscriberDocument:
        """Show one subscriber."""
        return self._get(f"subscribers/{part(subscriber)}", SubscriberDocument)

    def show_subscribers(self) -> SubscribersDocument:
        """List who reads what the node publishes without having a node."""
        return self._get("subscribers", SubscribersDocument)

    def show_sweeps(self, query: SweepsQuery | None = None) -> SweepsDocument:
        """List the sweeps that were taken in, the newest first."""
        return self._get("sweeps", SweepsDocument, query)

    def show_told(self, ref: str) -> ToldListDocument:
        """Show what partners were told of a case, and what they would be told now."""
        return self._get(f"cases/{part(ref)}/told", ToldListDocument)

    def show_waiting(self, query: WaitingQuery | None = None) -> ReportsDocument:
        """Show reports that opened no case: held or foreign."""
        return self._get("waiting", ReportsDocument, query)

    def show_warning(self, warning: str) -> WarningDocument:
        """Show one warning and the answers to it."""
        return self._get(f"warnings/{part(warning)}", WarningDocument)

    def show_warnings(self) -> WarningsDocument:
        """List warnings of campaigns."""
        return self._get("warnings", WarningsDocument)

    def show_webhooks(self) -> WebhooksDocument:
        """List webhooks: how far each receiver is, and what it answered last."""
        return self._get("webhooks", WebhooksDocument)

    def show_zone(self, zone: str) -> ZoneDocument:
        """Show who may do what in a zone, and by which rule."""
        return self._get(f"zones/{part(zone)}", ZoneDocument)

    def show_zones(self) -> ZonesDocument:
        """List the zones whose authority profile is known."""
        return self._get("zones", ZonesDocument)
