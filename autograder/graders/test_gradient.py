"""gradient(x, y, a): the slope of the loss in each coefficient."""

import pytest
import torch

from autograder.graders import expect

USES = ("predict", "mse")
X = [[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]
Y = [1.0, -2.0, -1.0]  # with a = [1, -1] the errors are -1, 3 and 4: no two alike, none 0
DECIMALS = [0.5, -1.375, 2.25]
RTOL = 1e-4  # wide enough for a central difference in float64


def leaf(*values, dtype=torch.float32):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def first_answer(student, x, y, a):
    """The student's own gradient, which must depend on the targets: no constant answer earns marks."""
    answer = expect.numbers(student.gradient(x, y, a)).clone()
    expect.true(bool(torch.isfinite(answer).all()), "not finite", "finite numbers")
    other = expect.numbers(student.gradient(x, y + 1, a.detach().clone().requires_grad_()))
    expect.true(
        answer.numel() > 0 and not (other.numel() == answer.numel() and torch.equal(other, answer)),
        "the same answer for other targets y",
        "another gradient when y changes",
    )
    return answer


@pytest.mark.points(1)
def test_one_row(student, reference):
    """gives the slope of one squared error

    The prediction is 1 too low. Differentiate (a1*x1 + a2*x2 - y)**2 with respect to a1, slowly, then to a2.
    """
    x, y, a = torch.tensor([[2.0, 3.0]]), torch.tensor([3.0]), leaf(1.0, 0.0)
    expected = reference.gradient(x, y, leaf(1.0, 0.0))  # first: a student's function may change what it is given
    expect.values(student.gradient(x, y, a), expected, rtol=RTOL)


@pytest.mark.points(1)
def test_several_rows(student, reference):
    """averages the slopes over the rows

    The loss is a mean over the rows. What does that do to its derivative?
    """
    for targets, place in ((Y, (1.0, -1.0)), (DECIMALS, (0.3, 0.05))):
        x, y = torch.tensor(X), torch.tensor(targets)
        expected = reference.gradient(x, y, leaf(*place))
        expect.values(student.gradient(x, y, leaf(*place)), expected, rtol=RTOL)


@pytest.mark.points(1)
def test_shape(student, reference):
    """returns a tensor shaped like a: one slope a coefficient

    There is one question for each coefficient: which way is uphill? How many numbers does your answer hold, and in what?
    """
    x, y = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), torch.tensor([1.0, 2.0])
    expect.shape(student.gradient(x, y, leaf(1.0, 2.0, 0.0)), (3,))
    expect.shape(student.gradient(x[:, :1], y, leaf(3.0)), (1,))
    first_answer(student, x, y, leaf(1.0, 2.0, 0.0))


@pytest.mark.points(1)
def test_asked_twice(student, reference):
    """gives the same answer when asked twice

    backward() adds to what is already in .grad. What is in it when your function is called the second time?
    """
    x, y, a = torch.tensor(X), torch.tensor(Y), leaf(1.0, -1.0)
    first = first_answer(student, x, y, a)
    expect.values(student.gradient(x, y, a), first, rtol=RTOL)


@pytest.mark.points(1)
def test_filled_grad(student, reference):
    """does not care what a.grad held before

    Here a.grad is already filled when your function is called. Does your answer start from a clean slate?
    """
    x, y, a = torch.tensor(X), torch.tensor(Y), leaf(1.0, -1.0)
    a.grad = torch.tensor([10.0, 100.0])
    filled = expect.numbers(student.gradient(x, y, a)).clone()
    expect.values(filled, first_answer(student, x, y, leaf(1.0, -1.0)), rtol=RTOL, input="a.grad = [10, 100] before")


@pytest.mark.points(1)
def test_optimum(student, reference):
    """is zero where the fit is perfect, and only there

    With these coefficients every prediction is exactly right. Which way should they move?
    """
    x, a = torch.tensor(X), leaf(2.0, -1.0)
    first_answer(student, x, torch.tensor(Y), leaf(1.0, -1.0))
    y = torch.tensor([1.0, 3.0, 7.0])
    expect.values(student.gradient(x, y, a), torch.zeros(2))


@pytest.mark.points(1)
def test_leaves_a_alone(student, reference):
    """leaves a, x and y as they were, and a still requires grad

    Your function only looks at a. Changing it, or switching its tracking off, is not its job.
    """
    x, y, a = torch.tensor(X), torch.tensor(Y), leaf(1.0, -1.0)
    x_before, y_before, a_before = x.clone(), y.clone(), a.detach().clone()
    answer = student.gradient(x, y, a)
    for value, before, name in ((x, x_before, "x"), (y, y_before, "y"), (a, a_before, "a")):
        expect.unchanged(value, before, name)
    expect.true(a.requires_grad, "a.requires_grad is False afterwards", "a.requires_grad is still True")
    expect.numbers(answer)
    first_answer(student, x, y, leaf(1.0, -1.0))


@pytest.mark.points(1)
def test_dtype(student, reference):
    """has the dtype of a

    With float64 in, the gradient must be float64 as well, and float32 with float32.
    """
    for dtype in (torch.float64, torch.float32):
        x, y = torch.tensor(X, dtype=dtype), torch.tensor(Y, dtype=dtype)
        answer = student.gradient(x, y, leaf(0.1, -0.7, dtype=dtype))
        if isinstance(answer, torch.Tensor):  # an answer that is no tensor has paid for that above
            expect.dtype(answer, dtype)
    first_answer(student, x, y, leaf(0.1, -0.7))
