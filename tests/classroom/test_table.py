"""Tables come back as they came: cells, order, encoding, delimiters, quotes and ends of lines."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.table import Table, read_table

CELLS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=8)
WAYS = [
    (encoding, delimiter, quoted, end)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
    for delimiter in ",;\t"
    for quoted in (True, False)
    for end in ("\r\n", "\n")
]


def written(rows: list[list[str]], way: tuple[str, str, bool, str]) -> bytes:
    encoding, delimiter, quoted, end = way
    file = io.StringIO()
    style: Any = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=style).writerows(rows)
    return file.getvalue().encode(encoding)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), max_size=4), way=st.sampled_from(WAYS))
def test_what_is_written_is_what_was_read(
    rows: list[list[str]], way: tuple[str, str, bool, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_bytes(content := written([["id", "Größe"], *rows], way))
    table = read_table(path, lambda header: header[:1] == ["id"])
    assert table.rows == rows and table.header == ["id", "Größe"]
    assert table.written() == content


def test_columns_are_found_by_any_of_their_titles() -> None:
    table = Table(["ID ", "Mail"], [["1", " a@x "], ["2", ""]])
    assert table.column("e-mail", "mail") == 1 and table.column("name") is None
    assert table.cells("mail") == ["a@x", ""] and table.cells("name") == ["", ""]


def test_rows_of_other_lengths_have_all_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,mark\nada\n\nbea,2,x\n", "utf-8")
    table = read_table(path, lambda header: header[:1] == ["id"])
    assert (table.header, table.rows) == (["id", "mark", ""], [["ada", "", ""], ["bea", "2", "x"]])
