"""The pages and their addresses; docs/how-to/analyst.md walks through them."""

from django.urls import path, register_converter

from comity.web.assets import asset
from comity.web.views import (
    account,
    answer,
    appeals,
    approvals,
    attachments,
    case_answers,
    cases,
    consultations,
    drafts,
    experts,
    held,
    inbox,
    library,
    links,
    look,
    look_up,
    memoranda,
    people,
    preferences,
    public,
    report,
    reporters,
    sign_in,
    statistics,
    subscribers,
    transparency,
    zones,
)


class _Word:
    """One word of an address: a reference, a token, a party, a file.  Anything else is no page and asks the store
    nothing.
    """

    regex = "[A-Za-z0-9._~-]{1,253}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(_Word, "word")

app_name = "web"

urlpatterns = [
    path("", public.home, name="home"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("status/<word:token>/", public.status, name="status"),
    path("status/<word:token>/<word:uuid>/", public.report_status, name="report-status"),
    path("report/", report.guide, name="report"),
    path("report/elsewhere/<word:place>/", report.elsewhere, name="report-elsewhere"),
    path("report/sent/<word:receipt>/", report.sent, name="report-sent"),
    path("report/confirm/<word:token>/", report.confirm, name="report-confirm"),
    path("report/<word:category>/", report.form, name="report-form"),
    path("report/<word:category>/full/", report.form, {"expert": True}, name="report-expert"),
    path("answer/<word:token>/", answer.answer, name="answer"),
    path("reading/", preferences.reading, name="reading"),
    path("language/", preferences.language, name="language"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/tokens/new/", account.new_token, name="new-token"),
    path("account/tokens/end/", account.end_token, name="end-token"),
    path("administration/", people.administration, name="administration"),
    path("administration/people/new/", people.new_person, name="new-person"),
    path("administration/people/<str:name>/", people.person, name="person"),
    path("administration/people/<str:name>/change/", people.change, name="change-person"),
    path("administration/looks/", people.looks, name="looks"),
    path("cases/<word:ref>/reports/<word:uuid>/personal/", look.personal_data, name="personal-data"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/acknowledge/", inbox.acknowledge, name="acknowledge"),
    path("inbox/assign/", inbox.assign, name="assign"),
    path("inbox/views/", inbox.keep, name="keep-view"),
    path("cases/<word:ref>/", cases.case_page, name="case"),
    path("cases/<word:ref>/plan/", approvals.plan_case, name="plan-case"),
    path("cases/<word:ref>/look-up/", look_up.look_up, name="look-up"),
    path("attachments/<word:ref>/", attachments.attach, name="attach"),
    path("attachments/<word:ref>/<uuid:uuid>/", attachments.download, name="attachment"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<word:which>/", approvals.approval, name="approval"),
    path("approvals/<word:which>/<word:verb>/", approvals.answer, name="answer-plan"),
    path("zones/", zones.zones, name="zones"),
    path("zones/<word:zone>/", zones.zone_page, name="zone"),
    path("cases/<word:ref>/answers/", case_answers.case_answers, name="case-answers"),
    path("cases/<word:ref>/answers/<int:pk>/personal/", case_answers.answer_personal, name="answer-personal"),
    path("cases/<word:ref>/<word:event>/", cases.step, name="step"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<word:ref>/", appeals.appeal, name="appeal"),
    path("reporters/", reporters.reporters, name="reporters"),
    path("reporters/<int:pk>/", reporters.reporter, name="reporter"),
    path("held/", held.held, name="held"),
    path("held/open/", held.open_name, name="open-held"),
    path("memoranda/", memoranda.memoranda, name="memoranda"),
    path("memoranda/drafts/", drafts.begin, name="begin-draft"),
    path("memoranda/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("memoranda/drafts/<int:pk>/preview/", drafts.preview, name="draft-preview"),
    path("memoranda/drafts/<int:pk>/propose/", drafts.propose, name="draft-propose"),
    path("memoranda/drafts/<int:pk>/drop/", drafts.drop, name="draft-drop"),
    path("memoranda/drafts/<int:pk>/clauses/<word:part>/", drafts.clause, name="draft-clause"),
    path("memoranda/<word:partner>/<int:version>/", memoranda.memorandum, name="memorandum"),
    path("library/", library.library, name="library"),
    path("library/new/", library.write, name="article-new"),
    path("library/<word:uuid>/", library.article, name="article"),
    path("library/<word:uuid>/print/", library.printed, name="article-print"),
    path("library/<word:uuid>/history/", library.history, name="article-history"),
    path("library/<word:uuid>/edit/", library.edit, name="article-edit"),
    path("library/<word:uuid>/publish/", library.publish, name="article-publish"),
    path("library/<word:uuid>/adopt/", library.adopt, name="article-adopt"),
    path("library/<word:uuid>/annotate/", library.annotate, name="article-annotate"),
    path("library/<word:uuid>/withdraw/", library.withdraw, name="article-withdraw"),
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/new/", consultations.new, name="new-consultation"),
    path("consultations/files/<word:uuid>/", consultations.file, name="consultation-file"),
    path("consultations/<word:uuid>/", consultations.consultation, name="consultation"),
    path("consultations/<word:uuid>/<word:event>/", consultations.step, name="consultation-step"),
    path("experts/", experts.experts, name="experts"),
    path("experts/<word:uuid>/withdraw/", experts.withdraw, name="withdraw-expert"),
    path("memoranda/<word:partner>/<int:version>/amend/", drafts.amend, name="amend"),
    path("memoranda/<word:partner>/<int:version>/file/", memoranda.signed_file, name="memorandum-file"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/report/", statistics.report, name="statistics-report"),
    path("statistics/release/", statistics.release, name="release-statistics"),
    path("statistics/<word:uuid>/", statistics.statement, name="statement"),
    path("statistics/<word:uuid>/file/", statistics.statement_file, name="statement-file"),
    path("transparency/", transparency.transparency, name="transparency"),
    path("transparency/<word:name>/", transparency.period, name="transparency-period"),
    path("transparency/<word:name>/<word:kind>", transparency.file, name="transparency-file"),
    path("subscribers/", subscribers.subscribers, name="subscribers"),
    path("links/", links.links, name="links"),
    path("links/<word:partner>/", links.link, name="link"),
    path("assets/<word:digest>/<word:name>", asset, name="asset"),
]
