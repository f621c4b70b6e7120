"""The results as JUnit XML, which continuous integration reads: what Jenkins' schema (`junit-10.xsd`) takes.

A test that was not run is a failure here, since marks were lost: a notebook that nobody has worked on is not to look
as if all were well.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from autograder.lesson.report import Report, Verdict
from autograder.platforms import results
from autograder.platforms.results import Test
from autograder.render import words

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to say


def result(report: Report, hints: int) -> str:
    """One suite for each exercise; the points are its properties, and what each test puts out."""
    tests = results.tests(report, hints)
    top = Element("testsuites", {"name": report.assignment, **_counts(tests)})
    for exercise, group in itertools.groupby(tests, lambda one: one.group):
        _suite(top, report.assignment, exercise, list(group))
    if len(top):
        SubElement(top[0], "system-out").text = _clean(results.summary(report))
    ElementTree.indent(top, " ")
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=False) + "\n"


def _suite(top: Element, assignment: str, exercise: str, tests: list[Test]) -> None:
    name = f"{assignment}.{exercise}"
    suite = SubElement(top, "testsuite", {"name": name, **_counts(tests), "skipped": "0"})
    points = {"score": sum(one.score for one in tests), "max_score": sum(one.max_score for one in tests)}
    properties = SubElement(suite, "properties")
    for key, value in points.items():
        SubElement(properties, "property", name=key, value=words.points(value))
    for one in tests:
        _case(suite, name, one)


def _case(suite: Element, classname: str, one: Test) -> None:
    case = SubElement(suite, "testcase", classname=classname, name=_clean(one.name))
    if one.verdict is not Verdict.PASSED:
        kind = "error" if one.verdict is Verdict.ERROR else "failure"
        SubElement(case, kind, type=one.verdict, message=_clean(one.says)).text = _clean(one.text)
    said = f"{words.points(one.score)} of {words.points(one.max_score)} points"
    SubElement(case, "system-out").text = said


def _counts(tests: Iterable[Test]) -> dict[str, str]:
    verdicts = [one.verdict for one in tests]
    errors = verdicts.count(Verdict.ERROR)
    failures = len(verdicts) - errors - verdicts.count(Verdict.PASSED)
    return {"tests": str(len(verdicts)), "failures": str(failures), "errors": str(errors)}


def _clean(text: str) -> str:
    return NO_XML.sub("\ufffd", text)
