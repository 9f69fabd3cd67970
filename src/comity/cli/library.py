"""`comity library`: list, show, search, write, publish, adopt, annotate, withdraw, erase.

An article is named by its identifier or by its first eight characters and more.  Texts are Markdown; what is shown has
its addresses defanged, `--json` gives them as they are.  What a memorandum withholds is said with its clause.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final, get_args

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.articles import (
    ARTICLE_KINDS,
    ARTICLE_STATES,
    LANGUAGES,
    MAX_BODY_BYTES,
    WITHDRAWAL_REASONS,
    Tags,
    Words,
    translation_status,
)
from comity.core.categories import CATEGORIES
from comity.core.disclosure import Decision
from comity.core.errors import InputError, NotFoundError
from comity.core.experience import SENT
from comity.core.markings import TLPS, Tlp
from comity.core.roles import Actor
from comity.core.techniques import BY_ID
from comity.flows.adopt_article import adopt_article
from comity.flows.annotate_article import annotate_article
from comity.flows.erase_article import erase_article
from comity.flows.publish_article import Offer, plan_publication, publish_article
from comity.flows.withdraw_article import withdraw_article
from comity.flows.write_article import revise_article, write_article
from comity.store.annotations import list_annotations
from comity.store.full_text import find_documents
from comity.store.library import (
    SEARCHED_AS,
    ArticleFilter,
    ArticleRow,
    find_version,
    get_article_by_prefix,
    list_articles,
    newest_titles,
    version_facts,
)
from comity.wire.markdown_page import harmless_text
from comity.wire.notices import ErasureReason

_REASONS: Final = tuple(reason for reason in get_args(ErasureReason) if reason != "quotes-erased")
_ROLES: Final = ("analyst", "supervisor", "policy-officer")
_WHO: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "name", default="", help="Who acts.  [default: you]"),
    click.option("--role", type=click.Choice(_ROLES), default="analyst", show_default=True, help="In which role."),
    json_option,
    dir_option,
)
_language: Callable[[Any], Any] = click.option("--language", type=click.Choice(LANGUAGES), help="In this language.")


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who acts, and where."""
    return reduce(lambda made, option: option(made), reversed(_WHO), command)


@click.group()
def library() -> None:
    """The library of experience: playbooks and case studies."""


@library.command("list")
@click.option("--kind", type=click.Choice(ARTICLE_KINDS), default=None, help="Only this kind.")
@click.option("--category", type=click.Choice(CATEGORIES), default=None, help="Only of this category.")
@click.option(
    "--technique", type=click.Choice(tuple(BY_ID)), default=None, help="Only of this technique of FIRST's matrix."
)
@click.option("--origin", default="", help="Only of this party; `comity`: those that the program brings.")
@click.option("--state", type=click.Choice(ARTICLE_STATES), default=None, help="Only in this state.")
@_language
@json_option
@dir_option
def list_command(directory: Path, as_json: bool, origin: str, **wanted: str | None) -> None:
    """List articles, the last changed first."""
    use_node(directory)
    narrowed = msgspec.convert({"origin": origin, **{key: value or "" for key, value in wanted.items()}}, ArticleFilter)
    rows = list_articles(narrowed)
    titles = newest_titles([row.pk for row in rows])
    facts = version_facts([row.pk for row in rows])
    documents = [_document(row, titles, facts[row.pk], wanted.get("language") or "") for row in rows]
    if as_json:
        print_json({"articles": documents})
        return
    for one in documents:
        languages = " ".join(f"{code}:{status}" for code, status in one["languages"].items() if status != "missing")
        title = harmless_text(one["title"])
        click.echo(f"{one['uuid'][:8]}  {title}  ({one['origin']}, {one['state']}, {one['tlp']}; {languages})")


@library.command()
@click.argument("article")
@click.option("--number", type=click.IntRange(min=1), default=None, help="This version and not the newest.")
@_language
@json_option
@dir_option
def show(directory: Path, as_json: bool, article: str, language: str | None, number: int | None) -> None:
    """Show ARTICLE in a language, with the remarks on it."""
    use_node(directory)
    row = get_article_by_prefix(article)
    version = find_version(row.pk, language or row.language, number or 0)
    if version is None:
        raise NotFoundError(f"has no such text in {language or row.language}", item=article)
    remarks = list_annotations(row.pk)
    if as_json:
        document = _document(row, newest_titles([row.pk]), version_facts([row.pk])[row.pk], version.language)
        text = msgspec.to_builtins(version, builtin_types=(datetime,))
        said = [msgspec.to_builtins(one, builtin_types=(datetime,)) for one in remarks]
        print_json({**document, "text": text, "annotations": said})
        return
    state = "withdrawn" if row.withdrawn_at else row.state
    click.echo(f"{harmless_text(version.title)}\n{row.uuid}  {row.origin}  {state}  {row.tags.tlp}")
    click.echo(f"{version.language}, version {version.number}{', erased' if version.erased else ''}\n")
    click.echo(harmless_text(version.body))
    for remark in remarks:
        click.echo(f"\n{remark.party}, on version {remark.version} in {remark.language}: {harmless_text(remark.text)}")


@library.command()
@click.argument("query")
@_language
@json_option
@dir_option
def search(directory: Path, as_json: bool, query: str, language: str | None) -> None:
    """Find articles by the words of QUERY: in one language, or in the first that has any."""
    use_node(directory)
    found = find_documents(query, kinds=(SEARCHED_AS,), languages=(language,) if language else LANGUAGES)
    if as_json:
        print_json({"found": msgspec.to_builtins(found)})
        return
    for one in found:
        click.echo(f"{one.key[:8]}  {one.language}  {harmless_text(one.title)}")
        click.echo("          " + harmless_text(" ".join("".join(piece.text for piece in one.excerpt).split())))


@library.command()
@click.argument("file", type=click.File("rb"))
@click.option("--title", required=True, help="The title in this language.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="The language of FILE.")
@click.option("--article", default="", help="Append a version to this article; without it a new one begins.")
@click.option("--base", type=click.IntRange(min=0), default=0, help="The version in this language that lay before you.")
@click.option("--kind", type=click.Choice(ARTICLE_KINDS), default=None, help="[default: playbook]")
@click.option("--category", "categories", type=click.Choice(CATEGORIES), multiple=True, help="Repeat for more.")
@click.option("--technique", "techniques", type=click.Choice(tuple(BY_ID)), multiple=True, help="Repeat for more.")
@click.option("--tlp", type=click.Choice(TLPS), default=None, help="[default: TLP:AMBER]")
@click.option("--note", default="", help="What is different.")
@_acting
def write(
    file: Any, title: str, language: Any, article: str, base: int, kind: Any, categories: Any, techniques: Any,
    tlp: Tlp | None, note: str, directory: Path, as_json: bool, name: str, role: str,
) -> None:  # fmt: skip
    """Write FILE (Markdown, `-`: standard input) as a new article, or as the next version of one."""
    home = use_node(directory)
    actor, at = _actor(name, role, home.party), datetime.now(UTC)
    words = Words(language=language, title=title, body=_text(file))
    if not article:
        tags = Tags(kind=kind or "playbook", categories=categories, techniques=techniques, tlp=tlp or "TLP:AMBER")
        uuid, number = write_article(home, tags, words, actor, note=note, at=at), 1
    else:
        row = get_article_by_prefix(article)
        uuid = row.uuid
        tags = Tags(
            kind=kind or row.tags.kind, categories=categories or row.tags.categories,
            techniques=techniques or row.tags.techniques, tlp=tlp or row.tags.tlp,
        )  # fmt: skip
        number = revise_article(home, uuid, words, actor, base=base, tags=tags, note=note, at=at)
    if as_json:
        print_json({"uuid": uuid, "language": language, "version": number})
        return
    click.echo(f"{uuid}: version {number} in {language}")


@library.command()
@click.argument("article")
@click.option("--to", "partners", multiple=True, help="A partner; repeat for more.  Without one nothing is sent.")
@_acting
def publish(article: str, partners: tuple[str, ...], directory: Path, as_json: bool, name: str, role: str) -> int:
    """Show what each partner would get of ARTICLE and by which clause; with --to, send it."""
    home = use_node(directory)
    row, at = get_article_by_prefix(article), datetime.now(UTC)
    if partners:
        offers = publish_article(home, row.uuid, partners, _actor(name, role, home.party), at=at)
    else:
        offers = plan_publication(home, row, at=at)
    if as_json:
        print_json({"uuid": row.uuid, "sent": bool(partners), "offers": [_offer(one) for one in offers]})
    for one in () if as_json else offers:
        click.echo(f"{one.partner}  {one.language} version {one.version}: {_said(one.decision, 'has it already')}")
    if not offers and not as_json:
        click.echo("there is no partner, or nothing to send", err=True)
    return int(bool(partners) and any(one.decision is not None and not one.goes for one in offers))


@library.command()
@click.argument("article")
@_acting
def adopt(article: str, directory: Path, as_json: bool, name: str, role: str) -> None:
    """Make a copy of ARTICLE that is ours, and tell its origin that we work by it (role supervisor)."""
    home = use_node(directory)
    row = get_article_by_prefix(article)
    adopted = adopt_article(home, row.uuid, _actor(name, role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json(
            {"uuid": adopted.uuid, "source": row.uuid, "version": adopted.version, "told": _verdict(adopted.told)}
        )
        return
    click.echo(
        f"{adopted.uuid}: our copy of version {adopted.version}; {_said(adopted.told, 'there is nobody to tell')}"
    )


@library.command()
@click.argument("article")
@click.option("--text", required=True, help="The remark.")
@_language
@_acting
def annotate(article: str, text: str, language: Any, directory: Path, as_json: bool, name: str, role: str) -> None:
    """Put a remark on the newest text of ARTICLE; of a partner's, the partner hears of it."""
    home = use_node(directory)
    row = get_article_by_prefix(article)
    actor = _actor(name, role, home.party)
    told = annotate_article(home, row.uuid, language or row.language, text, actor, at=datetime.now(UTC))
    if as_json:
        print_json({"uuid": row.uuid, "told": _verdict(told)})
        return
    click.echo(f"{row.uuid}: remarked; {_said(told, 'it stays here')}")


@library.command()
@click.argument("article")
@click.option("--reason", type=click.Choice(WITHDRAWAL_REASONS), default="withdrawn", show_default=True, help="Why.")
@click.option("--by", "replacing", default="", help="The article that takes its place.")
@_acting
def withdraw(article: str, reason: Any, replacing: str, directory: Path, as_json: bool, name: str, role: str) -> None:
    """Withdraw ARTICLE and tell every partner that has it (role supervisor)."""
    home = use_node(directory)
    row = get_article_by_prefix(article)
    by = get_article_by_prefix(replacing).uuid if replacing else ""
    actor = _actor(name, role, home.party)
    told = withdraw_article(home, row.uuid, actor, reason=reason, by=by, at=datetime.now(UTC))
    _tell_partners(row.uuid, "withdrawn", told, as_json=as_json)


@library.command()
@click.argument("article")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why it must go.")
@click.option("--again", is_flag=True, help="Ask once more every partner that has not confirmed.")
@_acting
def erase(
    article: str, reason: ErasureReason, again: bool, directory: Path, as_json: bool, name: str, role: str
) -> None:
    """Erase ARTICLE here, and ask every partner that has it to do the same (role supervisor).  It cannot be undone."""
    home = use_node(directory)
    row = get_article_by_prefix(article)
    actor = _actor(name, role, home.party)
    erased = erase_article(home, row.uuid, actor, reason=reason, again=again, at=datetime.now(UTC))
    _tell_partners(row.uuid, "erased", erased.withheld, as_json=as_json, asked=erased.asked)


def _tell_partners(
    uuid: str, done: str, told: dict[str, Decision], *, as_json: bool, asked: tuple[tuple[str, int], ...] = ()
) -> None:
    if as_json:
        said = {partner: _verdict(decision) for partner, decision in told.items()}
        print_json({"uuid": uuid, done: True, "partners": said, "asked": [list(one) for one in asked]})
        return
    click.echo(f"{uuid}: {done}")
    for partner, decision in told.items():
        click.echo(f"  {partner}: {_said(decision, '')}")
    for partner, position in asked:
        click.echo(f"  {partner}: asked to erase entry {position}")


def _document(row: ArticleRow, titles: dict[tuple[int, str], str], facts: Any, language: str) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del document["pk"], document["tags"]
    known = language if (row.pk, language) in titles else row.language
    return {
        **document,
        **msgspec.to_builtins(row.tags),
        "title": titles.get((row.pk, known), ""),
        "languages": {code: translation_status(code, row.language, facts) for code in LANGUAGES},
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "partner": offer.partner, "language": offer.language, "version": offer.version,
        "decision": _verdict(offer.decision),
    }  # fmt: skip


def _verdict(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "verdict": decision.verdict, "clause": decision.clause, "reason": decision.reason,
        "redact": list(decision.redact),
    }  # fmt: skip


def _said(decision: Decision | None, otherwise: str) -> str:
    if decision is None:
        return otherwise
    by = f"clause {decision.clause}" if decision.clause else "no clause"
    return f"{'told' if decision.verdict in SENT else 'not told'} ({decision.verdict}, {by}: {decision.reason})"


def _text(file: Any) -> str:
    data = file.read(MAX_BODY_BYTES + 1)
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if len(data) > MAX_BODY_BYTES:
            raise InputError(f"a text has at most {MAX_BODY_BYTES} bytes", item=file.name) from error
        raise InputError(f"is not UTF-8 at byte {error.start}", item=file.name) from error


def _actor(name: str, role: str, party: str) -> Actor:
    return Actor(name or getuser(), role, party)
