"""A table that an LMS or a spreadsheet has saved, in whatever encoding: read, and written back as it came."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.basics.refused import Refused

DELIMITERS = ",;\t"
MAX_BYTES = 20 << 20
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Table:
    """Rows of cells, each as long as the header. The rest is how the file was written."""

    header: list[str]
    rows: list[list[str]]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quoted: bool = False
    line_end: str = "\r\n"

    def column(self, *titles: str) -> int | None:
        """Where the first of these titles that there is stands, whatever its case."""
        found = [title.strip().casefold() for title in self.header]
        return next((found.index(title.casefold()) for title in titles if title.casefold() in found), None)

    def cells(self, *titles: str) -> list[str]:
        """A column, without blanks around its cells; empty ones if there is none of these titles."""
        place = self.column(*titles)
        return [row[place].strip() if place is not None else "" for row in self.rows]

    def written(self) -> bytes:
        """The file, in the way it was written."""
        file = io.StringIO()
        style: Any = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator=self.line_end, quoting=style)
        writer.writerows([self.header, *self.rows])
        return file.getvalue().encode(self.encoding)


def read_table(path: Path, recognised: Callable[[Sequence[str]], bool]) -> Table:
    """The table in a file whose first row is `recognised` as its header.

    Raises:
        Refused: the file cannot be read, or its header is not one of those that are wanted.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise Refused(f"{path}: larger than {MAX_BYTES >> 20} MiB, so it is no table of a class")
    encoding = _encoding(content)
    text = content.decode(encoding)
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
        if rows and recognised(rows[0]):
            return _table(rows, text, encoding, delimiter)
    first = " ".join(text.split("\n", 1)[0].split())
    raise Refused(f"{path}: its first row is none that is known here: {first[:100] or 'it is empty'}")


def _encoding(content: bytes) -> str:
    """That of its mark; without one UTF-8, or Windows' where it is no UTF-8."""
    for mark, encoding in BOMS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode()
    except UnicodeDecodeError:
        return "latin-1" if content.translate(None, b"\x81\x8d\x8f\x90\x9d") != content else "cp1252"
    return "utf-8"


def _table(rows: list[list[str]], text: str, encoding: str, delimiter: str) -> Table:
    header, *rest = rows
    width = max(map(len, rows))
    return Table(
        header=[*header, *[""] * (width - len(header))],
        rows=[[*row, *[""] * (width - len(row))] for row in rest],
        encoding=encoding,
        delimiter=delimiter,
        quoted=text.lstrip("\ufeff").startswith('"'),
        line_end="\r\n" if "\r\n" in text else "\n",
    )
