"""The few files a page needs beside itself: the style sheet, the mark, a picture.

They are read from the package once and named by what they hold (`/assets/3f2a…/comity.css`), so a browser may keep
them for
ever and a new release is a new address.  No build step, no collecting, no folder to configure: it works wherever the
program is installed.  Only files that lie in `static/` exist; nothing of the address reaches the file system.
"""

import gzip
import hashlib
from importlib.resources import files
from typing import Final

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


class Asset(msgspec.Struct, frozen=True):
    """One file as it is served."""

    name: str
    digest: str
    media_type: str
    body: bytes
    gzipped: bytes


def _load() -> dict[str, Asset]:
    found = {}
    for file in files("comity.web").joinpath("static").iterdir():
        suffix = file.name.rpartition(".")[2]
        if suffix in TYPES:
            body = file.read_bytes()
            found[file.name] = Asset(
                name=file.name,
                digest=hashlib.sha256(body).hexdigest()[:16],
                media_type=TYPES[suffix],
                body=body,
                gzipped=b"" if suffix == "png" else gzip.compress(body, mtime=0),
            )
    return found


ASSETS: Final = _load()


def asset_url(name: str) -> str:
    """Give the address of a file of `static/`."""
    return reverse("web:asset", args=[ASSETS[name].digest, name])


def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Serve one file; an address of another release is answered with what the name holds now, not to be kept."""
    found = ASSETS.get(name)
    if found is None:
        raise Http404(name)
    packed = bool(found.gzipped) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.gzipped if packed else found.body, content_type=found.media_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if digest == found.digest else "no-cache"
    response["Vary"] = "Accept-Encoding"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
