"""predict(x, a): one dot product a row."""

import pytest
import torch

from autograder.graders import expect

ROWS = [[3.0, 1.0], [0.0, 2.0], [1.0, -1.0], [2.0, 5.0]]


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
    x, a = torch.tensor(ROWS), torch.tensor([2.0, -1.0])
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
    slopes = expect.numbers(a.grad)
    expect.true(
        bool(torch.isfinite(slopes).all() and slopes.any()), f"a.grad = {expect.show(a.grad)}", "slopes in a.grad"
    )


@pytest.mark.points(1)
def test_dtype_and_inputs(student, reference):
    """keeps the dtype of its inputs, and leaves x and a as they were

    With float64 in, float64 must come out; and neither x nor a may be written to.
    """
    x, a = torch.tensor(ROWS, dtype=torch.float64), torch.tensor([0.1, -0.7], dtype=torch.float64)
    x_before, a_before = x.clone(), a.clone()
    predicted = student.predict(x, a)
    expect.dtype(predicted, torch.float64)
    expect.unchanged(x, x_before, "x")
    expect.unchanged(a, a_before, "a")
    expect.true(predicted.numel() == len(x), f"{predicted.numel()} numbers for {len(x)} rows", "one number a row")
    moving = expect.numbers(student.predict(x, a + 1))
    expect.true(
        not torch.equal(moving, expect.numbers(predicted)), "the same predictions for another a", "other predictions"
    )
