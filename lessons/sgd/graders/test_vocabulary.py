"""vocabulary: seven words and the letters of their definitions."""

import re

import pytest

from autograder.graders import expect
from autograder.graders.student import Unanswered

BESIDE = "A letter alone is asked for, and yours has something beside it."
TERMS = ("learning rate", "epoch", "minibatch", "SGD", "model/architecture", "parameter", "loss function")


def letters(answer):
    """The student's letters by term, in any case and spacing."""
    expect.true(isinstance(answer, dict), expect.show(answer), "a dictionary from words to letters")
    return {str(term).strip().casefold(): str(letter).strip().upper() for term, letter in answer.items()}


@pytest.mark.points(1)
@pytest.mark.parametrize("term", TERMS)
def test_term(student, reference, term):
    """knows what "{term}" means

    Look at the definition under your letter once more: which other word fits it better?
    """
    given = letters(student.value("vocabulary"))
    letter = given.get(term.casefold(), "?")
    if letter in ("?", "", "NONE"):
        raise Unanswered(term)
    expect.true(
        list(given.values()).count(letter) <= 2,
        f"{letter}, as for other words",
        "a letter of its own",
        input=term,
        hint="Every definition belongs to one word only.",
    )
    wanted = reference.vocabulary[term]
    alone = (
        "another letter" if re.sub(r"\W", "", letter) != wanted else "the letter alone, without what stands beside it"
    )
    expect.true(letter == wanted, letter, alone, input=term, diagnosis=BESIDE if len(letter) > 1 else None)
