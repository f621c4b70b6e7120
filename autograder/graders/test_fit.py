"""fit(x, y, a, lr, epochs, batch_size): minibatch SGD.

The probes read off what the sampler did from where the coefficients ended up, so they accept any source of
randomness and need no reference trajectory. With x = eye(n) each row moves its own coefficient only:
one epoch from a = 0 leaves a_i = 2 lr y_i / (size of the batch that row i sat in).
"""

import numpy as np
import pytest
import torch

from autograder.graders import expect

USES = ("predict", "mse", "gradient", "sgd_step")


def zeros(n):
    return torch.zeros(n, requires_grad=True)


def line():
    """Lesson-like data: y = 3 x1 + 2 with a little noise, x (60, 2), y (60,)."""
    generator = torch.Generator().manual_seed(4)
    x = torch.ones(60, 2)
    x[:, 0] = torch.rand(60, generator=generator) * 2 - 1
    return x, x @ torch.tensor([3.0, 2.0]) + 0.1 * torch.randn(60, generator=generator)


def is_float(loss):
    """A Python float, or NumPy's, which is one too (it comes over the wire as an array without dimensions)."""
    return isinstance(loss, float) or (isinstance(loss, np.ndarray) and loss.shape == () and loss.dtype == np.float64)


def moved(a, before, input=None):
    """The caller's own `a` must have been trained."""
    expect.true(
        not torch.equal(a.detach(), before),
        f"a is still {expect.show(before)}",
        "a has been trained, in place",
        input=input,
        hint="Does the tensor that the caller passed in ever change? A new tensor under the same name is not it.",
    )
    expect.true(bool(torch.isfinite(a).all()), f"a = {expect.show(a)}", "finite coefficients", input=input)


@pytest.mark.points(1)
def test_one_loss_an_epoch(student, reference):
    """returns a list with one loss an epoch, as Python floats

    One entry for each epoch, not for each batch; and .item() makes a number of a tensor.
    """
    x, y, a = torch.eye(3), torch.tensor([1.0, 2.0, 3.0]), zeros(3)
    losses = student.fit(x, y, a, 0.1, 4, 2)
    expect.true(isinstance(losses, list), f"{expect.show(losses)}", "a list of 4 floats")
    expect.true(len(losses) == 4, f"a list of {len(losses)}", "a list of 4 floats")
    odd = [loss for loss in losses if not is_float(loss)]
    if odd:
        expect.fail(f"a list with {expect.show(odd[0])}, a {type(odd[0]).__name__}, in it", "a list of 4 floats")
    moved(a, torch.zeros(3))


@pytest.mark.points(2)
def test_every_row_once(student, reference):
    """an epoch uses every row exactly once, with its own target

    An epoch is one complete run through all the data. Here row i can only move a[i]: look which ones moved, and how far.
    """
    lr, y, a = 0.1, torch.arange(1.0, 6.0), zeros(5)
    input = "x = eye(5), y = [1, 2, 3, 4, 5], a = 0, lr = 0.1, epochs = 1, batch_size = 2"
    student.fit(torch.eye(5), y, a, lr, 1, 2)
    moved(a, torch.zeros(5), input)
    shares = a.detach() / (2 * lr * y)
    expected = torch.tensor([0.5, 0.5, 0.5, 0.5, 1.0])
    expect.true(
        expect.close(expect.numbers(shares.sort().values), expect.numbers(expected)),
        f"steps of {expect.show(shares)} times 2 lr y",
        "0.5 times for the four rows in batches of 2, 1 for the row left over",
        input=input,
    )


@pytest.mark.points(1)
def test_update_after_every_batch(student, reference):
    """takes one step after every batch

    Six rows in batches of 2 make three steps an epoch, six in two epochs. When does a change in your loop?
    """
    lr, a = 0.1, zeros(1)
    input = "x = ones(6, 1), y = 1, a = 0, lr = 0.1, epochs = 2, batch_size = 2"
    student.fit(torch.ones(6, 1), torch.ones(6), a, lr, 2, 2)
    moved(a, torch.zeros(1), input)
    expected = 1 - (1 - 2 * lr) ** 6
    expect.values(a, expected, input=input)


@pytest.mark.points(1)
def test_new_order(student, reference):
    """draws a new order every epoch

    The same rows meet in the same batch again and again. Where is the 'stochastic' in stochastic gradient descent?
    """
    lr, y, a = 0.25, torch.arange(1.0, 8.0), zeros(7)
    input = "x = eye(7), lr = 0.25, epochs = 8, batch_size = 3"
    student.fit(torch.eye(7), y, a, lr, 8, 3)
    moved(a, torch.zeros(7), input)
    left = 1 - a.detach().double() / y
    expect.true(bool((left > 0).all() and (left < 1).all()), f"a = {expect.show(a)}", "a between 0 and y", input=input)
    sizes = 2 * lr / (1 - left ** (1 / 8))  # of the batch that each row sat in, if it was the same every epoch
    always_same = bool(((sizes - sizes.round()).abs() < 1e-3).all())
    expect.true(
        not always_same,
        f"the rows sat in batches of {expect.show(sizes.round().int())}, in each of 8 epochs",
        "a row sits now in a full batch, now in the short one",
        input=input,
    )


@pytest.mark.points(0.5)
def test_last_batch(student, reference):
    """puts what is left over into the last batch

    Seven rows in batches of 3 are batches of 3, 3 and 1.
    """
    lr, y, a = 0.1, torch.arange(1.0, 8.0), zeros(7)
    input = "x = eye(7), y = [1, …, 7], a = 0, lr = 0.1, epochs = 1, batch_size = 3"
    student.fit(torch.eye(7), y, a, lr, 1, 3)
    moved(a, torch.zeros(7), input)
    sizes = 2 * lr * y / a.detach()
    expect.true(
        expect.close(expect.numbers(sizes.sort().values), expect.numbers([1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0])),
        f"the rows sat in batches of {expect.show(sizes)}",
        "six rows in batches of 3, one row alone",
        input=input,
    )


@pytest.mark.points(1)
def test_losses(student, reference):
    """each loss is the MSE over all rows, after the epoch

    The loss of the last batch is not the loss of all the data. When, and over what, do you compute it?
    """
    x, y = line()
    a = zeros(2)
    losses = expect.numbers(student.fit(x, y, a, 0.05, 3, 16))
    moved(a, torch.zeros(2))
    expect.true(losses.numel() > 0, "an empty list", "one loss an epoch")
    x, y = line()  # anew: a student's function may have changed what it was given
    expect.values(losses[-1:], reference.mse(reference.predict(x, a), y), input="60 rows of data; the last of 3 losses")


@pytest.mark.points(1)
def test_full_batch(student, reference):
    """with batch_size = n it is plain gradient descent

    With all rows in one batch there is nothing random left: every loss and the final a are known exactly.
    """
    x, y = line()
    a, expected = zeros(2), zeros(2)
    input = "60 rows of data, lr = 0.1, epochs = 5, batch_size = 60"
    expected_losses = reference.fit(x, y, expected, 0.1, 5, 60)
    losses = student.fit(x, y, a, 0.1, 5, 60)
    expect.values(a, expected, input=input)
    expect.values(losses, torch.tensor(expected_losses), input=input)


@pytest.mark.points(0.5)
def test_huge_batch(student, reference):
    """accepts a batch_size larger than the data

    A slice may run past the end of the data, a list of positions may not.
    """
    x, y = torch.tensor([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]]), torch.tensor([2.0, 1.0, 3.0])
    a, expected = zeros(2), zeros(2)
    reference.fit(x, y, expected, 0.01, 2, 10)
    student.fit(x, y, a, 0.01, 2, 10)
    expect.values(a, expected, input="3 rows, batch_size = 10")


@pytest.mark.points(1)
def test_starts_from_a(student, reference):
    """starts from the a that it is given, and leaves x and y alone

    Training goes on from where the coefficients are: not from 0, and with lr = 0 not at all.
    """
    x, y = torch.eye(3), torch.tensor([1.0, 2.0, 3.0])
    x_before, y_before = x.clone(), y.clone()
    start = torch.tensor([5.0, -1.0, 2.0])
    a = start.clone().requires_grad_()
    student.fit(x, y, a, 0.0, 2, 2)
    expect.values(a, start, input="a = [5, -1, 2], lr = 0")
    student.fit(x, y, a, 0.5, 1, 1)
    expect.unchanged(x, x_before, "x")
    expect.unchanged(y, y_before, "y")
    expect.true(a.requires_grad, "a.requires_grad is False afterwards", "a.requires_grad is still True")
    moved(a, start, "a = [5, -1, 2], lr = 0.5")
    expect.true(
        not torch.equal(a.detach(), torch.zeros(3)), "a = 0 whatever it was before", "a that started from [5, -1, 2]"
    )


@pytest.mark.points(1)
def test_finds_the_line(student, reference):
    """finds the line in data like the lesson's

    After 5 epochs the coefficients should be close to the slope and the intercept that made the data.
    """
    x, y = line()
    a = zeros(2)
    best = torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    student.fit(x, y, a, 0.3, 5, 10)
    off = (a.detach() - best).abs().max().item()
    expect.true(off < 0.1, f"a = {expect.show(a)}", f"a close to {expect.show(best)}", input="60 rows around a line")
