"""Are the catalogues complete, well formed, compiled, and about the texts that the program has today?

Texts are taken out of the source as `makemessages` would, into a temporary directory, and compared with what each
catalogue holds.  Refuses: a text without translation, a fuzzy one, one that is gone, placeholders that differ, a
compiled file that is not what its source compiles to.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "comity"
LOCALE = SOURCE / "web" / "locale"
LANGUAGES = ("ru", "be", "vi", "zh_Hans")


def texts_in_source() -> set[tuple[str, str]]:
    """Every text marked for translation today, with its context."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    with tempfile.TemporaryDirectory(prefix="comity-texts-") as directory:
        copy = Path(directory) / "comity"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("locale", "static", "__pycache__", "*.sqlite3"))
        (copy / "locale").mkdir()
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "--locale",
            "ru",
            "--extension",
            "html,txt,py",
            "-v",
            "0",
        ]
        subprocess.run(command, cwd=copy, env=environment, check=True)
        return _texts(polib.pofile(str(copy / "locale" / "ru" / "LC_MESSAGES" / "django.po")))


def problems_of(language: str, wanted: set[tuple[str, str]]) -> list[str]:
    """All that is wrong with one language's catalogue."""
    file = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not file.exists():
        return [f"{language}: there is no {file.relative_to(ROOT)}"]
    catalogue = polib.pofile(str(file))
    held = _texts(catalogue)
    problems = [f"{language}: not in the catalogue: {text!r}" for _context, text in sorted(wanted - held)]
    problems += [f"{language}: no longer in the program: {text!r}" for _context, text in sorted(held - wanted)]
    problems += [f"{language}: not translated: {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
    problems += [f"{language}: fuzzy: {entry.msgid!r}" for entry in catalogue.fuzzy_entries()]
    form = subprocess.run(
        ["msgfmt", "--check", "--output-file", "-", str(file)], capture_output=True, check=False
    )  # writes the compiled catalogue to its standard output
    if form.returncode:
        problems.append(f"{language}: {form.stderr.decode(errors='replace').strip()}")
    compiled = file.with_suffix(".mo")
    if not compiled.exists() or _translations(polib.mofile(str(compiled))) != _translations(catalogue):
        problems.append(f"{language}: {compiled.relative_to(ROOT)} is not what the catalogue compiles to")
    return problems


def _texts(catalogue: polib.POFile) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in catalogue if not entry.obsolete}


def _translations(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str, str], object]:
    return {
        (entry.msgctxt or "", entry.msgid): said
        for entry in catalogue
        if not entry.obsolete and (said := entry.msgstr or tuple(sorted(entry.msgstr_plural.items())))
    }


def main() -> int:
    """Print every problem; 1 when there is one."""
    wanted = texts_in_source()
    problems = [problem for language in LANGUAGES for problem in problems_of(language, wanted)]
    print("\n".join(problems) or f"translations: {len(wanted)} texts in {len(LANGUAGES)} languages, all there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
