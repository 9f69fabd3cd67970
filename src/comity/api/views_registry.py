"""What a registry keeps beside its cases, over HTTP: zones, registrars, reporters, and how good their reports were."""

import msgspec

from comity.api.route import Call
from comity.core.authority import unknown_for_hold
from comity.core.errors import InputError, NotFoundError
from comity.core.registrars import Registrar
from comity.core.reporter_quality import Quality
from comity.edges.authority_profiles import find_profile, load_profiles
from comity.flows.judge_reporter import judge_reporter
from comity.flows.keep_registrar import keep_registrar
from comity.store.models import Reporter, ReporterDecision
from comity.store.registrars import list_registrars, remove_registrar
from comity.store.reporters import Measured, decisions_about, list_reporters, measured, standings
from comity.wire.api.parts import PageQuery
from comity.wire.api.registry import (
    FiguresDocument,
    JudgeBody,
    JudgementDocument,
    RegistrarBody,
    RegistrarPutDocument,
    RegistrarRemovedDocument,
    RegistrarsDocument,
    ReporterDocument,
    ReportersDocument,
    ReporterWholeDocument,
    ZoneDocument,
    ZonesDocument,
)


def show_zones(call: Call) -> ZonesDocument:
    """List the zones whose authority profile is known."""
    return ZonesDocument({name: profile.id for profile in load_profiles(call.home) for name in profile.zones})


def show_zone(call: Call) -> ZoneDocument:
    """Show who may do what in a zone, and by which rule."""
    name, today = call.path["zone"].lower().strip("."), call.at.date()
    profile = find_profile(call.home, name)
    if profile is None:
        raise NotFoundError("nothing is known of this zone", item=name[:63])
    basis = profile.basis(today)
    return ZoneDocument(
        name, msgspec.to_builtins(profile), basis.name if basis else "", unknown_for_hold(profile, on=today)
    )


def show_registrars(call: Call) -> RegistrarsDocument:  # noqa: ARG001 — every handler takes its call
    """List the directory of registrars."""
    return RegistrarsDocument(tuple(list_registrars()))


def post_registrar(call: Call) -> RegistrarPutDocument:
    """Add a registrar to the directory, or change its row."""
    body: RegistrarBody = call.body
    row, is_new = keep_registrar(Registrar(**msgspec.structs.asdict(body)), at=call.at)
    return RegistrarPutDocument(row, is_new)


def post_remove_registrar(call: Call) -> RegistrarRemovedDocument:
    """Take a registrar out of the directory."""
    handle = call.path["handle"]
    if not remove_registrar(handle):
        raise NotFoundError("no such registrar", item=handle)
    return RegistrarRemovedDocument(handle)


def show_reporters(call: Call) -> ReportersDocument:
    """List reporters with what became of their reports, as it was counted last."""
    query: PageQuery = call.query
    rows = list_reporters(after=int(query.cursor or 0), limit=query.limit + 1)
    shown = rows[: query.limit]
    return ReportersDocument(_reporters(shown, call), str(shown[-1].pk) if len(rows) > query.limit else "")


def show_reporter(call: Call) -> ReporterWholeDocument:
    """Show one reporter, and what people decided."""
    row = _reporter(call)
    return ReporterWholeDocument(_reporters([row], call)[0], tuple(_judgement(one) for one in decisions_about(row.pk)))


def post_slow_reporter(call: Call) -> JudgementDocument:
    """Take fewer reports a day from a reporter."""
    return _judge(call, "slow")


def post_stop_reporter(call: Call) -> JudgementDocument:
    """Take no more reports from a reporter."""
    return _judge(call, "stop")


def post_allow_reporter(call: Call) -> JudgementDocument:
    """Take reports from a reporter again as from anybody."""
    return _judge(call, "allow")


def _judge(call: Call, verb: str) -> JudgementDocument:
    body: JudgeBody = call.body
    if body.until is not None and (verb == "allow" or body.until.tzinfo is None):
        raise InputError("is a time with its zone, and only for slow and stop", item="until")
    return _judgement(
        judge_reporter(
            call.home, _reporter(call).key, verb, call.actor, reason=body.reason, at=call.at, until=body.until
        )
    )


def _reporter(call: Call) -> Reporter:
    number = call.path["reporter"]
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    found = Reporter.objects.exclude(kind="partner").filter(pk=int(number)).first() if is_number else None
    if found is None:
        raise NotFoundError("no such reporter", item=number)
    return found


def _reporters(rows: list[Reporter], call: Call) -> tuple[ReporterDocument, ...]:
    figures, held = measured(rows), standings([row.pk for row in rows], at=call.at)
    return tuple(_described(row, figures[row.pk], held.get(row.pk)) for row in rows)


def _described(row: Reporter, figures: Measured, held: ReporterDecision | None) -> ReporterDocument:
    by_itself = "slowed" if figures.recent.pace == "slowed" else "allowed"
    standing = {"slow": "slowed", "stop": "stopped"}.get(held.verb, by_itself) if held else by_itself
    return ReporterDocument(
        row.pk, row.key, row.name, row.kind, standing, _figures(figures.recent), _figures(figures.all)
    )


def _figures(quality: Quality) -> FiguresDocument:
    tally, share = quality.tally, quality.precision
    return FiguresDocument(
        confirmed=tally.confirmed, dismissed=tally.dismissed, reversed=tally.reversed, withdrawn=tally.withdrawn,
        open=tally.open, not_counted=tally.not_counted, precision=share.value if share else None,
        precision_low=share.low if share else None, precision_high=share.high if share else None,
    )  # fmt: skip


def _judgement(row: ReporterDecision) -> JudgementDocument:
    return JudgementDocument(row.verb, row.actor, row.reason, row.until, row.at)
