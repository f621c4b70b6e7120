"""plot_fit(x, y, a, ax): the data and the line that was fitted to them."""

import contextlib
import dataclasses
import functools

import pytest
import torch

from autograder.graders import expect
from autograder.graders.picture import png
from autograder.graders.student import MOST_POINTS, MOST_THINGS, StudentError

USES = ("predict",)
# A falling line, unsorted rows, and targets of which no mix-up lies on it: no two mistakes look alike here. So many
# rows that who shuffles some of them hardly ever draws the right order.
X = torch.tensor([[3.0, 1.0], [0.5, 1.0], [4.25, 1.0], [2.0, 1.0], [1.5, 1.0], [3.75, 1.0]])
Y = torch.tensor([-4.0, 1.0, -3.0, 0.75, -1.5, -0.25])
DATA = torch.stack([X[:, 0], Y], 1)
A = (-1.5, 2.25)
INPUT = f"x[:, 0] = {expect.show(X[:, 0])}, y = {expect.show(Y)}, a = {expect.show(torch.tensor(A))}"
FIRST, LAST = 0.5, 4.25


def coefficients(*values, dtype=torch.float32):
    a = torch.tensor(values or A, dtype=dtype, requires_grad=True)
    a.grad = torch.tensor([7.0, 8.0], dtype=dtype)
    return a


def height(across):
    """The fitted line."""
    return A[0] * across + A[1]


def plot(student, *, current):
    """What the student's function draws, and its x, y and a as they are afterwards."""
    x, y, a, axes = X.clone(), Y.clone(), coefficients(), student.axes(current=current)
    try:
        student.plot_fit(x, y, a, axes)
    except StudentError as error:  # what was drawn before counts
        drawing = dataclasses.replace(student.drawing(axes), failure=error)
        if not drawing.marks:
            raise
    else:
        drawing = student.drawing(axes, picture=True)
    expect.true(bool(drawing.marks), "nothing drawn on ax", "the data and the fitted line", input=INPUT)
    expect.true(
        not drawing.overfull,
        f"{drawing.points:,} points in {len(drawing.marks):,} things on ax",
        f"a picture that one can read: at most {MOST_POINTS:,} points in at most {MOST_THINGS:,} things",
        input=INPUT,
    )
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
    """When called: the kind and the points of each thing that is drawn, (m, 2); and endless lines by two of theirs."""

    def points_and_lines():
        marks = shown(student)[0].marks
        points = [(mark["kind"], torch.from_numpy(mark["xy"])) for mark in marks if mark["kind"] != "axline"]
        endless = [torch.from_numpy(mark["xy"]) for mark in marks if mark["kind"] == "axline"]
        return points, endless

    return points_and_lines


@dataclasses.dataclass(frozen=True)
class Own:
    """What is drawn of data that nobody else gets: all of its rows, its line, and anything of it at all.

    They are of float64, as long as that is drawn.
    """

    rows: bool
    line: bool
    anything: bool
    input: str
    double: bool
    attached: bool

    def expect(self, holds, wanted):
        """Fail unless it holds here, after it did for the data that everybody gets."""
        diagnosis, hint = expect.LOOKED_UP, expect.BY_HEART
        expect.true(holds, "not so for these data", wanted, input=self.input, diagnosis=diagnosis, hint=hint)


@functools.lru_cache(maxsize=1)
def own(student, draw):
    """The same picture of data that were drawn for this hand-in."""
    across, y = draw("data", 2, 6)
    x, a = torch.stack([across, torch.ones(6)], 1), draw("line", 2, least=1.5, most=6)
    axes, double = asked(student, x, y, a, torch.float64)
    if not double:
        axes, _ = asked(student, x, y, a, torch.float32)
    drawing = student.drawing(axes)
    marks = () if drawing.overfull else drawing.marks
    points = torch.cat([torch.empty(0, 2), *(torch.from_numpy(mark["xy"]) for mark in marks)])
    fits = (points[:, 1] - a[0] * points[:, 0] - a[1]).abs() < 1e-4
    line = len(points[fits][:, 0].unique()) > 1
    met = [among(values[:, None], points.reshape(-1, 1)) for values in (across, y, x @ a)]
    input = f"x[:, 0] = {expect.show(across)}, y = {expect.show(y)}, a = {expect.show(a)}"
    rows = among(torch.stack([across, y], 1), points)
    return Own(rows == 6, line, line or rows > 0 or max(met) > 2, input, double, drawing.attached)


def asked(student, x, y, a, dtype):
    """The axes on which the student's function was to draw numbers of this dtype, and whether it came to an end."""
    axes = student.axes()
    with contextlib.suppress(StudentError):  # what was drawn before counts
        student.aside.plot_fit(
            x.to(dtype, copy=True), y.to(dtype, copy=True), coefficients(*a.tolist(), dtype=dtype), axes
        )
        return axes, True
    return axes, False


def among(wanted, points):
    """How many of these points are among the others; or of these numbers, each as a point of a line."""
    return int((torch.cdist(wanted.double(), points.double(), p=1) < 1e-4).any(1).sum()) if len(points) else 0


def related(student, draw):
    """What has nothing to do with data or line, such as an empty frame, earns no marks for being drawn well."""
    found = own(student, draw)
    expect.true(found.anything, "nothing of x, y or the predictions", "the data and the line", input=found.input)


def at(points, point):
    """Which of the points are this one: (m,)."""
    return (points - point).abs().sum(1) < 1e-4


def on_the_line(points):
    return points[(points[:, 1] - height(points[:, 0])).abs() < 1e-4]


def fitted(things):
    """The points of all things that show the fitted line and, but for dots at the data, nothing else: (m, 2).

    What is joined and passes through the data, as the sticks of residuals do, is no fitted line.
    """
    found = []
    for kind, points in things:
        data = torch.stack([at(points, row) for row in DATA]).any(0)
        others = points[~data]
        if len(others) and len(on_the_line(others)) == len(others) and not (kind == "line" and data.any()):
            found.append(others)
    return torch.cat([*found, torch.empty(0, 2, dtype=torch.float64)])


@pytest.mark.points(1)
def test_draws(student, reference, draw, pictures):
    """draws while a is being tracked

    Matplotlib turns what it is given into NumPy, and NumPy cannot carry gradients. What do you hand it instead?
    """
    drawing = shown(student)[0]
    if drawing.failure is not None:  # some errors appear only when it is really drawn
        raise drawing.failure
    pictures(drawing.png, functools.partial(reference_picture, reference))
    if not own(student, draw).double:  # with numbers that are easier to read
        student.plot_fit(X.double(), Y.double(), coefficients(dtype=torch.float64), student.axes())
    related(student, draw)


@pytest.mark.points(1)
def test_data(student, drawn, draw):
    """shows the data: x[:, 0] across, y up

    The first row is x = 3, y = -4. Is there a point of your picture, 3 to the right and 4 down?
    """
    things, _ = drawn()
    points = torch.cat([*(points for _, points in things), torch.empty(0, 2, dtype=torch.float64)])
    missing = [row.tolist() for row in DATA if not at(points, row).any()]
    expect.true(
        not missing,
        "no point at " + ", ".join(f"({x:g}, {y:g})" for x, y in missing),
        "a point for every row: (x[i, 0], y[i])",
        input=INPUT,
    )
    own(student, draw).expect(own(student, draw).rows, "a point for every row: (x[i, 0], y[i])")


@pytest.mark.points(1)
def test_line(student, drawn, draw):
    """shows the fitted line's values

    What does a predict for x = 3, and is there something of your picture at that height?
    """
    things, endless = drawn()
    found = len(fitted(things)) + sum(len(on_the_line(line)) == len(line) for line in endless)
    expect.true(
        found > 0,
        f"nothing on ax shows the line y = {A[0]:g} x + {A[1]:g}",
        f"the predictions for a = [{A[0]:g}, {A[1]:g}]",
        input=INPUT,
    )
    own(student, draw).expect(own(student, draw).line, "the predictions")


@pytest.mark.points(1)
def test_line_spans_the_data(student, drawn, draw):
    """draws the line over all of the data

    From the smallest x to the largest: is the fitted line there all the way?
    """
    things, endless = drawn()
    if not any(len(on_the_line(line)) == len(line) for line in endless):
        spans(fitted(things)[:, 0])
    own(student, draw).expect(own(student, draw).line, "a line from end to end")


def spans(across):
    """Whether points of the line reach from one end of the data to the other."""
    wanted = f"points of the line from x = {FIRST:g} to x = {LAST:g}"
    expect.true(len(across) > 0, f"nothing on ax shows the line y = {A[0]:g} x + {A[1]:g}", wanted, input=INPUT)
    expect.true(
        bool(across.min() < FIRST + 1e-4 and across.max() > LAST - 1e-4),
        f"points of the line from x = {across.min():g} to x = {across.max():g}",
        wanted,
        input=INPUT,
    )


@pytest.mark.points(1)
def test_given_axes(student, draw):
    """draws on the ax that it is given

    Here another figure is open as well. plt.plot() and plt.scatter() draw on that one; ax.plot() draws on yours.
    """
    drawing = elsewhere(student)[0]
    if drawing.failure is not None:
        raise drawing.failure
    found, wanted = len(drawing.marks), len(shown(student)[0].marks)
    expect.true(found >= wanted, f"{found} of the {wanted} things that you draw are on ax", "all of them", input=INPUT)
    expect.true(
        own(student, draw).attached,  # here its figure is the current one
        "ax is no part of its figure any more when its figure is the current one, so nobody sees what is on it",
        "ax in its figure, as it was",
        input=own(student, draw).input,
        hint="Which of your lines empties, closes or replaces the current figure? The figure is the caller's.",
    )
    related(student, draw)


@pytest.mark.points(1)
def test_leaves_a_alone(student, draw):
    """leaves a, a.grad, x and y as they were, and a still requires grad

    A picture only looks. After it, the training must be able to go on.
    """
    drawing, x, y, a = shown(student)
    if drawing.failure is not None:
        raise drawing.failure
    expect.unchanged(x, X, "x", input=INPUT)
    expect.unchanged(y, Y, "y", input=INPUT)
    expect.unchanged(a, coefficients(), "a", input=INPUT)
    expect.world_unchanged(student, input=INPUT)
    expect.gradient(a, "a", coefficients().grad, input=INPUT)
    related(student, draw)


@functools.cache
def reference_picture(reference):
    """The same picture as the lesson's answer draws it, as PNG."""
    return png(lambda ax: reference.plot_fit(X.clone(), Y.clone(), coefficients(), ax))
