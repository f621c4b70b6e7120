"""Misconceptions about plot_fit(x, y, a, ax), read off from what lies on the axes."""

import contextlib
import re

import torch

from autograder.graders.catalogue import sign
from autograder.graders.errors import raised, says
from autograder.graders.student import StudentError

DATA, LINE, SPAN, AX = "test_data", "test_line", "test_line_spans_the_data", "test_given_axes"


def probe(student):
    """As many rows as coefficients: then a mix-up of the two is drawn instead of an error."""
    a, axes = torch.tensor([2.0, -1.0], requires_grad=True), student.axes(current=True)
    with contextlib.suppress(StudentError):
        student.plot_fit(torch.tensor([[1.0, 2.0], [3.0, 1.0]]), torch.tensor([5.0, 2.0]), a, axes)
        student.drawing(axes)
    with contextlib.suppress(StudentError):
        student.plot_fit(torch.tensor([[1.0, 1.0]]), torch.tensor([5.0]), a, axes := student.axes(current=True))
        student.drawing(axes, picture=True)  # where a single number fits, it comes out what is handed over as one


@sign(DATA, LINE, SPAN)
def data_changed(traces):
    """Your function changes x or y before they are drawn: they are the caller's, and the picture shows other numbers.

    Print x and y before and after the call.

    Which line changes a tensor in place? And does `b = a` make a second tensor, or a second name?

    A picture only looks. `-=`, a trailing underscore and `b[i] = …` change the tensor itself, under whatever name.
    """
    return any(
        not torch.equal(new, old)
        for calls in traces.values()
        for call in calls
        if call.after
        for old, new in zip(call.args[:2], call.after[:2], strict=True)
    )


class Seen:
    """One drawing: the inputs, the predictions, and every point that was drawn."""

    def __init__(self, call):
        x, y, a = (arg.detach().double() for arg in call.args[:3])
        self.across, self.bias, self.y, self.a = x[:, 0], x[:, 1], y, a
        self.y_hat = x @ a
        marks = call.drawing.marks
        self.marks, self.elsewhere = len(marks), call.drawing.elsewhere
        self.things = [torch.from_numpy(mark["xy"]) for mark in marks if mark["kind"] != "axline"]
        self.lines = [torch.from_numpy(mark["xy"]) for mark in marks if mark["kind"] == "line"]
        self.endless = [torch.from_numpy(mark["xy"]) for mark in marks if mark["kind"] == "axline"]
        self.points = torch.cat([*self.things, torch.empty(0, 2, dtype=torch.float64)])

    def has(self, across, up):
        """Whether all these points are drawn."""
        wanted = torch.stack(torch.broadcast_tensors(across, up), 1)
        return bool(len(self.points)) and bool(torch.stack([_at(self.points, point).any() for point in wanted]).all())

    def points_of_data(self, points):
        """Whether all these are points of the data."""
        data = torch.stack([self.across, self.y], 1)
        return bool(torch.stack([_at(points, point) for point in data]).any(0).all())

    def joins_both(self, points):
        """Whether one thing passes through rows of the data and through predictions."""
        rows, fitted = (
            any(_at(points, torch.stack([x, up])).any() for x, up in zip(self.across, heights, strict=True))
            for heights in (self.y, self.y_hat)
        )
        return bool(rows and fitted)

    def fits(self, points):
        """Whether all these points lie on the line that a describes."""
        return bool(len(points)) and torch.allclose(points[:, 1], self.a[0] * points[:, 0] + self.a[1], atol=1e-4)

    def data_drawn(self):
        """How many points of the data are drawn."""
        return sum(self.has(x[None], y[None]) for x, y in zip(self.across, self.y, strict=True))


def _at(points, point):
    """Which of the points are this one: (m,)."""
    return (points - point).abs().sum(1) < 1e-4


def drawings(traces, *, probed=False):
    """All drawings that came to be and are looked at; those of the probe apart."""
    return [
        Seen(call)
        for test, calls in traces.items()
        for call in calls
        if call.drawing and not call.drawing.overfull and call.raised is None and (test == "probe") == probed
    ]


def any_has(traces, points):
    """Whether a drawing has all points that `points(drawing)` names."""
    return any(drawing.has(*points(drawing)) for drawing in drawings(traces))


@sign(AX)
def ax_out_of_its_figure(traces):
    """After your function ax is no part of its figure any more, and nobody sees what you have drawn on it.

    `fig, ax = plt.subplots()`, call your function, and print fig.axes.

    Which of your lines empties a figure, or takes axes away? And whose figure is it?

    `plt.clf()`, `fig.clear()` and `delaxes` throw all axes out of a figure. An ax that you are given belongs to the caller.
    """
    return any(call.drawing and not call.drawing.attached for calls in traces.values() for call in calls)


@sign()
def method_handed_over(traces):
    """You hand matplotlib a method itself, and not what it gives.

    `numbers.tolist` is a method, `numbers.tolist()` is a list. Print both in a cell of their own.

    Which name in your code is a method, and what makes Python call it?

    Naming a function does not call it. Without a call you hand on the function, and a function has no numbers.
    """
    return says(r"not '(builtin_function_or_method|method|function)'")(traces)


@sign()
def row_across(traces):
    """x[0] is the first row of the table, and you take it for the first column.

    Print x[0].shape with six rows of two columns.

    Which of the two positions in x[i, j] counts the rows? How does one say "all rows" there?

    A single position picks a row. A column needs two: which rows, and which column.
    """
    found = [seen for seen in drawings(traces, probed=True) if len(seen.y) == 2]
    rows = [torch.stack([seen.across[0], seen.bias[0]]) for seen in found]
    return any(seen.has(row, seen.y) or seen.has(row, seen.y_hat) for seen, row in zip(found, rows, strict=True))


@sign()
def converted_only_when_drawn(traces):
    """Your function ends without an error, and the error comes when the picture is really drawn: a tracked tensor is in it.

    Call fig.canvas.draw() after your function: there it is.

    Which tensor did you give to matplotlib that is still tracked?

    Some setters only keep what they are given. It becomes NumPy when it is drawn, and NumPy cannot carry gradients.
    """
    ended = (call for calls in traces.values() for call in calls if call.raised is None)
    failures = (call.drawing and call.drawing.failure for call in ended)
    return any(failure and re.search(r"numpy\(\)|requires grad", failure.message) for failure in failures)


@sign()
def coefficients_as_heights(traces):
    """You plot the coefficients themselves, as if each belonged to a row.

    Many rows and two coefficients: how many heights do you have?

    You want one height for each row. What is computed from a and a row?

    The coefficients describe the line; its points are the predictions.
    """
    found = drawings(traces, probed=True)
    return any(seen.has(seen.across, seen.a) and len(seen.points) <= 2 * len(seen.y) for seen in found)


@sign(LINE, SPAN)
def products_drawn(traces):
    """You draw the products of inputs and coefficients, and never add them up.

    For one row there should be one height; your picture has two.

    Which step turns the products of a row into a prediction?

    A dot product is two steps: multiply the pairs, then add up along the row.
    """
    found = drawings(traces, probed=True)
    return any(
        all(seen.has(seen.across, seen.a[i] * part) for i, part in ((0, seen.across), (1, seen.bias))) for seen in found
    )


@sign()
def both_columns_across(traces):
    """You hand the whole table to the horizontal axis: twice as many numbers as there are points.

    x has two columns, and the picture has one horizontal axis.

    Which column belongs on the axis?

    The bias column is there for the arithmetic; it is 1 for every point.
    """
    both = any_has(traces, lambda seen: (seen.bias, seen.y)) and any_has(traces, lambda seen: (seen.across, seen.y))
    return both or _sizes_differ(traces)


def _sizes_differ(traces):
    """Whether as many rows as columns do not help either."""
    message = says(r"x and y must be the same size", r"x and y must have same first dimension")
    calls = [*traces.get("test_draws", [])[-1:], *traces.get("probe", [])]
    return len(calls) == 3 and all(message({"one": [call]}) for call in calls)


@sign(DATA, LINE, SPAN)
def bias_column_across(traces):
    """Everything stands above 1: you put the bias column on the horizontal axis.

    Print x[:, 1]: it is 1 in every row.

    Which column of x varies?

    The bias column is there for the arithmetic; it is 1 for every point.
    """
    return any_has(traces, lambda seen: (seen.bias, seen.y)) or any_has(traces, lambda seen: (seen.bias, seen.y_hat))


@sign(LINE, SPAN)
def line_on_its_side(traces):
    """The data stand right, and your line has its axes the wrong way round: predictions go across, and x up.

    The prediction for x = 3 is -2.25: the line should be 3 to the right and 2.25 down there.

    Which argument of plot goes across, and which up?

    What goes across comes first, then what goes up: for the line as for the data.
    """
    found = drawings(traces)
    return any(seen.has(seen.y_hat, seen.across) and seen.has(seen.across, seen.y) for seen in found)


@sign(DATA, LINE, SPAN)
def axes_swapped(traces):
    """Your axes are the wrong way round: y goes across, and x up.

    The point x = 3, y = -4 should be 3 to the right and 4 down.

    Which argument of scatter goes across, and which up?

    What goes across comes first, then what goes up.
    """
    return any_has(traces, lambda seen: (seen.y, seen.across)) or any_has(
        traces, lambda seen: (seen.y_hat, seen.across)
    )


@sign(LINE, SPAN)
def residuals_drawn(traces):
    """You draw the errors, not the predictions.

    Where the fit is perfect, your points are at 0.

    Which do you want to compare with y: the prediction, or its error?

    The line is where the predictions are. The error is the distance from a point to the line.
    """
    return any_has(traces, lambda seen: (seen.across, seen.y_hat - seen.y)) or any_has(
        traces, lambda seen: (seen.across, seen.y - seen.y_hat)
    )


@sign(DATA, LINE, SPAN)
def predictions_against_targets(traces):
    """You draw predictions against true values, a useful picture, but another one.

    Where the fit is perfect, your points are on the diagonal.

    What should go across: y, or the input?

    The picture asked for has the input across, so that one sees the line among the points.
    """
    return any_has(traces, lambda seen: (seen.y, seen.y_hat)) or any_has(traces, lambda seen: (seen.y_hat, seen.y))


@sign(DATA, LINE, SPAN)
def row_numbers_across(traces):
    """The row numbers 0, 1, 2, … go across, not the inputs.

    plot(y), with one argument, counts the points.

    What should stand on the horizontal axis?

    The order of the rows means nothing; the value of the input does.
    """
    return any_has(traces, lambda seen: (torch.arange(len(seen.y)).double(), seen.y)) or any_has(
        traces, lambda seen: (torch.arange(len(seen.y)).double(), seen.y_hat)
    )


@sign(LINE, SPAN)
def intercept_missing(traces):
    """Your line lacks the intercept: it goes through the origin.

    At x = 0 the line should be at a[1].

    Which coefficients are in your line?

    The last coefficient lifts the whole line.
    """
    return any_has(traces, lambda seen: (seen.across, seen.a[0] * seen.across))


@sign(LINE, SPAN)
def coefficients_swapped(traces):
    """Slope and intercept have changed places in your line.

    With a = [-1.5, 2.25] the line should fall by 1.5 for each step to the right.

    Which coefficient belongs to the column of ones?

    Each coefficient belongs to its own column of x.
    """
    return any_has(traces, lambda seen: (seen.across, seen.a[1] * seen.across + seen.a[0]))


@sign(AX)
def draws_with_pyplot(traces):
    """You draw with plt, which draws on whatever picture is the current one, not on the ax that you were given.

    Here another figure is open as well; yours ended up there.

    What is ax for?

    plt keeps a current figure behind the scenes. A function that is handed an axes draws on that one, wherever it is.
    """
    seen = [
        len(call.drawing.marks) for test, calls in traces.items() for call in calls if call.drawing and test != "probe"
    ]
    return len(set(seen)) > 1 and not any(raised(call) for calls in traces.values() for call in calls)


@sign()
def detached_for_good(traces):
    """After your picture a no longer requires grad: the training cannot go on.

    Print a.requires_grad after the call.

    Can you still train afterwards?

    A trailing underscore changes the tensor itself; without it you get another tensor to draw.
    """
    return any(
        call.after and isinstance(call.after[2], torch.Tensor) and not call.after[2].requires_grad
        for calls in traces.values()
        for call in calls
    )


@sign(LINE, SPAN)
def line_in_another_figure(traces):
    """The data are on ax, and what else you draw is in another figure.

    Count the figures that are open after your call.

    Which line of yours makes a new figure, or draws on something else than ax?

    A function that is handed an axes draws all on that one: only so do data and line stand in one picture.
    """
    return any(seen.elsewhere and _data_alone(seen) for seen in drawings(traces))


@sign(DATA)
def data_in_another_figure(traces):
    """The fitted line is on ax, and what else you draw is in another figure.

    Count the figures that are open after your call.

    Which line of yours makes a new figure, or draws on something else than ax?

    A function that is handed an axes draws all on that one: only so do data and line stand in one picture.
    """
    found = [seen for seen in drawings(traces) if seen.elsewhere]
    return any(bool(one.things) and all(one.fits(points) for points in one.things) for one in found)


@sign(LINE, SPAN)
def sticks_for_a_line(traces):
    """Each thing that reaches a prediction also reaches a row of the data: these are its errors, and no line is fitted.

    Look at the picture: what joins the predictions with each other?

    What do you want to see: how far each row is off, or where the line lies?

    A stick from a row to its prediction shows an error. The fitted line runs through the predictions.
    """
    return any(seen.has(seen.across, seen.y_hat) and any(map(seen.joins_both, seen.lines)) for seen in drawings(traces))


@sign(LINE, SPAN)
def only_the_data(traces):
    """The data are on ax, and the fitted line is missing there.

    The prediction for x = 3 is -2.25. What of ax is at that place?

    What do you want to compare the data with?

    The picture shows two things: what we know, and what we fitted.
    """
    return any(map(_data_alone, drawings(traces)))


def _data_alone(seen):
    return seen.has(seen.across, seen.y) and len(seen.points) == len(seen.y) and seen.marks == 1


@sign(DATA)
def only_the_line(traces):
    """The fitted line is on ax, and the data are missing there.

    Count the points in your picture, and what is where.

    What do you want to compare the line with? And does y still hold the data when you draw it?

    The picture shows two things: what we know, and what we fitted.
    """
    found = drawings(traces)
    return any(bool(one.things) and all(one.fits(points) for points in one.things) for one in found)


@sign()
def nothing_on_ax(traces):
    """ax is empty after your function: whatever you draw, it is not there.

    A new figure, new axes or a Figure of your own is another sheet of paper.

    Which of your lines draws, and on what? Is it run at all?

    A function that is handed an axes draws on that one: whoever calls decides where the picture goes.
    """
    found = [call for calls in traces.values() for call in calls if call.drawing]
    return bool(found) and not any(call.drawing.marks or raised(call) for call in found)


@sign(DATA, last=True)
def partners_mixed_up(traces):
    """The right numbers go across and up, but not the ones that belong together.

    The point x = 3 belongs to y = -4. Which y has it in your picture?

    What is sorted or shuffled in your code, and what is not?

    A point is a pair. Whatever order its x is put into, its y needs the same.
    """
    return _mixed(traces, "y")


@sign(LINE, SPAN, last=True)
def line_mixed_up(traces):
    """The right numbers go across and up in your line, but not the ones that belong together.

    The prediction for x = 3 is -2.25. At which height is it in your picture?

    What is sorted or shuffled in your code, and what is not?

    A point is a pair. Whatever order its x is put into, its prediction needs the same.
    """
    return _mixed(traces, "y_hat")


def _mixed(traces, heights):
    for seen in drawings(traces):
        wanted = torch.stack([seen.across, getattr(seen, heights)], 1)
        for points in seen.things:
            columns = all(
                points.shape == wanted.shape and torch.allclose(points[:, i].sort().values, wanted[:, i].sort().values)
                for i in (0, 1)
            )
            if columns and not seen.has(*wanted.T):
                return True
    return False


@sign(LINE, SPAN, last=True)
def the_data_joined(traces):
    """The line in your picture goes through the data, from point to point or between two of them.

    Is every point of your line a point of the data?

    Where would the line be if the data had no noise?

    The line shows what a predicts, not what was measured.
    """
    return any(len(points) >= 2 and seen.points_of_data(points) for seen in drawings(traces) for points in seen.lines)


@sign(LINE, SPAN, last=True)
def another_line(traces):
    """There is a straight line in your picture, but not that of the a that was handed in.

    With a = [-1.5, 2.25] it should be at 2.25 - 1.5 · 3 where x is 3.

    Where do the slope and the intercept of your line come from?

    The picture shows the a that it is given: not the best line, nor one from elsewhere.
    """
    return any(
        len(points) >= 2 and straight(points) and not seen.fits(points)
        for seen in drawings(traces)
        for points in (*seen.things, *seen.endless)
    )


def straight(points):
    """Whether points lie on one line that is not upright."""
    centred = points - points.mean(0)
    return bool(centred[:, 0].abs().max() > 1e-6) and bool(torch.linalg.matrix_rank(centred, rtol=1e-5) == 1)


@sign(LINE, SPAN, last=True)
def no_line(traces):
    """There is no line on ax: only points, and they are not the predictions.

    The prediction for x = 3 is -2.25. What of ax is at that place?

    Which of your lines draws the fitted line, and is it reached? A `return` before it ends the function.

    The picture shows two things: what we know, and what we fitted.
    """
    found = drawings(traces)
    return bool(found) and not any(seen.lines or seen.endless or any(map(seen.fits, seen.things)) for seen in found)


@sign(DATA, last=True)
def some_data_missing(traces):
    """Some rows of the data have their point in your picture, and some have none.

    Take the rows one by one: is there a point at exactly (x[i, 0], y[i])?

    Which rows does your code visit or leave out, and are their numbers still what they were?

    A picture of the data shows all of them, also the first, the last, and those that are far off.
    """
    return any(0 < seen.data_drawn() < len(seen.y) for seen in drawings(traces))


@sign(DATA, last=True)
def points_elsewhere(traces):
    """There are points in your picture, and none of them is a row of the data.

    The row x = 3, y = -4 should be 3 to the right and 4 down. What is there in yours?

    Which two numbers of a row does each of your points have, and are they still what they were?

    A point of the data is a pair that was measured: nothing is added to it, and nothing is averaged.
    """
    found = drawings(traces)
    return any(len(seen.points) for seen in found) and not any(seen.data_drawn() for seen in found)


@sign(SPAN, last=True)
def line_too_short(traces):
    """Your line is right, but it does not reach over all of the data.

    From the smallest x to the largest: how far does your line reach?

    Where do its ends come from?

    Rows stand in any order, and inputs may be anything: the ends are the smallest and the largest of them.
    """
    return any(seen.fits(points) for seen in drawings(traces) for points in seen.things)


@sign("test_leaves_a_alone", last=True)
def gradient_touched(traces):
    """After your picture a.grad is no longer what it was.

    Print a.grad before and after the call.

    Which line clears it, or calls backward()?

    A picture only looks. Somebody may be about to use the gradient.
    """
    return any(
        call.after and call.args[2].grad is not None and torch.equal(call.after[2], call.args[2])
        and (call.after[2].grad is None or not torch.equal(call.after[2].grad, call.args[2].grad))
        for calls in traces.values()
        for call in calls
    )  # fmt: skip
