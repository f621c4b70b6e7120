"""mse(y_hat, y): the mean of the squared errors."""

import pytest
import torch

from autograder.graders import expect

Y_HAT, Y = [4.0, 1.0, 7.0], [1.0, 3.0, 2.0]
SLOPES = "y_hat.grad after mse(y_hat, y).backward(); expected is what nudging y_hat does to your loss"
DECIMALS = [0.125, -2.375, 1.4142]


def number(value):
    """The one number in a loss, however it is wrapped."""
    found = expect.numbers(value)
    expect.true(found.numel() == 1, f"{found.numel()} numbers", "one number")
    expect.true(bool(torch.isfinite(found).all()), str(found.item()), "a finite number")
    return found.item()


def notices_errors(student):
    """The loss of wrong predictions, which must be above that of perfect ones: no constant answer earns marks."""
    perfect = number(student.mse(torch.tensor(Y), torch.tensor(Y)))
    wrong = number(student.mse(torch.tensor(Y_HAT), torch.tensor(Y)))
    expect.true(wrong > perfect, f"{wrong:g} for wrong predictions, {perfect:g} for perfect ones", "a larger loss")
    return wrong


@pytest.mark.points(1)
def test_one_error(student, reference):
    """squares the error

    The one error here is 3. What is the S in MSE?
    """
    y_hat, y = torch.tensor([5.0]), torch.tensor([2.0])
    expected = reference.mse(y_hat, y)  # first: a student's function may change what it is given
    expect.values(student.mse(y_hat, y), expected)


@pytest.mark.points(1)
def test_opposite_errors(student, reference):
    """errors in opposite directions do not cancel

    One prediction is 1 too low, the other 1 too high. Should that be a perfect score? The order of your steps matters.
    """
    for y_hat, y in (([0.0, 1.0], [1.0, 0.0]), ([0.0, 0.0], [1.0, 2.0])):
        loss = number(student.mse(torch.tensor(y_hat), torch.tensor(y)))
        perfect = number(student.mse(torch.tensor(y), torch.tensor(y)))
        expect.true(loss > perfect, f"{loss:g}", "more than the loss of perfect predictions, 0")


@pytest.mark.points(1)
def test_three_errors(student, reference):
    """gives the mean of the squared errors

    The squared errors are 9, 4 and 25. What is their mean?
    """
    for predictions, targets in ((Y_HAT, Y), (DECIMALS, [-0.5, 1.75, 2.4142])):
        y_hat, y = torch.tensor(predictions), torch.tensor(targets)
        expected = reference.mse(y_hat, y)  # first: a student's function may change what it is given
        expect.values(student.mse(y_hat, y), expected)


@pytest.mark.points(1)
def test_duplicated_rows(student, reference):
    """does not grow with the number of rows

    The same rows twice over are no worse a fit. Which step of yours makes the loss grow with the number of rows?
    """
    once = notices_errors(student)
    twice = number(student.mse(torch.tensor(Y_HAT + Y_HAT), torch.tensor(Y + Y)))
    expect.true(
        expect.close(torch.tensor([twice]), torch.tensor([once])),
        f"{twice:g} with every row twice, {once:g} with every row once",
        "the same loss both times",
    )


@pytest.mark.points(1)
def test_one_number(student, reference, note):
    """returns one number, as a tensor without dimensions

    backward() starts from a tensor that holds a single number: not from a Python float, not from one number a row.
    """
    loss = expect.tensor(student.mse(torch.tensor(Y_HAT), torch.tensor(Y)), "a tensor of shape ()")
    if loss.shape == (1,):
        note("Your mse has shape (1,). That cost no marks; a loss usually has shape ().")
    else:
        expect.shape(loss, ())
    notices_errors(student)


@pytest.mark.points(1)
def test_gradient(student, reference):
    """can be differentiated

    After backward(), y_hat.grad should say which way each prediction is off. Where does your code leave the graph?
    """
    y_hat, y = torch.tensor(Y_HAT, requires_grad=True), torch.tensor(Y)
    loss = expect.tensor(student.mse(y_hat, y), "a tensor that remembers how it was computed from y_hat")
    expect.true(loss.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    loss.sum().backward()
    nudges = 0.5 * torch.eye(3)
    slopes = [
        number(student.mse(torch.tensor(Y_HAT) + up, y)) - number(student.mse(torch.tensor(Y_HAT) - up, y))
        for up in nudges
    ]
    expect.true(
        y_hat.grad is not None,
        "no gradient arrives at y_hat",
        "a gradient in y_hat.grad",
        diagnosis="Your answer has a record, but it does not begin at y_hat: a copy of it has taken its place.",
    )
    expect.values(
        y_hat.grad,
        torch.tensor(slopes),
        rtol=1e-2,
        input=f"{SLOPES}; y_hat = {expect.show(y_hat)}, y = {expect.show(y)}",
    )
    expect.true(any(slopes), "slopes of 0 everywhere", "slopes in y_hat.grad")


@pytest.mark.points(1)
def test_gradient_of_perfect_fit(student, reference):
    """has a gradient of 0 at a perfect fit

    At the bottom of the valley the slope is 0. A square root has an infinite slope there, and the gradient is nan.
    """
    notices_errors(student)
    y_hat, y = torch.tensor(Y, requires_grad=True), torch.tensor(Y)
    loss = expect.tensor(student.mse(y_hat, y), "a tensor that remembers how it was computed from y_hat")
    expect.true(loss.requires_grad, "a tensor without a graph", "a tensor that requires grad")
    loss.sum().backward()
    expect.values(y_hat.grad, torch.zeros(3))


@pytest.mark.points(1)
def test_dtype_and_inputs(student, reference, note):
    """keeps the dtype of its inputs, and leaves y_hat and y as they were

    With float64 in, float64 must come out, and float32 with float32; and neither y_hat nor y may be written to.
    """
    notices_errors(student)
    for dtype in (torch.float64, torch.float32):
        y_hat, y = torch.tensor(Y_HAT, dtype=dtype), torch.tensor(Y, dtype=dtype)
        y_hat_before, y_before = y_hat.clone(), y.clone()
        loss = student.mse(y_hat, y)
        if isinstance(loss, torch.Tensor):  # a loss that is no tensor has paid for that above
            expect.dtype(loss, dtype)
        expect.unchanged(y_hat, y_hat_before, "y_hat")
        expect.unchanged(y, y_before, "y")
    if broadcasts_silently(student, y_hat, y):
        note(
            "Good to know: given y as a column, shape (n, 1), your mse compares every row with every other. No marks lost."
        )


def broadcasts_silently(student, y_hat, y):
    """Whether targets of shape (n, 1) give a wrong loss without a word. Worth a note, no marks: see the docs."""
    try:
        column = expect.numbers(student.mse(y_hat, y.reshape(-1, 1)))
        return not expect.close(column, expect.numbers(student.mse(y_hat, y)))
    except Exception:
        return False
