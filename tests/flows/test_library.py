"""The library between two registries: articles go by a clause, come back adopted and remarked on, end and are erased.

Real signed batches pass between two nodes (`two_desks`); a partner that lies writes entries by hand.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import connection

from comity.core.articles import Tags, Words
from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.adopt_article import adopt_article
from comity.flows.annotate_article import annotate_article
from comity.flows.apply_entry import apply_entries
from comity.flows.catch_up import catch_up
from comity.flows.erase_article import erase_annotation, erase_article
from comity.flows.publish_article import plan_publication, publish_article
from comity.flows.recover import begin_recovery, take_part
from comity.flows.stock_library import stock_library
from comity.flows.withdraw_article import withdraw_article
from comity.flows.write_article import revise_article, write_article
from comity.store import models
from comity.store.annotations import list_annotations
from comity.store.article_events import list_events
from comity.store.full_text import find_documents
from comity.store.library import find_version, get_article, newest_versions
from comity.store.whole import empty_store, fill_table, finish_filling, is_empty, read_table, table_heads
from comity.wire.article import (
    AdoptedPayload,
    AnnotationFacts,
    AnnotationPayload,
    ArticleFacts,
    ArticlePayload,
    WithdrawnPayload,
    render_adopted,
    render_annotation,
    render_article,
    render_withdrawn,
)
from flows.test_recovery import parts, receipted
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, outgoing

pytestmark = pytest.mark.django_db

ANNA = Actor("anna", "supervisor", "cctld.ru")
ALES = Actor("ales", "supervisor", "oac.by")
TAGS = Tags(kind="playbook", categories=("phishing",), techniques=("fast-flux",), tlp="TLP:GREEN")
MARK = "zimovka-pelikana"


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    desks = Desks(Parties(tmp_path))
    desks.ru()
    return desks


def words(language: Any, body: str, title: str = "A title") -> Words:
    return Words(language=language, title=title, body=body)


def written(home: Home, **changed: Any) -> str:
    return write_article(home, msgspec.structs.replace(TAGS, **changed), words("en", f"First {MARK}."), ANNA, at=AT)


def published(desks: Desks, **changed: Any) -> str:
    """An article of cctld.ru that oac.by has; the seat is oac.by's."""
    uuid = written(desks.home, **changed)
    publish_article(desks.home, uuid, ["oac.by"], ANNA, at=AT)
    desks.exchange()
    desks.by()
    return uuid


def happened(uuid: str) -> list[str]:
    return [event.event for event, _at in reversed(list_events(get_article(uuid).pk))]


def test_an_article_goes_by_its_clause_and_is_found_in_its_language(desks: Desks) -> None:
    uuid = written(desks.home)
    revise_article(desks.home, uuid, words("ru", "Пиши на desk@demo.example скорее"), ANNA, base=0, at=AT)
    planned = plan_publication(desks.home, get_article(uuid), at=AT)
    assert not models.Decision.objects.exists()
    done = publish_article(desks.home, uuid, ["oac.by"], ANNA, at=AT)
    assert planned == done
    assert [(one.language, one.decision.verdict, one.decision.clause) for one in done if one.decision] == [
        ("en", "send", "3"),
        ("ru", "send-redacted", "6"),
    ]
    assert [one.decision for one in publish_article(desks.home, uuid, ["oac.by"], ANNA, at=AT)] == [None, None]
    assert [row.kind for row in models.Decision.objects.all()] == ["experience"] * 2
    desks.exchange()
    desks.by()
    row = get_article(uuid)
    assert (row.origin, row.tags, row.state, row.version) == ("cctld.ru", TAGS, "draft", 1)
    assert [one.body for one in newest_versions(row.pk)] == [f"First {MARK}.", "Пиши на redacted скорее"]
    assert [one.key for one in find_documents("скоре", kinds=("article",), languages=("ru",))] == [uuid]
    assert all(one.author == "cctld.ru" for one in newest_versions(row.pk)), "a person's name stays at home"
    assert desks.refusals("in") == ["", ""]


def test_what_no_clause_admits_stays_with_its_reason(desks: Desks) -> None:
    red, wide = written(desks.home, tlp="TLP:RED"), written(desks.home, categories=("phishing", "spam-vector"))
    for uuid, expected in ((red, ("refuse", "tlp-red-never-leaves")), (wide, ("send", "allowed"))):
        (offer,) = publish_article(desks.home, uuid, ["oac.by"], ANNA, at=AT)
        assert offer.decision is not None
        assert (offer.decision.verdict, offer.decision.reason) == expected
    assert [entry.subject for entry in desks.outgoing()] == [wide]
    with pytest.raises(NotFoundError):
        publish_article(desks.home, wide, ["vnnic.vn"], ANNA, at=AT)


def test_adopting_agrees_and_the_copy_hears_when_its_source_moves_on(desks: Desks) -> None:
    uuid = published(desks)
    adopted = adopt_article(desks.home, uuid, ALES, at=AT)
    assert get_article(uuid).state == "agreed"
    copy = get_article(adopted.uuid)
    assert (copy.origin, copy.state, copy.source and copy.source.version) == ("oac.by", "draft", 1)
    revise_article(desks.home, copy.uuid, words("en", "Our way."), ALES, base=1, at=AT)
    annotate_article(desks.home, uuid, "en", "We do it otherwise.", ALES, at=AT)
    desks.exchange()
    desks.ru()
    row = get_article(uuid)
    assert (row.state, happened(uuid)) == ("agreed", ["written", "published", "adopted", "annotated"])
    assert [(one.party, one.text) for one in list_annotations(row.pk)] == [("oac.by", "We do it otherwise.")]
    revise_article(desks.home, uuid, words("en", "Second."), ANNA, base=1, at=AT)
    assert get_article(uuid).state == "draft"
    publish_article(desks.home, uuid, ["oac.by"], ANNA, at=AT)
    desks.exchange()
    desks.by()
    assert happened(adopted.uuid)[-1] == "source-moved-on"
    assert find_version(copy.pk, "en").body == "Our way."  # type: ignore[union-attr]
    again = adopt_article(desks.home, uuid, ALES, at=AT)
    copied = get_article(adopted.uuid)
    assert (again.uuid, again.version, copied.source and copied.source.version) == (adopted.uuid, 2, 2)
    desks.exchange()
    desks.ru()
    assert get_article(uuid).state == "agreed"
    assert (desks.refusals("in"), desks.refusals("out")) == ([""] * 3, [""] * 2)


def test_a_copy_goes_no_further_than_its_marking_and_keeps_it(desks: Desks) -> None:
    uuid = published(desks, tlp="TLP:AMBER")
    adopted = adopt_article(desks.home, uuid, ALES, at=AT)
    with pytest.raises(InputError, match="at least the marking"):
        revise_article(
            desks.home, adopted.uuid, words("en", "x"), ALES, base=1, at=AT,
            tags=msgspec.structs.replace(TAGS, tlp="TLP:CLEAR"),
        )  # fmt: skip
    models.Article.objects.filter(uuid=adopted.uuid).update(source_origin="vnnic.vn")  # as if it were a third one's
    (offer,) = plan_publication(desks.home, get_article(adopted.uuid), at=AT)
    assert offer.decision is not None
    assert (offer.goes, offer.decision.reason) == (False, "not-ours-to-pass-on")


def test_only_its_origin_writes_an_article(desks: Desks) -> None:
    uuid = published(desks)
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (ForbiddenError, lambda: revise_article(desks.home, uuid, words("en", "x"), ALES, base=1, at=AT)),
        (ForbiddenError, lambda: publish_article(desks.home, uuid, ["cctld.ru"], ALES, at=AT)),
        (ForbiddenError, lambda: withdraw_article(desks.home, uuid, ALES, reason="withdrawn", at=AT)),
        (ForbiddenError, lambda: erase_article(desks.home, uuid, ALES, reason="legal-order", at=AT)),
        (ForbiddenError, lambda: adopt_article(desks.home, uuid, Actor("a", "analyst", "oac.by"), at=AT)),
        (ForbiddenError, lambda: annotate_article(desks.home, uuid, "en", "x", Actor("a", "auditor", "oac.by"), at=AT)),
        (NotFoundError, lambda: annotate_article(desks.home, uuid, "zh", "x", ALES, at=AT)),
        (InputError, lambda: annotate_article(desks.home, uuid, "en", " ", ALES, at=AT)),
    ]
    for error, act in refused:
        with pytest.raises(error):
            act()
    own = write_article(desks.home, TAGS, words("en", "x"), ALES, at=AT)
    with pytest.raises(ConflictError, match="version 1"):
        revise_article(desks.home, own, words("en", "y"), ALES, base=0, at=AT)
    with pytest.raises(InputError, match=r"title.*body"):
        write_article(desks.home, TAGS, words("en", "", title=""), ALES, at=AT)


def test_a_withdrawn_article_is_withdrawn_there_too(desks: Desks) -> None:
    uuid = published(desks)
    copy = adopt_article(desks.home, uuid, ALES, at=AT).uuid
    desks.exchange()
    desks.ru()
    other = written(desks.home)
    publish_article(desks.home, other, ["oac.by"], ANNA, at=AT)
    told = withdraw_article(desks.home, uuid, ANNA, reason="superseded", by=other, at=AT)
    assert [decision.verdict for decision in told.values()] == ["send"]
    with pytest.raises(ConflictError):
        withdraw_article(desks.home, uuid, ANNA, reason="withdrawn", at=AT)
    desks.exchange()
    desks.by()
    row = get_article(uuid)
    assert (row.state, row.withdrawn_at, row.replaced_by) == ("superseded", AT, other)
    assert happened(copy)[-1] == "source-withdrawn"
    with pytest.raises(ConflictError):
        adopt_article(desks.home, uuid, ALES, at=AT)


def test_an_erased_article_is_gone_on_both_sides_and_confirmed(desks: Desks) -> None:
    uuid = published(desks)
    annotate_article(desks.home, uuid, "en", f"About {MARK} too.", ALES, at=AT)
    desks.exchange()
    desks.ru()
    erased = erase_article(desks.home, uuid, ANNA, reason="legal-order", at=AT)
    assert erased.asked == (("oac.by", 0),)
    desks.exchange()
    desks.ru()
    assert models.Erasure.objects.get().confirmed_at == AT
    desks.by()
    (annotation,) = list_annotations(get_article(uuid).pk)
    erase_annotation(desks.home, annotation.uuid, ALES, reason="quotes-erased", at=AT)
    desks.exchange()
    for sit in (desks.ru, desks.by):
        sit()
        assert desks.holds(MARK.encode()) == []
        assert find_documents(MARK, kinds=("article",), languages=("en",)) == []
        assert desks.differences() == []
        assert set(desks.refusals("in")) == {""}
    desks.ru()
    with pytest.raises(ConflictError):
        revise_article(desks.home, uuid, words("en", "again"), ANNA, base=1, at=AT)


def test_what_a_suspended_memorandum_withheld_is_told_when_it_is_in_force_again(desks: Desks) -> None:
    uuid = published(desks)
    models.Memorandum.objects.update(status="suspended")
    assert adopt_article(desks.home, uuid, ALES, at=AT).told.reason == "suspended"  # type: ignore[union-attr]
    told = annotate_article(desks.home, uuid, "en", "Later.", ALES, at=AT)
    assert told is not None
    assert (told.verdict, desks.outgoing()) == ("refuse", [])
    models.Memorandum.objects.update(status="in-force")
    for _twice in range(2):
        catch_up(desks.home, "cctld.ru", at=AT)
    assert [entry.kind for entry in desks.outgoing()] == ["article-adopted", "article-annotation"]
    desks.exchange()
    desks.ru()
    assert (get_article(uuid).state, desks.refusals("in")) == ("agreed", ["", ""])


def test_a_restored_node_has_its_articles_and_what_it_said_again(desks: Desks) -> None:
    """Both lost everything after their backups: the articles of one, and what the other had said of them."""
    uuid = published(desks)
    adopt_article(desks.home, uuid, ALES, at=AT)
    annotate_article(desks.home, uuid, "en", "Good.", ALES, at=AT)
    of_by, by, ru = outgoing(), desks.parties.by, desks.parties.ru
    desks.exchange()
    desks.ru()
    of_ru = outgoing()

    desks.parties.sit(ru)
    begin_recovery("oac.by")
    assert [take_part(ru, "oac.by", part, at=AT) for part in parts(receipted(ru, by, of_ru), of_ru)] == [True]
    assert find_version(get_article(uuid).pk, "en").body == f"First {MARK}."  # type: ignore[union-attr]
    assert plan_publication(ru, get_article(uuid), at=AT)[0].decision is None, "it is known that the partner has it"
    assert apply_entries(ru, "oac.by", of_by, at=AT) == ["", ""]
    assert (get_article(uuid).state, len(list_annotations(get_article(uuid).pk))) == ("agreed", 1)

    desks.parties.sit(by)
    begin_recovery("cctld.ru")
    assert [take_part(by, "cctld.ru", part, at=AT) for part in parts(receipted(by, ru, of_by), of_by)] == [True]
    assert apply_entries(by, "cctld.ru", of_ru, at=AT) == [""]
    row = get_article(uuid)
    assert (row.state, [one.text for one in list_annotations(row.pk)]) == ("agreed", ["Good."])
    catch_up(by, "cctld.ru", at=AT)
    assert len(outgoing()) == 2, "nothing is told a second time"


def test_a_partner_that_lies_about_articles_changes_nothing(desks: Desks) -> None:
    ours = written(desks.home)
    secret = written(desks.home)
    publish_article(desks.home, ours, ["oac.by"], ANNA, at=AT)
    digest = models.Memorandum.objects.get().digest
    said = {"clause": "3", "memorandum": digest, "decided_at": AT}
    new = uuid4()
    tags = {"kind": "playbook", "categories": (), "techniques": (), "tlp": "TLP:GREEN"}
    tags |= {"original": "en", "language": "en", "version": 1}

    def article(uuid: object = new, body: str = "x", **changed: Any) -> IncomingEntry:
        facts = msgspec.convert({**tags, **said, "article": str(uuid), **changed}, ArticleFacts)
        payload = ArticlePayload(facts=facts, title="T", body=body)
        return IncomingEntry(0, "article", str(uuid), render_article(payload, sender="oac.by", salt=""))

    def annotation(uuid: str, **changed: Any) -> IncomingEntry:
        facts = {"annotation": str(new), "article": uuid, "language": "en", "version": 1, "tlp": "TLP:GREEN", **said}
        payload = AnnotationPayload(facts=msgspec.convert({**facts, **changed}, AnnotationFacts), text="t")
        return IncomingEntry(0, "article-annotation", uuid, render_annotation(payload, sender="oac.by", salt=""))

    def adopted(uuid: str, version: int = 1) -> IncomingEntry:
        payload = AdoptedPayload(article=UUID(uuid), version=version, **said)
        data = render_adopted(payload, sender="oac.by", tlp="TLP:GREEN", salt="")
        return IncomingEntry(0, "article-adopted", uuid, data)

    withdrawn = WithdrawnPayload(article=UUID(ours), reason="withdrawn", **said)
    tries = [
        (article(ours), "not-your-article"),
        (article()._replace(subject=ours), "subject-mismatch"),
        (article(tlp="TLP:RED"), "5:tlp-red-never-leaves"),
        (article(decided_at=AT + timedelta(days=2)), "decided-in-the-future"),
        (article()._replace(payload=b"{}"), "payload:malformed"),
        (article(), ""),
        (article(), ""),
        (article(body="y"), "version-taken"),
        (article(version=2, original="ru", translates=1), "another-original"),
        (annotation(secret), "no-such-article"),
        (annotation(ours, version=7), "no-such-article"),
        (annotation(ours), ""),
        (annotation(str(new)), "no-such-article"),
        (adopted(secret), "no-such-article"),
        (adopted(ours, version=2), "no-such-article"),
        (IncomingEntry(0, "article-withdrawn", ours,
                       render_withdrawn(withdrawn, sender="oac.by", tlp="TLP:GREEN", salt="")), "no-such-article"),
    ]  # fmt: skip
    for entry, expected in tries:
        assert apply_entries(desks.home, "oac.by", [entry], at=AT) == [expected]
    row = get_article(ours)
    assert (row.state, row.withdrawn_at, find_version(row.pk, "en").body) == ("draft", None, f"First {MARK}.")  # type: ignore[union-attr]
    taken = models.Decision.objects.filter(direction="in", kind="experience", verdict="send")
    assert taken.count() == 4  # the article three times, and the remark


def test_the_programs_articles_come_once_and_overwrite_nothing(desks: Desks) -> None:
    assert stock_library(desks.home, at=AT) == 33
    assert stock_library(desks.home, at=AT) == 0
    (found, *_more) = find_documents("взломанный сайт", kinds=("article",), languages=("ru",))
    copy = adopt_article(desks.home, found.key, ANNA, at=AT).uuid
    assert desks.outgoing() == [], "there is nobody to tell"
    revise_article(desks.home, copy, words("en", "Ours."), ANNA, base=1, at=AT)
    models.ArticleVersion.objects.filter(article__uuid=found.key, language="zh").delete()  # an older program had none
    assert stock_library(desks.home, at=AT) == 1
    assert find_version(get_article(copy).pk, "en").body == "Ours."  # type: ignore[union-attr]
    (offer, *_others) = plan_publication(desks.home, get_article(copy), at=AT)
    assert offer.goes, "a copy of the program's articles is ours to give"


def test_what_was_erased_after_a_backup_is_erased_again(desks: Desks) -> None:
    uuid = published(desks)
    desks.ru()
    backup = desks.snapshot()
    erase_article(desks.home, uuid, ANNA, reason="legal-order", at=AT)
    desks.exchange()
    desks.ru()
    ledger = desks.outgoing()
    assert [entry.erased for entry in ledger] == [True, False]
    desks.restore(backup)
    assert desks.holds(MARK.encode()) != []
    begin_recovery("oac.by")
    receipt = receipted(desks.home, desks.parties.by, ledger)
    assert [take_part(desks.home, "oac.by", part, at=AT) for part in parts(receipt, ledger, start=1)] == [True]
    assert desks.holds(MARK.encode()) == []
    assert get_article(uuid).withdrawn_at is not None


def test_a_store_that_holds_the_programs_articles_alone_is_an_empty_one(desks: Desks) -> None:
    desks.clear()
    stock_library(desks.home, at=AT)
    assert is_empty(table_heads())
    write_article(desks.home, TAGS, words("en", "Ours."), ANNA, at=AT)
    assert not is_empty(table_heads())


def test_a_backup_holds_the_library_and_what_is_searched(desks: Desks) -> None:
    uuid = written(desks.home)
    heads = [head for head in table_heads() if head.table.startswith(("article", "search"))]
    kept = [(head, [list(row) for row in read_table(head)]) for head in heads]
    assert len(heads) == 5
    connection.check_constraints()  # PostgreSQL empties no table of which something is still to be checked
    empty_store()
    assert find_documents(MARK, kinds=("article",), languages=("en",)) == []
    for head, rows in kept:
        fill_table(head, rows)
    finish_filling()
    assert [one.key for one in find_documents(MARK, kinds=("article",), languages=("en",))] == [uuid]
    assert get_article(uuid).tags == TAGS
