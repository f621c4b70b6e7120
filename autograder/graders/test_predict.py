"""predict(x, a): one dot product a row."""

import pytest
import torch

from autograder.graders import expect

ROWS = [[3.0, 1.0], [0.0, 2.0], [1.0, -1.0], [2.0, 5.0]]
SLOPES = "a.grad after (weights * predict(x, a)).sum().backward(); expected is what nudging a does to your predictions"
DECIMALS = [[0.125, -2.375], [1.4142, 0.0061], [-3.3, 0.75]]


@pytest.mark.points(1)
def test_one_row(student, reference):
    """multiplies and adds: one row gives one number

    A dot product multiplies each input by its coefficient and then adds the products up. Do it by hand for this row.
    """
    x, a = torch.tensor([[3.0, 2.0]]), torch.tensor([2.0, -1.0])
    expected = reference.predict(x, a)  # first: a student's function may change what it is given
    expect.values(student.predict(x, a), expected)


@pytest.mark.points(1)
def test_every_row(student, reference):
    """gives every row its own prediction

    Each row of x is one example. Which of your operations walks along a row, and which walks down a column?
    """
    for rows, coefficients in ((ROWS, [2.0, -1.0]), (DECIMALS, [0.37, -1.25])):
        x, a = torch.tensor(rows), torch.tensor(coefficients)
        expected = reference.predict(x, a)  # first: a student's function may change what it is given
        expect.values(student.predict(x, a), expected)


@pytest.mark.points(1)
def test_shape(student, reference):
    """returns a tensor with one entry a row, shape (n,)

    Compare the shape of your result with len(x). What would (n, 1) minus (n,) be, later on in the loss?
    """
    a = torch.tensor([2.0, -1.0])
    for x in (torch.tensor([[3.0, 2.0]]), torch.tensor(ROWS)):
        predicted = student.predict(x, a)
        expect.shape(predicted, (len(x),))
        expect.true(not torch.equal(predicted, x[:, 0]), "a column of x", "predictions")


@pytest.mark.points(1)
def test_three_columns(student, reference):
    """uses every column of x, however many there are

    The docstring allows any number of columns, and the last one need not be ones. Which columns does your code use?
    """
    x, a = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), torch.tensor([1.0, 10.0, 100.0])
    expected = reference.predict(x, a)  # first: a student's function may change what it is given
    expect.values(student.predict(x, a), expected)


@pytest.mark.points(1)
def test_gradient_reaches_a(student, reference):
    """can be differentiated: a gradient finds its way back to a

    The values may be right, but backward() must be able to walk from them to a. Where does your code leave the graph?
    """
    x, a = torch.tensor(ROWS), torch.tensor([2.0, -1.0], requires_grad=True)
    predicted = expect.tensor(student.predict(x, a), "a tensor that remembers how it was computed from a")
    expect.true(predicted.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    expect.true(
        predicted.numel() == len(x), f"{predicted.numel()} numbers for {len(x)} rows", f"{len(x)} numbers, one a row"
    )
    weights = torch.arange(1.0, len(x) + 1)
    (predicted.reshape(-1) * weights).sum().backward()
    expected = torch.tensor([slope(student, x, weights, shift) for shift in ([0.5, 0.0], [0.0, 0.5])])
    expect.true(
        a.grad is not None,
        "no gradient arrives at a",
        "a gradient in a.grad",
        diagnosis="Your answer has a record, but it does not begin at a: a copy of it has taken its place.",
    )
    expect.values(a.grad, expected, rtol=1e-2, input=f"{SLOPES}; x = {expect.show(x)}, a = [2, -1]")
    expect.true(bool(expected.any()), "slopes of 0 everywhere", "slopes in a.grad")


def slope(student, x, weights, shift):
    """The slope of the student's own predictions, by nudging a, so that wrong values do not cost this mark too."""
    up, down = (
        expect.numbers(student.predict(x, torch.tensor([2.0, -1.0]) + sign * torch.tensor(shift))) for sign in (1, -1)
    )
    return float(((up - down) * weights).sum())


@pytest.mark.points(1)
def test_dtype_and_inputs(student, reference):
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
    expect.true(predicted.numel() == len(x), f"{predicted.numel()} numbers for {len(x)} rows", "one number a row")
    moving = expect.numbers(student.predict(x, a + 1))
    expect.true(
        not torch.equal(moving, expect.numbers(predicted)), "the same predictions for another a", "other predictions"
    )
