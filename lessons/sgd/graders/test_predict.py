"""predict(x, a): one dot product a row."""

import functools

import pytest
import torch

from autograder.graders import expect
from autograder.graders.slopes import ENOUGH, slopes

ROWS = [[3.0, 1.0], [0.0, 2.0], [1.0, -1.0], [2.0, 5.0]]
SLOPES = "a.grad after (weights * predict(x, a)).sum().backward(); expected is what nudging a does to your predictions"
FIRST = "No row of x is multiplied by a yet. Get the first criterion right, then come back to this one."
DECIMALS = [[0.125, -2.375], [1.4142, 0.0061], [-3.3, 0.75]]


def ask(student, reference, x, a):
    """A question that was drawn for this hand-in, after those that are the same for all."""
    expected = reference.predict(x, a)
    expect.computed(student.aside.predict(x, a), expected)


@functools.lru_cache(maxsize=1)
def flat_and_sloped(student, draw):
    """The predictions for rows that grow from one to the next, first with coefficients of 0, then with some above it."""
    small, large = draw("small", 1, 2, most=1.5, parts=4, signs=False), draw("large", 2, 2, least=4, signs=False)
    x, a = torch.cat([small, large.sort(0).values]), draw("coefficients", 2, least=1.5, most=3, signs=False)
    return [expect.numbers(student.aside.predict(x.clone(), to)) for to in (torch.zeros(2), a)]


def depends_on_a(student, draw):
    """No constant earns marks, and no column of x."""
    flat, sloped = flat_and_sloped(student, draw)
    expect.true(
        not torch.equal(flat, sloped),
        "the same predictions for another a",
        "other predictions",
        input=expect.DRAWN,
        hint=FIRST,
    )


def multiplies(student, draw):
    """What makes it a prediction, right or wrong: the coefficients scale the inputs, so that with 0 all rows are alike.

    What does nothing of the kind earns no marks for its shape or its slopes.
    """
    flat, sloped = flat_and_sloped(student, draw)
    spread = [float(found.max() - found.min()) if found.numel() else 0.0 for found in (flat, sloped)]
    expect.true(
        flat.numel() == sloped.numel() == 3 and spread[0] <= 0.25 * spread[1] and spread[1] > 0,
        f"{expect.show(flat)} with a = [0, 0], and {expect.show(sloped)} with another a",
        "with a = [0, 0] the same for every row, and only then: 0 times whatever it holds",
        input=expect.DRAWN,
        hint=FIRST,
    )


def count(values):
    return "1 number" if values.numel() == 1 else f"{values.numel()} numbers"


@pytest.mark.points(1)
def test_one_row(student, reference, draw):
    """multiplies and adds: one row gives one number

    A dot product multiplies each input by its coefficient and then adds the products up. Do it by hand for this row.
    """
    x, a = torch.tensor([[3.0, 2.0]]), torch.tensor([2.0, -1.0])
    expected = reference.predict(x, a)  # first: a student's function may change what it is given
    expect.values(student.predict(x, a), expected)
    x, a = (draw(what, *shape, least=2, parts=1, signs=False) for what, shape in (("row", (1, 2)), ("its a", (2,))))
    ask(student, reference, x, a)


@pytest.mark.points(1)
def test_every_row(student, reference, draw):
    """gives every row its own prediction

    Each row of x is one example. Which of your operations walks along a row, and which walks down a column?
    """
    for rows, coefficients in ((ROWS, [2.0, -1.0]), (DECIMALS, [0.37, -1.25])):
        x, a = torch.tensor(rows), torch.tensor(coefficients)
        expected = reference.predict(x, a)  # first: a student's function may change what it is given
        expect.values(student.predict(x, a), expected)
    ask(student, reference, draw("every row", 5, 2), draw("their a", 2))


@pytest.mark.points(1)
def test_shape(student, reference, draw):
    """returns a tensor with one entry a row, shape (n,)

    Compare the shape of your result with len(x). What would (n, 1) minus (n,) be, later on in the loss?
    """
    a = torch.tensor([2.0, -1.0])
    for x in (torch.tensor([[3.0, 2.0]]), torch.tensor(ROWS)):
        expect.shape(student.predict(x, a), (len(x),))
    multiplies(student, draw)


@pytest.mark.points(1)
def test_three_columns(student, reference, draw):
    """uses every column of x, however many there are

    The docstring allows any number of columns, and the last one need not be ones. Which columns does your code use?
    """
    x, a = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), torch.tensor([1.0, 10.0, 100.0])
    expected = reference.predict(x, a)  # first: a student's function may change what it is given
    expect.values(student.predict(x, a), expected)
    ask(student, reference, draw("many columns", 2, 5), draw("many coefficients", 5))


@pytest.mark.points(1)
def test_gradient_reaches_a(student, reference, draw):
    """can be differentiated: a gradient finds its way back to a

    backward() must be able to walk from the predictions to a. Where does your code leave the graph, or write over it?
    """
    x, place = torch.tensor(ROWS), torch.tensor([2.0, -1.0])
    a = place.clone().requires_grad_()
    predicted = expect.tensor(student.predict(x.clone(), a), "a tensor that remembers how it was computed from a")
    expect.true(predicted.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    expect.true(predicted.numel() == len(x), f"{count(predicted)} for {len(x)} rows", f"{len(x)} numbers, one a row")
    weights = torch.arange(1.0, len(x) + 1)
    (predicted.reshape(-1) * weights).sum().backward()
    expected = slopes(lambda at: weighted(student.predict(x.to(at.dtype, copy=True), at), weights), place, a.grad)
    expect.true(
        a.grad is not None,
        "no gradient arrives at a",
        "a gradient in a.grad",
        diagnosis="Your answer has a record, but it does not begin at a: a copy of it has taken its place.",
    )
    expect.values(a.grad, expected, rtol=ENOUGH, input=f"{SLOPES}; x = {expect.show(x)}, a = [2, -1]")
    expect.true(bool(expected.any()), "slopes of 0 everywhere", "slopes in a.grad")
    multiplies(student, draw)


def weighted(predicted, weights):
    return float((expect.numbers(predicted) * weights).sum())


@pytest.mark.points(1)
def test_dtype_and_inputs(student, reference, draw):
    """keeps the dtype of its inputs, and leaves x and a as they were

    With float64 in, float64 must come out, and float32 with float32; and neither x nor a may be written to.
    """
    for dtype in (torch.float64, torch.float32):
        x, a = torch.tensor(ROWS, dtype=dtype), torch.tensor([0.1, -0.7], dtype=dtype)
        x_before, a_before = x.clone(), a.clone()
        predicted = student.predict(x, a)
        expect.dtype(predicted, dtype)
        expect.unchanged(x, x_before, "x")
        expect.unchanged(a, a_before, "a")
        expect.world_unchanged(student)
    expect.true(predicted.numel() == len(x), f"{count(predicted)} for {len(x)} rows", "one number a row")
    depends_on_a(student, draw)
