"""gradient(x, y, a): the slope of the loss in each coefficient."""

import functools

import pytest
import torch

from autograder.graders import expect

USES = ("predict", "mse")
X = [[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]
Y = [1.0, -2.0, -1.0]  # with a = [1, -1] the errors are -1, 3 and 4: no two alike, none 0
DECIMALS = [0.5, -1.375, 2.25]
FIRST = "Your answer does not follow the errors yet. Get the first criterion right, then come back to this one."
RTOL = 1e-4  # wide enough for a central difference in float64


def leaf(*values, dtype=torch.float32):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def some(value):
    """The numbers in an answer, of which there must be some."""
    found = expect.numbers(value)
    expect.true(found.numel() > 0 and bool(torch.isfinite(found).all()), expect.show(value), "finite numbers")
    return found.clone()


def ask(student, reference, rows, targets, place):
    """A question that was drawn for this hand-in, after those that are the same for all."""
    expected = reference.gradient(rows, targets, leaf(*place.tolist()))
    expect.computed(student.aside.gradient(rows, targets, leaf(*place.tolist())), expected, rtol=RTOL)


@functools.lru_cache(maxsize=1)
def below_and_above(student, draw):
    """The gradients where every prediction is too low, and where each is as much too high.

    The errors are small beside the targets, and these lie close together: what only hands on y hardly changes.
    """
    x, a = torch.ones(5, 2).double(), torch.tensor([0.5, draw("height", 1, least=40, most=80).abs()]).double()
    x[:, 0] = draw("rows", 5, most=3)
    errors = draw("errors", 5, least=8, signs=False)
    targets = x @ a + errors, x @ a - errors
    return [some(student.aside.gradient(x.clone(), y, leaf(*a.tolist(), dtype=x.dtype))) for y in targets]


def depends_on_y(student, draw):
    """No constant earns marks."""
    low, high = below_and_above(student, draw)
    expect.true(
        not torch.equal(low, high),
        f"{expect.show(low)}, and {expect.show(high)} for other targets y",
        "another gradient when y changes",
        input=expect.DRAWN,
        hint=FIRST,
    )


def follows_errors(student, draw):
    """What makes it the slopes of a loss, right or wrong: where every error changes its sign, they do too.

    What does nothing of the kind earns no marks for being the same twice.
    """
    depends_on_y(student, draw)
    low, high = below_and_above(student, draw)
    sized = low.numel() == high.numel() and low.numel() in (2, 10)  # one for each coefficient, or entry of x
    expect.true(
        sized and float(torch.cosine_similarity(low, high, dim=0)) < -0.9,
        f"{expect.show(low)} where all predictions are too low, {expect.show(high)} where they are too high",
        "opposite slopes, one for each of two coefficients",
        input=expect.DRAWN,
        hint=FIRST,
    )


@pytest.mark.points(1)
def test_one_row(student, reference, draw):
    """gives the slope of one squared error

    The prediction is 1 too low. Differentiate (a1*x1 + a2*x2 - y)**2 with respect to a1, slowly, then to a2.
    """
    x, y, a = torch.tensor([[2.0, 3.0]]), torch.tensor([3.0]), leaf(1.0, 0.0)
    expected = reference.gradient(x, y, leaf(1.0, 0.0))  # first: a student's function may change what it is given
    expect.values(student.gradient(x, y, a), expected, rtol=RTOL)
    whole = functools.partial(draw, least=2, parts=1)
    ask(student, reference, whole("one row", 1, 2), whole("one target", 1), whole("one place", 2))


@pytest.mark.points(1)
def test_several_rows(student, reference, draw):
    """averages the slopes over the rows

    Work out the slopes of each of the three squared errors by hand, and their means: where do yours differ?
    """
    for targets, place in ((Y, (1.0, -1.0)), (DECIMALS, (0.3, 0.05))):
        x, y = torch.tensor(X), torch.tensor(targets)
        expected = reference.gradient(x, y, leaf(*place))
        expect.values(student.gradient(x, y, leaf(*place)), expected, rtol=RTOL)
    x, place = torch.tensor(X, dtype=torch.float64), leaf(0.5, 0.25, dtype=torch.float64)
    y = (x @ place).detach() + 1e-5 * torch.tensor(Y, dtype=torch.float64)  # near its best a slope is small, and not 0
    expected = reference.gradient(x, y, leaf(0.5, 0.25, dtype=torch.float64))
    expect.values(student.gradient(x, y, place), expected, rtol=RTOL, least=0.0)
    ask(student, reference, draw("many rows", 4, 2), draw("many targets", 4), draw("many places", 2))


@pytest.mark.points(1)
def test_shape(student, reference, draw):
    """returns a tensor shaped like a: one slope a coefficient

    There is one question for each coefficient: which way is uphill? How many numbers does your answer hold, and in what?
    """
    x, y = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), torch.tensor([1.0, 2.0])
    expect.shape(student.gradient(x, y, leaf(1.0, 2.0, 0.0)), (3,))
    expect.shape(student.gradient(x[:, :1], y, leaf(3.0)), (1,))
    follows_errors(student, draw)


@pytest.mark.points(1)
def test_asked_twice(student, reference, draw):
    """gives the same answer when asked twice

    backward() adds to what is already in .grad. What is in it when your function is called the second time?
    """
    a = leaf(1.0, -1.0)
    first = some(student.gradient(torch.tensor(X), torch.tensor(Y), a))
    a.data = torch.tensor([1.0, -1.0])  # who changes it has paid for that elsewhere
    expect.values(student.gradient(torch.tensor(X), torch.tensor(Y), a), first, rtol=RTOL, like="the first time")
    follows_errors(student, draw)


@pytest.mark.points(1)
def test_filled_grad(student, reference, draw):
    """does not care what a.grad held before

    Here a.grad is already filled when your function is called. Does your answer start from a clean slate?
    """
    a = leaf(1.0, -1.0)
    a.grad = torch.tensor([10.0, 100.0])
    filled = some(student.gradient(torch.tensor(X), torch.tensor(Y), a))
    clean = some(student.gradient(torch.tensor(X), torch.tensor(Y), leaf(1.0, -1.0)))
    expect.values(filled, clean, rtol=RTOL, like="with an empty a.grad", input="a.grad = [10, 100] before")
    follows_errors(student, draw)


@pytest.mark.points(1)
def test_optimum(student, reference, draw):
    """is zero where the fit is perfect, and only there

    With these coefficients every prediction is exactly right. Which way should they move?
    """
    x, a = torch.tensor(X), leaf(2.0, -1.0)
    y = torch.tensor([1.0, 3.0, 7.0])
    expect.values(student.gradient(x, y, a), torch.zeros(2))
    follows_errors(student, draw)


@pytest.mark.points(1)
def test_leaves_a_alone(student, reference, draw):
    """leaves a, x and y as they were, and a still requires grad

    Your function only looks at a. Changing it, or switching its tracking off, is not its job.
    """
    x, y, a = torch.tensor(X), torch.tensor(Y), leaf(1.0, -1.0)
    x_before, y_before, a_before = x.clone(), y.clone(), a.clone()
    answer = student.gradient(x, y, a)
    for value, before, name in ((x, x_before, "x"), (y, y_before, "y"), (a, a_before, "a")):
        expect.unchanged(value, before, name)
    expect.world_unchanged(student)
    expect.numbers(answer)
    depends_on_y(student, draw)


@pytest.mark.points(1)
def test_dtype(student, reference, draw):
    """has the dtype of a

    With float64 in, the gradient must be float64 as well, and float32 with float32.
    """
    for dtype in (torch.float64, torch.float32):
        x, y = torch.tensor(X, dtype=dtype), torch.tensor(Y, dtype=dtype)
        answer = student.gradient(x, y, leaf(0.1, -0.7, dtype=dtype))
        if isinstance(answer, torch.Tensor):  # an answer that is no tensor has paid for that above
            expect.dtype(answer, dtype)
    depends_on_y(student, draw)
