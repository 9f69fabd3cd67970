"""`comity names`: fold names, one per line in, one JSON document per line out (docs/spec/names.md).

Every line of a plain list gives exactly one record, in order; a line that is too long, not UTF-8 or no name is a record
with an error, and the rest goes on.  Lines of hosts and adblock files that block nothing (comments, exceptions) give
none.  Memory is bounded however long a line is.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import click
import orjson

from comity.core.block_lists import hosts_of_adblock_line, hosts_of_hosts_line
from comity.core.names import NameFolder, NameRefusal
from comity.core.targets import MAX_INPUT
from comity.edges.suffix_file import load_suffixes

MAX_LINE_BYTES: Final = 4 * MAX_INPUT
_SHOWN_BYTES: Final = 256
_BATCH: Final = 512


def _whole_line(line: str) -> tuple[str, ...]:
    return (line,)


FORMATS: Final[dict[str, Callable[[str], tuple[str, ...]]]] = {
    "plain": _whole_line,
    "hosts": hosts_of_hosts_line,
    "adblock": hosts_of_adblock_line,
}


@click.command(epilog="Example:  comity names feed.txt | jq -r 'select(.zone == \"by\") | .registrable'")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="plain", show_default=True,
              help="What a line is: a name or URL, a line of a hosts file, an adblock rule.")  # fmt: skip
@click.option("--suffix-list", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="A Public Suffix List to use instead of the one that came with the program.")  # fmt: skip
def names(file: str, format_: str, suffix_list: Path | None) -> None:
    """Fold names: one per line in, NDJSON out.

    Reads a name, host or URL per line from FILE ("-" for standard input) and writes one JSON document per line:
    input, name (canonical host, A-labels), unicode, registrable, suffix, zone, party, error (null, or code and
    reason), and by the whole Public Suffix List registrable_private and suffix_private, with psl_version.
    What does not apply is null.  Names that cannot be folded safely are refused with a code, never guessed.
    """
    folder = NameFolder(load_suffixes(path=suffix_list))
    with click.open_file(file, "rb") as stream:
        batch: list[bytes] = []
        for record in _records(stream, folder, FORMATS[format_]):
            batch.append(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            if len(batch) >= _BATCH:
                _write(batch)
        _write(batch)


def _write(batch: list[bytes]) -> None:
    """Write and empty the batch."""
    sys.stdout.buffer.write(b"".join(batch))
    sys.stdout.buffer.flush()
    batch.clear()


def _records(
    stream: IO[bytes], folder: NameFolder, texts_of: Callable[[str], tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    psl_version = folder.suffixes.version
    for line, cut in _lines(stream):
        if cut:
            shown = line[:_SHOWN_BYTES].decode(errors="replace")
            yield _refused(
                NameRefusal(shown, "too-long", f"the line has over {MAX_LINE_BYTES} bytes; its beginning is shown"),
                psl_version,
            )
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            reason = f"{error.reason} at byte {error.start}"
            yield _refused(NameRefusal(line.decode(errors="replace"), "bad-utf-8", reason), psl_version)
            continue
        for part in texts_of(text):
            found = folder.fold(part)
            if isinstance(found, NameRefusal):
                yield _refused(found, psl_version)
                continue
            yield {
                "input": found.input,
                "name": found.ascii,
                "unicode": found.unicode,
                "registrable": found.registrable,
                "suffix": found.suffix,
                "zone": found.zone or None,
                "party": found.party or None,
                "error": None,
                "registrable_private": found.registrable_private or None,
                "suffix_private": found.suffix_private,
                "psl_version": psl_version,
            }


def _refused(refusal: NameRefusal, psl_version: str) -> dict[str, Any]:
    return {
        "input": refusal.input,
        "name": refusal.name or None,
        "unicode": refusal.unicode or None,
        "registrable": None,
        "suffix": refusal.suffix or None,
        "zone": refusal.zone or None,
        "party": refusal.party or None,
        "error": {"code": refusal.code, "reason": refusal.reason},
        "registrable_private": None,
        "suffix_private": None,
        "psl_version": psl_version,
    }


def _lines(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give each line without its end, and whether it was cut as too long; a BOM at the beginning is dropped."""
    first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        cut = len(line) > MAX_LINE_BYTES and not line.endswith(b"\n")
        if cut:
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        yield line.rstrip(b"\r\n"), cut
