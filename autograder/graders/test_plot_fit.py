"""plot_fit(x, y, a, ax): the data and the line that was fitted to them."""

import contextlib
import functools
import io

import pytest
import torch

from autograder.graders import expect

USES = ("predict",)
X = torch.tensor([[0.0, 1.0], [3.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
INPUT = "x[:, 0] = [0, 3, 2, 4], y = [3, 7, 4, 9], a = [2, -1]"
Y = torch.tensor([3.0, 7.0, 4.0, 9.0])  # no point, residual or mix-up of columns lies on the line y = 2 x - 1


def coefficients():
    a = torch.tensor([2.0, -1.0], requires_grad=True)
    a.grad = torch.tensor([7.0, 8.0])
    return a


def plot(student, *, current):
    """What the student's function draws, and its x, y and a as they are afterwards."""
    x, y, a, axes = X.clone(), Y.clone(), coefficients(), student.axes(current=current)
    student.plot_fit(x, y, a, axes)
    drawing = student.drawing(axes, picture=True)
    expect.true(bool(drawing.marks), "nothing drawn on ax", "the data and the fitted line", input=INPUT)
    return drawing, x, y, a


@functools.lru_cache(maxsize=1)
def elsewhere(student):
    """`plot` while other axes are pyplot's current ones."""
    return plot(student, current=False)


@functools.lru_cache(maxsize=1)
def shown(student):
    """`plot` for all criteria but that of the given axes: if anything is missing there, ax is the current one."""
    with contextlib.suppress(expect.Failed):
        if len(elsewhere(student)[0].marks) > 1:
            return elsewhere(student)
    return plot(student, current=True)


@pytest.fixture
def drawn(student):
    """When called: all points that the student's function draws, (m, 2), and its endless lines by two points each."""

    def points_and_lines():
        marks = shown(student)[0].marks
        points = [torch.from_numpy(mark["xy"]) for mark in marks if mark.get("kind") != "axline"]
        endless = [torch.from_numpy(mark["xy"]) for mark in marks if mark.get("kind") == "axline"]
        return torch.cat([*points, torch.empty(0, 2, dtype=torch.float64)]), endless

    return points_and_lines


def is_drawn(point, points):
    return bool(((points - point).abs().sum(1) < 1e-4).any())


def on_the_line(points):
    return points[(points[:, 1] - (2 * points[:, 0] - 1)).abs() < 1e-4]


@pytest.mark.points(1)
def test_draws(student, reference, pictures):
    """draws while a is being tracked

    Matplotlib turns what it is given into NumPy, and NumPy cannot carry gradients. What do you hand it instead?
    """
    drawing = shown(student)[0]
    if drawing.failure is not None:  # some errors appear only when it is really drawn
        raise drawing.failure
    pictures(drawing.png, functools.partial(reference_picture, reference))


@pytest.mark.points(1)
def test_data(drawn):
    """shows the data: x[:, 0] across, y up

    Which column of x varies? It belongs on the horizontal axis, and y on the vertical one.
    """
    points, _ = drawn()
    missing = [
        (x, y) for x, y in zip(X[:, 0].tolist(), Y.tolist(), strict=True) if not is_drawn(torch.tensor([x, y]), points)
    ]
    expect.true(
        not missing,
        "no point at " + ", ".join(f"({x:g}, {y:g})" for x, y in missing),
        "a point for every row: (x[i, 0], y[i])",
        input=INPUT,
        hint=swapped_axes(X[:, 0], Y, points),
    )


@pytest.mark.points(1)
def test_line(drawn):
    """shows the fitted line's values

    Which values do you want to compare with y: the coefficients, the errors, or the predictions?
    """
    points, endless = drawn()
    found = len(on_the_line(points)) + sum(len(on_the_line(line)) for line in endless)
    expect.true(
        found > 0,
        "no point lies on the line y = 2 x - 1",
        "the predictions for a = [2, -1]",
        input=INPUT,
        hint=swapped_axes(X[:, 0], 2 * X[:, 0] - 1, points),
    )


@pytest.mark.points(1)
def test_line_spans_the_data(drawn):
    """draws the line over all of the data

    From the smallest x to the largest: how far does your line reach?
    """
    points, endless = drawn()
    if any(len(on_the_line(line)) == len(line) for line in endless):
        return
    across, wanted = on_the_line(points)[:, 0], "points of the line from x = 0 to x = 4"
    expect.true(len(across) > 0, "no point lies on the line y = 2 x - 1", wanted, input=INPUT)
    expect.true(
        bool(across.min() < 1e-4 and across.max() > 4 - 1e-4),
        f"points of the line from x = {across.min():g} to x = {across.max():g}",
        wanted,
        input=INPUT,
    )


@pytest.mark.points(1)
def test_given_axes(student):
    """draws on the ax that it is given

    Here another figure is open as well. plt.plot() and plt.scatter() draw on that one; ax.plot() draws on yours.
    """
    found, wanted = len(elsewhere(student)[0].marks), len(shown(student)[0].marks)
    expect.true(found >= wanted, f"{found} of the {wanted} things that you draw are on ax", "all of them", input=INPUT)


@pytest.mark.points(1)
def test_leaves_a_alone(student):
    """leaves a, a.grad, x and y as they were, and a still requires grad

    A picture only looks. After it, the training must be able to go on.
    """
    _, x, y, a = shown(student)
    expect.unchanged(x, X, "x", input=INPUT)
    expect.unchanged(y, Y, "y", input=INPUT)
    expect.unchanged(a, coefficients(), "a", input=INPUT)
    expect.true(a.requires_grad, "a.requires_grad is False afterwards", "a.requires_grad is still True", input=INPUT)
    expect.values(a.grad, coefficients().grad, input=INPUT)


@functools.cache
def reference_picture(reference):
    """The same picture as the lesson's answer draws it, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow, and not needed for a check on the command line

    from autograder.sandbox.drawing import blank

    figure, png = blank(), io.BytesIO()
    reference.plot_fit(X.clone(), Y.clone(), coefficients(), figure.axes[0])
    FigureCanvasAgg(figure).print_png(png)
    return png.getvalue()


def swapped_axes(across, up, points):
    """The hint for axes the wrong way round, if that is what was drawn."""
    swapped = all(is_drawn(torch.tensor([y, x]), points) for x, y in zip(across.tolist(), up.tolist(), strict=True))
    return (
        "Your axes are the wrong way round: scatter(…) takes what goes across first, then what goes up."
        if swapped
        else None
    )
