"""Memoranda over HTTP: which there are, how they stand, and the text that was signed, byte for byte."""

import msgspec

from comity.api.calls import Call
from comity.api.schemas import MemorandaDocument, MemorandumDocument, MemorandumTextDocument
from comity.core.errors import NotFoundError
from comity.store.memoranda import list_versions
from comity.store.models import Memorandum


def show_memoranda(call: Call) -> MemorandaDocument:
    """List every version of every memorandum."""
    versions = list_versions(at=call.at)
    return MemorandaDocument(tuple(msgspec.convert(one, MemorandumDocument, from_attributes=True) for one in versions))


def show_memorandum(call: Call) -> MemorandumTextDocument:
    """Show one version by its digest."""
    digest = call.path["digest"]
    found = next((one for one in list_versions(at=call.at) if one.digest == digest), None)
    if found is None:
        raise NotFoundError("no such memorandum", item=digest)
    row = Memorandum.objects.get(pk=found.pk)
    return MemorandumTextDocument(
        urn=found.urn,
        version=found.version,
        digest=found.digest,
        partner=found.partner,
        status=found.status,
        changed_at=found.changed_at,
        body=msgspec.Raw(row.body),
        signatures=msgspec.Raw(row.signatures),
    )
