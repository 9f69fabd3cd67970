"""`comity names`: fold names, one per line in, one JSON document per line out (docs/spec/names.md).

Every line of a plain list gives exactly one record, in order; a line that is too long, not UTF-8 or no name is a record
with an error, and the rest goes on.  Lines of hosts and adblock files that block nothing (comments, exceptions) give
none.  Gzip is known by its first bytes.  Memory is bounded however long a line is and whatever gzip unpacks to.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from comity.core.block_lists import hosts_of_adblock_line, hosts_of_hosts_line
from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder, NameRefusal
from comity.core.targets import MAX_INPUT
from comity.edges.report_source import Block, Limits, Source
from comity.edges.suffix_file import load_suffixes

MAX_LINE_BYTES: Final = 4 * MAX_INPUT
_BATCH: Final = 2_048
_BOM: Final = b"\xef\xbb\xbf"

FORMATS: Final[dict[str, Callable[[str], tuple[str, ...]] | None]] = {
    "plain": None,
    "hosts": hosts_of_hosts_line,
    "adblock": hosts_of_adblock_line,
}


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """Why a text is no name."""

    code: str
    reason: str


class NameRecord(msgspec.Struct, frozen=True, gc=False):
    """A line of the output; what does not apply is null."""

    input: str
    name: str | None
    unicode: str | None
    registrable: str | None
    suffix: str | None
    zone: str | None
    party: str | None
    error: Trouble | None
    registrable_private: str | None
    suffix_private: str | None
    psl_version: str


@click.command(epilog="Example:  comity names feed.txt | jq -r 'select(.zone == \"by\") | .registrable'")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="plain", show_default=True,
              help="What a line is: a name or URL, a line of a hosts file, an adblock rule.")  # fmt: skip
@click.option("--suffix-list", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="A Public Suffix List to use instead of the one that came with the program.")  # fmt: skip
@click.option("--max-ratio", type=click.IntRange(min=1), default=Limits().ratio, show_default=True,
              help="How many times its size a gzip may unpack to.")  # fmt: skip
def names(file: str, format_: str, suffix_list: Path | None, max_ratio: int) -> None:
    """Fold names: one per line in, NDJSON out.

    Reads a name, host or URL per line from FILE ("-" for standard input; gzip is unpacked) and writes one JSON
    document per line: input, name (canonical host, A-labels), unicode, registrable, suffix, zone, party, error (null,
    or code and reason), and by the whole Public Suffix List registrable_private and suffix_private, with psl_version.
    What does not apply is null.  Names that cannot be folded safely are refused with a code, never guessed.
    """
    folder = NameFolder(load_suffixes(path=suffix_list))
    encode = msgspec.json.Encoder().encode_lines
    with Source(file, Limits(line_bytes=MAX_LINE_BYTES, ratio=max_ratio)) as source:
        for block in source.blocks():
            for batch in _batches(block, folder, FORMATS[format_]):
                sys.stdout.buffer.write(encode(batch))
                sys.stdout.buffer.flush()


def _batches(
    block: Block, folder: NameFolder, texts_of: Callable[[str], tuple[str, ...]] | None
) -> Iterator[list[NameRecord]]:
    """Fold a block, some thousand lines at a time."""
    psl_version = folder.suffixes.version
    if block.spoilt is not None:
        # Half a line is somebody else's name: of one that was cut off nothing is told but the error that ends it all.
        if block.spoilt.reason == "line-too-long":
            shown = block.spoilt.begins.decode(errors="replace")
            yield [
                _refused(NameRefusal(shown, "too-long", f"{block.spoilt.message}; its beginning is shown"), psl_version)
            ]
        return
    data = block.data.removeprefix(_BOM) if block.first_line == 1 else block.data
    lines = data.split(b"\n")
    for at in range(0, len(lines), _BATCH):
        part = lines[at : at + _BATCH]
        try:
            found = _fold(b"\n".join(part).decode().split("\n"), folder, texts_of)
        except UnicodeDecodeError:
            found = [one for line in part for one in _fold_line(line, folder, texts_of)]
        yield [_record(one, psl_version) if isinstance(one, Name) else _refused(one, psl_version) for one in found]


def _fold(
    lines: list[str], folder: NameFolder, texts_of: Callable[[str], tuple[str, ...]] | None
) -> list[Name | NameRefusal]:
    texts = [line.rstrip("\r") for line in lines]
    return fold_many([text for line in texts for text in texts_of(line)] if texts_of else texts, folder=folder)


def _fold_line(
    line: bytes, folder: NameFolder, texts_of: Callable[[str], tuple[str, ...]] | None
) -> list[Name | NameRefusal]:
    try:
        return _fold([line.decode()], folder, texts_of)
    except UnicodeDecodeError as error:
        shown = line.rstrip(b"\r").decode(errors="replace")
        return [NameRefusal(shown, "bad-utf-8", f"{error.reason} at byte {error.start}")]


def _record(name: Name, psl_version: str) -> NameRecord:
    return NameRecord(
        name.input, name.ascii, name.unicode, name.registrable, name.suffix, name.zone or None,
        name.party or None, None, name.registrable_private or None, name.suffix_private, psl_version,
    )  # fmt: skip


def _refused(refusal: NameRefusal, psl_version: str) -> NameRecord:
    return NameRecord(
        refusal.input, refusal.name or None, refusal.unicode or None, None, refusal.suffix or None,
        refusal.zone or None, refusal.party or None, Trouble(refusal.code, refusal.reason), None, None, psl_version,
    )  # fmt: skip
