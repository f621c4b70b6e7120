"""mse(y_hat, y): the mean of the squared errors."""

import functools

import pytest
import torch

from autograder.graders import expect
from autograder.graders.slopes import ENOUGH, slopes

Y_HAT, Y = [4.0, 1.0, 7.0], [1.0, 3.0, 2.0]
TARGETS, ERRORS = (("targets", 20), ("perfect", 100)), (("up", 4), ("down", 2))
SLOPES = "y_hat.grad after mse(y_hat, y).backward(); expected is what nudging y_hat does to your loss"
DECIMALS = [0.125, -2.375, 1.4142]
FIRST = "Your loss does not tell good predictions from bad ones yet. Get the first criterion right, then come back."


def number(value):
    """The one number in a loss, however it is wrapped."""
    found = expect.numbers(value)
    expect.true(found.numel() == 1, f"{found.numel()} numbers", "one number")
    expect.true(bool(torch.isfinite(found).all()), str(found.item()), "a finite number")
    return found.item()


@functools.lru_cache(maxsize=1)
def three_losses(student, draw):
    """Of perfect predictions, of some with errors, and of errors three times as large.

    The errors are larger upwards than downwards, and the perfect predictions larger than all others: a sum of errors
    grows as a loss does, a sum of predictions does not.
    """
    y, target = (draw(what, 4, least=least, most=2 * least, parts=1, signs=False) for what, least in TARGETS)
    up, down = (draw(what, 2, least=least, most=2 * least, parts=1, signs=False) for what, least in ERRORS)
    errors = torch.cat([up, -down])
    pairs = (target, target), (y + errors, y), (y + 3 * errors, y)
    return [number(student.aside.mse(y_hat.clone(), truth.clone())) for y_hat, truth in pairs]


def grows(student, draw):
    """No constant earns marks."""
    _, near, far = three_losses(student, draw)
    expect.true(
        far > near,
        f"{near:g} for some errors, {far:g} for larger ones",
        "a larger loss",
        input=expect.DRAWN,
        hint=FIRST,
    )


def notices_errors(student, draw):
    """What makes it a loss, right or wrong: (nearly) nothing for perfect predictions, and more the worse they are.

    What does nothing of the kind earns no marks for its slopes or for being alike.
    """
    perfect, near, far = three_losses(student, draw)
    expect.true(
        abs(perfect) < 0.05 * near and near < 0.7 * far,
        f"{perfect:g} for perfect predictions, {near:g} for some with errors, {far:g} for errors three times as large",
        "0 if nothing is wrong, and the more the more is wrong",
        input=expect.DRAWN,
        hint=FIRST,
    )


def ask(student, reference, y_hat, y):
    """A question that was drawn for this hand-in, after those that are the same for all."""
    expected = reference.mse(y_hat, y)
    expect.computed(student.aside.mse(y_hat, y), expected)


@pytest.mark.points(1)
def test_one_error(student, reference, draw):
    """squares the error

    The one error here is 3. What is the S in MSE?
    """
    y_hat, y = torch.tensor([5.0]), torch.tensor([2.0])
    expected = reference.mse(y_hat, y)  # first: a student's function may change what it is given
    expect.values(student.mse(y_hat, y), expected)
    low, high = draw("one error", 2, 1, least=2, parts=1, signs=False).sort(0).values
    ask(student, reference, high, low)


@pytest.mark.points(1)
def test_opposite_errors(student, reference, draw):
    """errors in opposite directions do not cancel

    One prediction is 1 too low, the other 1 too high. What are the squares of these errors, and what is their mean?
    """
    for y_hat, y in (([0.0, 1.0], [1.0, 0.0]), ([0.0, 0.0], [1.0, 2.0])):
        loss = number(student.mse(torch.tensor(y_hat), torch.tensor(y)))
        perfect = number(student.mse(torch.tensor(y), torch.tensor(y)))
        expect.true(
            loss > perfect,
            f"{loss:g}",
            f"more than the loss of perfect predictions, {perfect:g}",
            input=f"y_hat = {expect.show(torch.tensor(y_hat))}, y = {expect.show(torch.tensor(y))}",
        )
    notices_errors(student, draw)


@pytest.mark.points(1)
def test_three_errors(student, reference, draw):
    """gives the mean of the squared errors

    Errors of 3, -2 and 5 have the squares 9, 4 and 25. What is their mean?
    """
    for predictions, targets in ((Y_HAT, Y), (DECIMALS, [-0.5, 1.75, 2.4142])):
        y_hat, y = torch.tensor(predictions), torch.tensor(targets)
        expected = reference.mse(y_hat, y)  # first: a student's function may change what it is given
        expect.values(student.mse(y_hat, y), expected)
    truth = torch.tensor([0.5, -0.25, 0.75], dtype=torch.float64)
    for size in (1e-4, 1e4):  # of the one nothing is left beside an epsilon, of the other nothing is to be cut off
        y_hat = truth + size * torch.tensor([3.0, -2.0, 5.0], dtype=torch.float64)
        expected = reference.mse(y_hat, truth)
        expect.values(student.mse(y_hat, truth), expected, rtol=1e-4, least=0.0)
    ask(student, reference, *draw("five errors", 2, 5))


@pytest.mark.points(1)
def test_duplicated_rows(student, reference, draw):
    """does not grow with the number of rows

    The same rows twice over are no better and no worse a fit. Which step of yours depends on how many there are?
    """
    once = number(student.mse(torch.tensor(Y_HAT), torch.tensor(Y)))
    twice = number(student.mse(torch.tensor(Y_HAT + Y_HAT), torch.tensor(Y + Y)))
    expect.true(
        expect.close(torch.tensor([twice]), torch.tensor([once])),
        f"{twice:g} with every row twice, {once:g} with every row once",
        "the same loss both times",
    )
    notices_errors(student, draw)


@pytest.mark.points(1)
def test_one_number(student, reference, draw, note):
    """returns one number, as a tensor without dimensions

    backward() starts from a tensor that holds a single number: not from a Python float, not from one number a row.
    """
    loss = expect.tensor(student.mse(torch.tensor(Y_HAT), torch.tensor(Y)), "a tensor of shape ()")
    one = student.mse(torch.tensor([5.0]), torch.tensor([2.0]))
    expect.tensor(one, "a tensor of shape (), for one row as well")
    if loss.shape == (1,):
        note("Your mse has shape (1,). That cost no marks; a loss usually has shape ().")
    else:
        expect.shape(loss, (), input=f"y_hat = {expect.show(Y_HAT)}, y = {expect.show(Y)}")
    grows(student, draw)


@pytest.mark.points(1)
def test_gradient(student, reference, draw):
    """can be differentiated

    After backward(), y_hat.grad should say which way each prediction is off. Where does your code leave the graph, or write over what is in it?
    """
    y_hat, y = torch.tensor(Y_HAT, requires_grad=True), torch.tensor(Y)
    loss = expect.tensor(student.mse(y_hat, y.clone()), "a tensor that remembers how it was computed from y_hat")
    expect.true(loss.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    loss.sum().backward()
    expected = slopes(lambda at: number(student.mse(at, y.to(at.dtype, copy=True))), torch.tensor(Y_HAT), y_hat.grad)
    expect.true(
        y_hat.grad is not None,
        "no gradient arrives at y_hat",
        "a gradient in y_hat.grad",
        diagnosis="Your answer has a record, but it does not begin at y_hat: a copy of it has taken its place.",
    )
    input = f"{SLOPES}; y_hat = {expect.show(y_hat)}, y = {expect.show(y)}"
    expect.values(y_hat.grad, expected, rtol=ENOUGH, input=input)
    expect.true(bool(expected.any()), "slopes of 0 everywhere", "slopes in y_hat.grad")
    notices_errors(student, draw)


@pytest.mark.points(1)
def test_gradient_of_perfect_fit(student, reference, draw):
    """has a gradient of 0 at a perfect fit

    At the bottom of the valley the slope is 0. Is every step of yours smooth there, on the way from the errors to the loss?
    """
    y_hat, y = torch.tensor(Y, requires_grad=True), torch.tensor(Y)
    loss = expect.tensor(student.mse(y_hat, y), "a tensor that remembers how it was computed from y_hat")
    expect.true(loss.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    loss.sum().backward()
    expect.gradient(y_hat, "y_hat", torch.zeros(3))
    notices_errors(student, draw)


@pytest.mark.points(1)
def test_dtype_and_inputs(student, reference, draw, note):
    """keeps the dtype of its inputs, and leaves y_hat and y as they were

    With float64 in, float64 must come out, and float32 with float32; and neither y_hat nor y may be written to.
    """
    for dtype in (torch.float64, torch.float32):
        y_hat, y = torch.tensor(Y_HAT, dtype=dtype), torch.tensor(Y, dtype=dtype)
        y_hat_before, y_before = y_hat.clone(), y.clone()
        loss = student.mse(y_hat, y)
        if isinstance(loss, torch.Tensor):  # a loss that is no tensor has paid for that above
            expect.dtype(loss, dtype)
        expect.unchanged(y_hat, y_hat_before, "y_hat")
        expect.unchanged(y, y_before, "y")
        expect.world_unchanged(student)
    grows(student, draw)
    if broadcasts_silently(student, reference, y_hat, y):
        note(
            "Good to know: given y as a column, shape (n, 1), your mse compares every row with every other. No marks lost."
        )


def broadcasts_silently(student, reference, y_hat, y):
    """Whether targets of shape (n, 1) give a wrong loss without a word. Worth a note, no marks: see the docs."""
    try:
        column = expect.numbers(student.mse(y_hat, y.reshape(-1, 1)))
        return not any(
            expect.close(column, expect.numbers(loss)) for loss in (student.mse(y_hat, y), reference.mse(y_hat, y))
        )
    except Exception:
        return False
