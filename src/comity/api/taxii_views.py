"""TAXII 2.1 (OASIS Standard, 10 June 2021): discovery, the API root, collections, and what a subscriber posted.

One API root; every subscriber sees its own collections in it and cannot learn of another's.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse

from comity.api.taxii_answers import TaxiiCall, check_content_type, reply, taxii
from comity.core.errors import InputError, LengthRequiredError, NotFoundError, TooLargeError
from comity.flows.post_objects import check_writer, post_objects
from comity.store.taxii_collections import Collection, ensure_collections
from comity.store.taxii_posts import find_status
from comity.wire.taxii_envelope import ENVELOPE_BYTES
from comity.wire.taxii_resources import ApiRoot, CollectionResource, Collections, Discovery, render_resource

_DISCARD_BYTES: Final = 65_536


@taxii("GET", "HEAD")
def discovery(call: TaxiiCall) -> HttpResponse:
    """Name the API root."""
    root = reverse("taxii-root")
    found = Discovery(
        title=f"Comity of {call.home.party}", default=root, api_roots=(root,),
        description="Reports and outcomes of domain abuse, under the agreement by which you are told.",
    )  # fmt: skip
    return reply(render_resource(found))


@taxii("GET", "HEAD")
def api_root(call: TaxiiCall) -> HttpResponse:
    """Describe the API root."""
    root = ApiRoot(
        title=f"Comity of {call.home.party}", description="One collection for each marking, and your inbox.",
        max_content_length=ENVELOPE_BYTES,
    )  # fmt: skip
    return reply(render_resource(root))


@taxii("GET", "HEAD")
def collections(call: TaxiiCall) -> HttpResponse:
    """List the caller's collections."""
    found = ensure_collections(call.home.party, call.caller.subscriber)
    return reply(render_resource(Collections(tuple(_describe(call, one) for one in found))))


@taxii("GET", "HEAD")
def collection(call: TaxiiCall, uuid: str) -> HttpResponse:
    """Describe one of the caller's collections."""
    return reply(render_resource(_describe(call, call.collection(uuid))))


@taxii("GET", "HEAD")
def status(call: TaxiiCall, uuid: str) -> HttpResponse:
    """Tell what became of an envelope that the caller posted."""
    found = find_status(call.caller.subscriber.pk, uuid.lower())
    if found is None:
        raise NotFoundError("you posted nothing that has this status", item=uuid[:60])
    return reply(found)


def add_objects(call: TaxiiCall, uuid: str) -> HttpResponse:
    """Take an envelope into the inbox."""
    inbox = call.collection(uuid)
    check_writer(call.caller, inbox, at=call.at)
    made = post_objects(call.home, call.caller, inbox, _body(call.request), at=call.at)
    answer = reply(made.render(), status=202)
    answer["Location"] = reverse("taxii-status", kwargs={"uuid": made.id})
    return answer


def _describe(call: TaxiiCall, found: Collection) -> CollectionResource:
    if found.is_inbox:
        return CollectionResource(
            id=found.uuid, title="Inbox", description="What you post; each object is taken in as a report.",
            can_write=call.caller.may_write,
        )  # fmt: skip
    return CollectionResource(
        id=found.uuid, title=f"Reports and outcomes, {found.tlp}",
        description=f"What {call.home.party} tells you under {call.caller.subscriber.clause}, marked {found.tlp}.",
    )  # fmt: skip


def _body(request: HttpRequest) -> bytes:
    check_content_type(request)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise LengthRequiredError("say how long the body is (Content-Length); it is not taken in pieces", item="body")
    try:
        if int(length) > ENVELOPE_BYTES:
            _discard(request, int(length))
            raise TooLargeError(f"an envelope has at most {ENVELOPE_BYTES} bytes", item="body")
        data = request.read(ENVELOPE_BYTES + 1)
    except UnreadablePostError as error:
        raise InputError("was cut short on the way", item="body") from error
    if len(data) != int(length):
        raise InputError("was cut short on the way", item="body")
    return data


def _discard(request: HttpRequest, length: int) -> None:
    """Read past a body that is a little too long, so that its sender hears why; one far too long is cut off."""
    if length <= 2 * ENVELOPE_BYTES:
        while request.read(_DISCARD_BYTES):
            pass
