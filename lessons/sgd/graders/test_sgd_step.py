"""sgd_step(a, lr): one step downhill, in place."""

import functools

import pytest
import torch

from autograder.graders import expect

STUCK = "Your step does not move a here. Get the first criterion right, then come back to this one."


def parameter(values, grad, dtype=torch.float32):
    """A leaf that requires grad, with its gradient set."""
    a = torch.tensor(values, dtype=dtype, requires_grad=True)
    a.grad = torch.tensor(grad, dtype=dtype)
    return a


def is_clean(a):
    """Whether nothing is left in a.grad."""
    return a.grad is None or not a.grad.any()


def keeps_form(a, shape, dtype):
    """`a.data = ...` can make another tensor of it."""
    expect.tensor(a, f"a tensor of shape {tuple(shape)} and dtype {str(dtype).removeprefix('torch.')}")
    expect.shape(a, tuple(shape))
    expect.dtype(a, dtype)


@functools.lru_cache(maxsize=1)
def steps(student, draw):
    """What makes it a step, right or wrong: where it leads depends on the gradient, and on where it starts.

    What does nothing of the kind earns no marks for treating all shapes alike: a is set to something, or moved by lr.
    """
    start, grad, lr = draw("start", 2, least=2), draw("gradients", 3, 2), 0.25
    ends = []
    for place, slope in ((start, grad[0]), (start, grad[1]), (start + grad[2], grad[0])):
        a = parameter(place.tolist(), slope.tolist())
        student.aside.sgd_step(a, lr)
        ends.append(expect.numbers(a))
    expect.true(
        not torch.equal(ends[0], ends[1]), "the same step, whatever the gradient", "another gradient, another step",
        input=expect.DRAWN, hint=STUCK,
    )  # fmt: skip
    expect.true(not torch.equal(ends[0], ends[2]), "the same a, wherever it was", "a step from where a was",
        input=expect.DRAWN, hint=STUCK,
    )  # fmt: skip


def step(student, values, grad, lr, dtype=torch.float32):
    """How far the student's step moves a parameter of these values: flat float64; it must move, and keep its form."""
    a = parameter(values, grad, dtype)
    before, shape = expect.numbers(a), a.shape
    student.sgd_step(a, lr)
    keeps_form(a, shape, dtype)
    moved = expect.numbers(a) - before
    expect.true(bool(moved.abs().sum() > 0), f"a is still {expect.show(a)}", "a has moved", hint=STUCK)
    return moved


@pytest.mark.points(2)
def test_value(student, reference, draw):
    """moves a against the gradient, by lr times the gradient, in place

    Print a before your step and after it: is the difference lr * a.grad, and is it the caller's own tensor that moved?
    """
    for values, grad, lr in (
        ([1.0, -2.0], [3.0, -5.0], 0.1),
        ([0.0, 0.0], [-0.003, 0.00765], 0.25),
        ([8.0, 4.0], [300.0, -5000.0], 0.5),
        ([1.0, -2.0], [2.0, -3.0], 2.5),
    ):
        check(student.sgd_step, reference, values, grad, lr)
    (lr,) = draw("lr", 1, least=0.1, most=0.9, parts=16, signs=False).tolist()
    place, slope = draw("a and its gradient", 2, 2).tolist()
    check(student.aside.sgd_step, reference, place, slope, lr, expect.computed)


def check(function, reference, values, grad, lr, compare=expect.values):
    """One step of the student's, compared with the lesson's."""
    a, expected = parameter(values, grad), parameter(values, grad)
    function(a, lr)
    reference.sgd_step(expected, lr)
    shown = ", ".join(f"{name} = {expect.show(torch.tensor(each))}" for name, each in (("a", values), ("a.grad", grad)))
    compare(a, expected, input=f"{shown}, lr = {lr}")


@pytest.mark.points(1)
def test_lr_zero(student, reference, draw):
    """does not move at all when lr is 0

    A learning rate of 0 means no step. Where does lr enter your update?
    """
    moving, a = parameter([1.0, -2.0], [3.0, 5.0]), parameter([1.0, -2.0], [3.0, 5.0])
    student.sgd_step(moving, 0.5)
    keeps_form(moving, (2,), torch.float32)
    expect.true(not torch.equal(moving, a), f"a is still {expect.show(a)}", "a has moved", hint=STUCK)
    student.sgd_step(a, 0.0)
    expect.values(a, torch.tensor([1.0, -2.0]), input="a = [1, -2], a.grad = [3, 5], lr = 0")
    expect.true(
        is_clean(a) or not is_clean(moving),
        f"a.grad is still {expect.show(a.grad)}",
        "a clean gradient, as after any other step",
        input="a = [1, -2], a.grad = [3, 5], lr = 0",
    )
    steps(student, draw)


@pytest.mark.points(1)
def test_two_steps(student, reference, draw):
    """takes a second step as well as the first

    With the same gradient, the second step must be as long as the first.
    """
    a = parameter([1.0, -2.0], [3.0, 5.0])
    start = expect.numbers(a)
    student.sgd_step(a, 0.1)
    first = expect.numbers(a)
    expect.true(not torch.equal(first, start), f"a is still {expect.show(a)}", "a has moved", hint=STUCK)
    expect.true(a.requires_grad, "a.requires_grad is False after the first step", "a can be trained further")
    keeps_form(a, start.shape, torch.float32)
    a.grad = torch.tensor([3.0, 5.0])
    student.sgd_step(a, 0.1)
    second = expect.numbers(a) - first
    expect.true(
        expect.close(second, first - start),
        f"a first step of {expect.show(first - start)}, and a second one of {expect.show(second)}",
        "two steps of the same length",
        input="a = [1, -2], a.grad = [3, 5] before each of two steps, lr = 0.1",
    )
    steps(student, draw)


@pytest.mark.points(1)
def test_clean_gradient(student, reference):
    """leaves a clean gradient for the next backward()

    The next backward() adds to whatever is in a.grad. What should be there when your step is done?
    """
    a, c = parameter([1.0, -2.0], [3.0, 5.0]), torch.tensor([7.0, 11.0])
    student.sgd_step(a, 0.1)
    keeps_form(a, (2,), torch.float32)
    expect.true(a.requires_grad, "a.requires_grad is False after the step", "a can be trained further")
    expect.true(
        a.grad is None or not a.grad.is_inference(),
        "a.grad is a tensor made in inference mode, and the next backward() cannot add to it",
        "None, or zeros made outside of it",
        diagnosis="inference_mode goes further than no_grad: what is made in it can take no part in any record.",
    )
    (a * c).sum().backward()
    expect.gradient(a, "a", c, input="a.grad = [3, 5] before the step; afterwards (a * [7, 11]).sum().backward()")


@pytest.mark.points(1)
def test_still_trainable(student, reference):
    """leaves a a leaf that requires grad, and autograd switched on

    no_grad is for the update alone. After your step the training goes on: a must still be tracked.
    """
    a = parameter([1.0, -2.0], [3.0, 5.0])
    before = a.detach().clone()
    student.sgd_step(a, 0.1)
    keeps_form(a, (2,), torch.float32)
    expect.world_unchanged(student)
    expect.true(a.requires_grad, "a.requires_grad is False", "a.requires_grad is still True")
    expect.true(student.leaves[0], "a is no leaf any more", "a is still a leaf")
    expect.true(not torch.equal(a.detach(), before), f"a is still {expect.show(a)}", "a has moved", hint=STUCK)


@pytest.mark.points(1)
def test_any_shape(student, reference, draw):
    """works for a parameter of any shape and dtype

    The rule is the same for every entry: three of them, a table of them, or a single number; of float32 or float64.
    """
    values, grad = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [6.0, -5.0, 4.0, 3.0, -2.0, 1.0]
    pairs = [step(student, [value], [slope], 0.1) for value, slope in zip(values, grad, strict=True)]
    alone = torch.cat(pairs)
    table = step(student, [values[:2], values[2:4], values[4:]], [grad[:2], grad[2:4], grad[4:]], 0.1)
    like = "one by one"
    expect.values(table, alone, like=like, input="a of shape (3, 2)")
    expect.values(step(student, values[:3], grad[:3], 0.1), alone[:3], like=like, input="a of shape (3,)")
    expect.values(step(student, values[0], grad[0], 0.1), alone[:1], like=like, input="a of shape ()")
    expect.values(
        step(student, values[:3], grad[:3], 0.1, torch.float64),
        alone[:3],
        rtol=1e-4,
        like=like,
        input="a of dtype float64",
    )
    steps(student, draw)


@pytest.mark.points(1)
def test_parameter(student, reference, draw):
    """works for an nn.Parameter

    A Parameter is a tensor that a model registers. Nothing in your step should need to know.
    """
    moved = step(student, [1.0, -2.0], [3.0, 5.0], 0.1)
    a = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    a.grad = torch.tensor([3.0, 5.0])
    student.sgd_step(a, 0.1)
    own = expect.numbers(a) - torch.tensor([1.0, -2.0], dtype=torch.float64)
    expect.values(own, moved, like="as a plain tensor", input="a Parameter [1, -2], a.grad = [3, 5], lr = 0.1")
    steps(student, draw)
