"""Misconceptions about gradient(x, y, a)."""

import contextlib

import torch

from autograder.graders import errors
from autograder.graders.catalogue import also, exact, retold, sign, wrong
from autograder.graders.expect import Failed, numbers
from autograder.graders.student import StudentError

UNSPECIFIED = ("grad",)  # what a.grad holds afterwards is nobody's business


def loss(x, y, a):
    """The mean squared error of the line with coefficients a."""
    return ((x @ a - y) ** 2).mean()


def probe(student):
    """Whether backward() runs at all: then a tracked x and y get a gradient, too. And one place seen from two tables."""
    x, y = torch.tensor([[2.0, 3.0], [1.0, -1.0]]), torch.tensor([3.0, 1.0])
    a = torch.tensor([1.0, 0.5], requires_grad=True)
    with contextlib.suppress(StudentError):
        student.aside.gradient(x.requires_grad_(), y.requires_grad_(), a)
    for scale in (1.0, 2.0):
        a = torch.tensor([1.5, -0.5], dtype=torch.float64, requires_grad=True)
        student.gradient(
            torch.tensor([[1.0, 2.0], [3.0, 1.0], [-1.0, 4.0]]).double() * scale, torch.arange(3.0).double(), a
        )


def _came_back(traces):
    return [call for test, calls in traces.items() for call in calls if call.after and test != "probe"]


def _ran(traces):
    """Whether a backward() was seen to run, through whatever: of the tracked tensors some have a gradient; None if unknown."""
    seen = traces.get("probe", [])[:1]
    return any(arg.grad is not None for arg in seen[0].after) if seen and seen[0].after else None


def _nothing(traces):
    found = _came_back(traces)
    return bool(found) and all(call.value is None for call in found)


def _compared(traces):
    """What came back from the two tables of the probe, and the right answer: flat, where there are two numbers or one."""
    for call in (call for call in traces.get("probe", [])[1:3] if call.after):
        x, y, a = (arg.detach() for arg in call.args)
        try:
            found = numbers(call.value)
        except Failed:
            continue
        if found.numel() in (1, 2):
            yield x, found, 2 * x.T @ (x @ a - y) / len(x)


@sign()
def nothing_is_returned(traces):
    """backward() runs and a.grad is filled, but your function gives back nothing (None).

    `print(gradient(x, y, a))` prints None.

    backward() fills a field and returns nothing. In which tensor's field is the result, and is there a `return`?

    backward() leaves its results in the leaves, the tensors that the record started from. The loss is no leaf, and a clone is none either.
    """
    return _nothing(traces) and all(call.after[2].grad is not None for call in _came_back(traces))


@sign()
def backward_never_runs(traces):
    """Your function gives nothing (None), and nothing new has arrived in a.grad.

    Print a.grad after your call: is it what you want to give back?

    If you use a formula: is there a `return`? If you use backward(): is it called, and is its loss computed from these very tensors?

    `.grad` is filled by a call of backward() on a loss that was computed from the tensor. `torch.tensor(…)` and detach() begin anew.
    """
    return _nothing(traces) and _ran(traces) is False and any(call.after[2].grad is None for call in _came_back(traces))


@sign()
def gradient_thrown_away(traces):
    """backward() ran, and when your function ends a.grad is empty: the gradient was thrown away, or a copy of a has it.

    Print a.grad in the line after backward(), and once more in the line before your function ends.

    Is a.grad emptied after backward()? If not, is the loss computed from this very a?

    Who empties a field that is still needed has to keep what was in it under a name of its own.
    """
    return _nothing(traces) and _ran(traces) is True and any(call.after[2].grad is None for call in _came_back(traces))


@sign()
def backward_of_a_copy(traces):
    """You return what a.grad held before: backward() ran, and for a copy of a.

    Set a.grad to [10, 100] before the call: your function returns exactly that.

    Which tensor did the loss start from, and whose .grad do you return?

    backward() fills the field of the tensor that the record started from. A copy has a field of its own.
    """
    return _ran(traces) is True and _what_was_there(traces)


def _what_was_there(traces):
    """Whether an a.grad that was filled before comes back as it was, and otherwise None."""
    filled = [call for call in traces["test_filled_grad"] if call.after]
    fresh = [call.value for call in _came_back(traces) if call.args[2].grad is None]
    return (
        bool(filled) and isinstance(filled[0].value, torch.Tensor) and bool(fresh)
        and torch.equal(numbers(filled[0].value), numbers(filled[0].args[2].grad))
        and all(value is None for value in fresh)
    )  # fmt: skip


@retold(errors.in_place_on_a_leaf.where_it_shows())
def changed_in_place(traces):
    """You change one of the tensors that you are given, or a part of one, and autograd keeps a record of it: it refuses.

    `w = torch.tensor([1.0], requires_grad=True)` and then `w -= 1` fails for the same reason; `v = w - 1` does not.

    Which of your lines changes a tensor in place (`-=`, `w[0] = …`, a trailing underscore)? Should this function change any?

    This function only looks which way is uphill. What it computes are new tensors, and a stays where it is.
    """


@sign()
def nudged_one_way(traces):
    """You nudge each coefficient one way and look how the loss changes: that is nearly the slope, and not exactly.

    The square of 1.001 is 0.002001 more than that of 1: by that the slope would be 2.001, and it is 2.

    Does a smaller nudge help, or one in both directions, and in float64? And which tool of torch needs no nudge?

    A slope is what the ratio becomes when the nudge goes to 0. Autograd has it exactly.
    """
    nudges = [((found - exact) / (x**2).mean(0)) for x, found, exact in _compared(traces) if len(found) == 2]
    return len(nudges) == 2 and _alike(torch.cat(nudges), 1e-2) and 1e-9 < abs(float(nudges[0][0])) < 0.3


@sign()
def one_slope_for_all(traces):
    """You give one slope for all coefficients together: they are nudged all at once, or their slopes are added up.

    Two coefficients should give two slopes, and they need not be alike.

    How does the loss change when a[0] moves, and nothing else does?

    Each coefficient has a slope of its own: how the loss changes when that one alone moves.
    """
    ratios = [found / exact.sum() for _, found, exact in _compared(traces)]
    return len(ratios) == 2 and bool(((torch.cat(ratios) - 1).abs() < 0.02).all())


@sign("test_one_row", "test_several_rows", "test_optimum", "test_filled_grad", "test_asked_twice", "test_shape")
def something_added(traces):
    """Something is added to each slope that x and y have no part in.

    Where the fit is perfect every slope should be 0. What does your function give there?

    What stands beside the squared errors in the loss that you differentiate, or is added to the gradient afterwards?

    A term that holds the coefficients small (weight decay) is a useful extra, and another loss than this one.
    """
    extra = [found - exact for _, found, exact in _compared(traces) if len(found) == 2]
    same = len(extra) == 2 and torch.allclose(extra[0], extra[1], rtol=1e-3, atol=1e-6)
    return same and bool(extra[0].abs().max() > 1e-5)


@sign("test_one_row", "test_several_rows", last=True)
def multiplied(traces):
    """All of your slopes are too large or too small by the same factor, whatever the data are.

    With one row, the error 3 and the input 1 the slope is 6.

    What do you multiply or divide by that is not in the derivative of the loss: a learning rate, a number of rows?

    The gradient says which way is uphill, and how steep it is. How far one goes is for the step to say.
    """
    ratios = [found / exact for _, found, exact in _compared(traces) if len(found) == 2]
    return len(ratios) == 2 and _alike(torch.cat(ratios), 1e-3) and abs(float(ratios[0][0]) - 1) > 1e-3


@sign("test_one_row", "test_several_rows")
def divided_by_a_fixed_number(traces):
    """You divide by the same number however many rows there are.

    Call it with one row and then with three, and work out by hand what it divides by.

    Where does the number that you divide by come from: from x and y, or from outside of the function?

    What a function needs to know about its data it can ask the data. A name from outside belongs to other data.
    """
    divisors = []
    for call in [*traces["test_one_row"], *traces["test_several_rows"]]:
        x, y, a = (arg.detach().double() for arg in call.args)
        found, total = numbers(call.value), 2 * x.T @ (x @ a - y)
        divisors.append(total / found)
    # one row, with two slopes, and then more: a mean over the columns divides by 2, too, and is told elsewhere
    return (
        len({len(found) for found in divisors}) == 1
        and _alike(torch.cat(divisors), 1e-3)
        and not (torch.isclose(divisors[0], torch.tensor([1.0, 2.0]).double()[:, None], rtol=1e-3).any())
    )


def _alike(values, rtol):
    return bool(((values - values[0]).abs() <= rtol * values[0].abs()).all())


@wrong
def not_run_backward(x, y, a):
    """You return what a.grad held before: nothing new has arrived there.

    Set a.grad to [10, 100] before the call: does your function return exactly that?

    Naming a function does not call it. Is there a pair of parentheses, and is the loss computed from this very `a`?

    `.grad` is filled by a call of backward() on a loss that was computed from the tensor.
    """
    return a.grad


@wrong
def factor_two_missing(x, y, a):
    """Each slope is half of what it should be.

    The derivative of r**2 at r = 3 is 6.

    Differentiate r**2 once more, slowly: where does the 2 go?

    The derivative of a square is twice the inside, times the derivative of the inside.
    """
    return (x.T @ (x @ a - y) / len(x)).detach()


@wrong
def not_averaged(x, y, a):
    """Your slopes are added up over the rows and never divided by their number.

    Duplicate every row: should the gradient change?

    The loss is a mean. What does that do to its derivative?

    A factor in front of a sum stays in front of its derivative: the mean of n losses has the mean of n gradients.
    """
    return (2 * x.T @ (x @ a - y)).detach()


@wrong
def neither_two_nor_mean(x, y, a):
    """Your slopes lack two factors: that of the square, and that of the mean.

    Duplicate every row: should the gradient change? And the derivative of r**2 at r = 3 is 6.

    Differentiate the loss from the outside to the inside: the mean first, then the square, then the prediction.

    Every link of the chain gives a factor.
    """
    return (x.T @ (x @ a - y)).detach()


@wrong
def divided_by_columns(x, y, a):
    """You divide by the number of columns; the mean is over the rows.

    Take 3 rows and 2 columns: by which of them does the mean divide?

    What does size or shape give you, and which of its entries counts the rows?

    The loss is a mean over the examples, and those are the rows.
    """
    return (2 * x.T @ (x @ a - y) / x.shape[1]).detach()


@wrong
def divided_twice(x, y, a):
    """You divide by the number of rows twice.

    Duplicate every row: should the gradient become half?

    Where is the mean taken, and what does your division do?

    A mean has been divided by the number already.
    """
    return (2 * x.T @ (x @ a - y) / len(x) ** 2).detach()


@wrong
def sign_flipped(x, y, a):
    """Your gradient has the wrong sign.

    If predictions are too low, a larger a makes the loss smaller. Is that a positive or a negative slope?

    Which is subtracted from which, y_hat or y, and where does the minus go when you differentiate?

    The gradient points uphill. The minus comes later, in the step.
    """
    return (2 * x.T @ (y - x @ a) / len(x)).detach()


@wrong
def sign_flipped_and_no_two(x, y, a):
    """Your gradient has the wrong sign, and the factor of the square is missing.

    If predictions are too low, a larger a makes the loss smaller. And the derivative of r**2 at r = 3 is 6.

    Differentiate (y_hat - y)**2 once more, slowly.

    Every link of the chain gives a factor. The minus of the descent comes later, in the step.
    """
    return (x.T @ (y - x @ a) / len(x)).detach()


@wrong
def without_the_inputs(x, y, a):
    """You give the slope with respect to the predictions: one number for each row.

    Three rows and two coefficients: how many numbers should come out?

    What does a prediction depend on, and how much does it move when a[0] moves?

    The chain rule has one more link: from the loss to the prediction, and from the prediction to a.
    """
    return (2 * (x @ a - y) / len(x)).detach()


@wrong
def backward_from_the_predictions(x, y, a):
    """You call backward() on the predictions, or on the errors: there is no loss in your function.

    With one row your answer is that row of x itself, whatever y is.

    Of which number do you want the slope, and does it say how wrong the predictions are?

    The gradient is that of the LOSS, a single number. Predictions are many, and they do not know what is right.
    """
    a.grad = None
    (x @ a).backward()
    return a.grad


@exact
@wrong
def backward_from_the_squares(x, y, a):
    """You call backward() on the squared errors of all rows; it starts from a single number.

    With one row it works. Try three.

    What is still missing between the squares and a loss?

    A gradient is the slope of ONE number. The loss is the mean over all rows.
    """
    a.grad = None
    ((x @ a - y) ** 2).backward()
    return a.grad


@wrong
def loss_not_recorded(x, y, a):
    """The loss is computed while autograd looks away (no_grad, detach, .data), so there is no way back to a.

    Print loss.requires_grad just before backward().

    What does autograd need to see, and at what moment?

    Recording happens while the forward pass is computed. no_grad is for the update, not for what is to be differentiated.
    """
    with torch.no_grad():
        found = loss(x, y, a)
    found.backward()
    return a.grad


@wrong
def tuple_of_gradients(x, y, a):
    """You return a tuple with the gradient in it.

    Print type(gradient(x, y, a)).

    autograd.grad returns one gradient for each input that you ask about. How many did you ask about, and how do you get at it?

    A function that can answer for several inputs answers with several things, also when it is only one.
    """
    return torch.autograd.grad(loss(x, y, a), a)


@wrong
def backward_twice(x, y, a):
    """backward() ran a second time through a record that the first one had used up.

    `l = (w * w).sum()`, then `l.backward()` twice, gives the same error.

    Do you need the second?

    A record is good for one backward(). The gradient is there after the first one.
    """
    a.grad = None
    found = loss(x, y, a)
    found.backward()
    found.backward()
    return a.grad


@wrong
def averaged_over_coefficients(x, y, a):
    """One number is left: you averaged over the coefficients too.

    Two coefficients should give two slopes.

    Over which dimension should the mean run, and which should stay?

    There is one question for each coefficient: which way is uphill? The mean is over the rows only.
    """
    return (2 * (x @ a - y)[:, None] * x).mean().detach()


@wrong
def per_row_gradients(x, y, a):
    """You give the slopes of every single row, a table; the loss is their mean.

    Two coefficients should give two slopes, however many rows there are.

    What does the loss do with the errors of the rows?

    The mean of n losses has the mean of n gradients.
    """
    return (2 * (x @ a - y)[:, None] * x).detach()


@wrong
def empties_what_is_not_there(x, y, a):
    """You empty a.grad before there is one: until the first backward() it is None.

    Make `t = torch.tensor([1.0], requires_grad=True)` and print `t.grad`.

    What is in the field before the first backward()?

    None is no tensor: it has no zero_(). A field can also be emptied by giving it another value.
    """
    a.grad.zero_()
    loss(x, y, a).backward()
    return a.grad


@wrong
def accumulates(x, y, a):
    """Your answer grows each time it is asked for: backward() adds to what is already in a.grad.

    Print what it returns, call it once more, and print that: it is twice as much.

    What is in a.grad when your function is called the second time?

    backward() ADDS its result to the field. There are good uses for that; here it drags the past along.
    """
    loss(x, y, a).backward()
    return a.grad


def _kept_what_was_there(x, y, a):
    if a.grad is None:
        loss(x, y, a).backward()
    return a.grad


@also(_kept_what_was_there)
@wrong
def cleaned_too_late(x, y, a):
    """What was in a.grad before your call is part of your answer.

    Fill a.grad with [10, 100] before the call: does that come back too?

    What is in a.grad when your function is called?

    backward() ADDS its result to the field. Cleaning up afterwards helps the next call, not this one.
    """
    loss(x, y, a).backward()
    found = a.grad.clone()
    a.grad = None
    return found


@wrong
def emptied_before_it_is_returned(x, y, a):
    """Only zeros come back: the gradient is emptied before it reaches the caller.

    Print a.grad after backward(), and again in the line before the return.

    Is what you return a copy, or the very field that you empty?

    `g = a.grad` is a second name for the same tensor. What empties one empties the other.
    """
    a.grad = None
    loss(x, y, a).backward()
    a.grad.zero_()
    return a.grad


@wrong
def slope_of_the_predictions(x, y, a):
    """You give the slope of the predictions: the targets y have no part in it.

    Change y: the gradient should change too.

    Of which number do you want the slope, and does it depend on y?

    The gradient is that of the LOSS: it says how to be less wrong, so it has to know what is right.
    """
    return x.sum(0)


@wrong
def mean_over_the_columns(x, y, a):
    """Your mean runs over the columns, so each row is left with one number.

    Three rows and two coefficients: how many numbers should come out?

    Over which dimension should the mean run, and which should stay?

    The dimension that you name disappears. The coefficients have to stay.
    """
    return (2 * (x @ a - y)[:, None] * x).mean(1).detach()


@wrong
def all_pairs(x, y, a):
    """Every prediction is compared with every target: a column minus a list is a table.

    Print the shape of your errors: for three rows it should be (3,).

    Which of y and y_hat is a column in your code?

    Shapes stretch until they fit (broadcasting). A dimension of length 1 too many changes what is compared with what.
    """
    return (2 * x.T @ (x @ a - y.mean()) / len(x)).detach()  # of the mean over all pairs


@wrong
def first_row_only(x, y, a):
    """Only the first row has a part in your answer.

    Change the second target only: the gradient should change.

    Is the return inside the loop or behind it?

    A return ends the function at once, also in the middle of a loop.
    """
    return (2 * (x[0] @ a - y[0]) * x[0] / len(x)).detach()


@wrong
def last_row_only(x, y, a):
    """Only the last row has a part in your answer.

    Change the first target only: the gradient should change.

    Does each round of your loop add to what is there, or take its place?

    `=` puts something new in the place of the old, `+=` adds.
    """
    return (2 * (x[-1] @ a - y[-1]) * x[-1] / len(x)).detach()


@wrong
def last_row_left_out(x, y, a):
    """The last row has no part in your answer.

    Change the last target only: the gradient should change.

    Which row numbers does your loop visit?

    `range(n)` ends at n - 1 already, and that is the last row.
    """
    return (2 * ((x @ a - y)[:-1] @ x[:-1]) / len(x)).detach()


@wrong
def divided_by_one_less(x, y, a):
    """You divide by n - 1, as for the variance of a sample; a mean divides by n.

    Take one row: n - 1 is 0.

    How many rows are there, and by what do you divide?

    n - 1 belongs to the variance of a sample, where one number has been used up by the mean. Here nothing has.
    """
    return (2 * x.T @ (x @ a - y) / (len(x) - 1)).detach()


@wrong
def counted_twice(x, y, a):
    """Every slope is twice what it should be.

    With one row, the error 3 and the input 1 the slope is 6.

    Is backward() called twice, or is there a 2 too many?

    The square gives one factor of 2. backward() adds to what is there, so a second one doubles.
    """
    return (4 * x.T @ (x @ a - y) / len(x)).detach()


@wrong
def length_normalised(x, y, a):
    """You divide the gradient by its own length: only its direction is left.

    Make all errors twice as large: the gradient should become twice as long.

    What do you divide by?

    Where it is steep the gradient is long, near the bottom it is short; at the bottom it is 0, which has no direction.
    """
    found = (2 * x.T @ (x @ a - y) / len(x)).detach()
    return found / found.norm()


@wrong
def clipped(x, y, a):
    """Large slopes are cut off.

    Make all errors twice as large: the gradient should become twice as long.

    Which line puts a bound on the numbers?

    Clipping is a trick for wild training. The gradient itself says how steep it is, however steep.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach().clamp(-1, 1)


@wrong
def rounded_down(x, y, a):
    """Your slopes are whole numbers: something rounds them down.

    7 // 2 is 3 in Python.

    Which of your divisions is a floor division?

    `//` is for counting. A slope is a decimal number.
    """
    return ((2 * x.T @ (x @ a - y)).detach() // len(x)).to(a.dtype)


def _of_a_line(x, y, a):
    error = (a[0] * x[:, 0] + a[1] - y).detach()
    return torch.stack([2 * (error * x[:, 0]).mean(), 2 * error.mean()])


@also(_of_a_line)
@wrong
def slope_and_intercept_only(x, y, a):
    """You give two slopes, and take the last column for ones; here there may be more columns, and others.

    Try three columns: three slopes should come out.

    Where does your code say how many coefficients there are?

    Each coefficient belongs to its own column, and its slope is weighed by that column.
    """
    error = (x @ a - y).detach()
    return torch.stack([2 * (error * x[:, 0]).mean(), 2 * error.mean()])


@exact
@sign("test_asked_twice", "test_leaves_a_alone")
def tracking_off_afterwards(traces):
    """The gradient is right, but afterwards a no longer requires grad.

    Print a.requires_grad after your call.

    Can the caller ask you again? Which of your lines ends in an underscore, or sets a flag?

    Your function only looks at a. Whether a is tracked is for the caller to decide.
    """
    return any(call.args[2].requires_grad and not call.after[2].requires_grad for call in _came_back(traces))


@wrong
def moves_a(x, y, a):
    """Your function moves a; it should only say which way is uphill.

    Print a before and after the call.

    Which function is it that takes the step?

    Looking and moving are two things: the next exercise moves.
    """
    a.grad = None
    loss(x, y, a).backward()
    found = a.grad.clone()
    with torch.no_grad():
        a -= found
    return found


@wrong
def returns_the_loss(x, y, a):
    """You return the loss; the gradient says how it changes with each coefficient.

    Two coefficients should give two slopes. How many numbers do you return?

    The loss says how wrong you are. What says which way to go?

    The gradient is as long as a: one slope for each coefficient.
    """
    return loss(x, y, a)


@wrong
def returns_a(x, y, a):
    """You return the coefficients themselves; their gradient is another tensor, kept beside them.

    After backward() print a and print a.grad.

    Which of the two did you return?

    A tensor and its gradient have the same shape, and different numbers.
    """
    return a.detach().clone()


@wrong
def gradient_of_absolute_errors(x, y, a):
    """This is the gradient of the mean ABSOLUTE error: only the signs of the errors count in it.

    Make every error twice as large: the gradient should become twice as large too.

    Which loss do you differentiate?

    The slope of a square grows with the error; that of an absolute value does not.
    """
    return (x.T @ (x @ a - y).sign() / len(x)).detach()


@wrong
def gradient_of_the_root(x, y, a):
    """You differentiate the square root of the MSE.

    At a perfect fit its slope does not exist. That of the MSE is 0.

    Which loss do you differentiate?

    A root on top divides the gradient by twice the root.
    """
    return (x.T @ (x @ a - y) / len(x) / loss(x, y, a).sqrt()).detach()


@exact
@wrong
def always_single_precision(x, y, a):
    """Your gradient is always float32, whatever a is.

    Give it float64: what dtype comes out?

    Which step of yours names a dtype, or makes a new tensor?

    A function of tensors should answer in the dtype of its inputs; half of the digits are lost otherwise.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach().float()


@exact
@wrong
def returns_a_column(x, y, a):
    """The numbers are right, but they stand in a column of shape (d, 1) instead of a list of shape (d,).

    Compare the shape of your result with that of a.

    Which dimension of length 1 is left over?

    The gradient has the shape of a, so that one can be subtracted from the other without stretching.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach()[:, None]


@exact
@wrong
def returns_a_list(x, y, a):
    """The numbers are right, but they stand in a list of Python instead of a tensor.

    Print type(gradient(x, y, a)).

    Which step makes Python numbers of them?

    A step multiplies the gradient by lr, entry by entry. A list does not do that.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach().tolist()


@exact
@wrong
def returns_an_array(x, y, a):
    """The numbers are right, but they stand in an array of NumPy instead of a tensor.

    Print type(gradient(x, y, a)).

    Which step leaves torch?

    The gradient belongs beside a, so it is a tensor like a.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach().numpy()


def _slopes_in_x(x, y, a):
    return (2 * (x @ a - y)[:, None] * a / len(x)).detach()


@also(lambda x, y, a: _slopes_in_x(x, y, a).sum(0))
@wrong
def slopes_in_x(x, y, a):
    """You give the slopes with respect to x; those with respect to a are asked for.

    Three rows and two coefficients: x has six numbers, and a has two. How many do you return?

    Which of the two does the training change, the data or the coefficients?

    A gradient belongs to the tensor that may move. The data are what they are.
    """
    return _slopes_in_x(x, y, a)


@also(*(lambda x, y, a, k=k: (2 * x.T @ (x @ a - y) / len(x)).detach().round(decimals=k) for k in range(1, 5)))
@wrong
def rounded(x, y, a):
    """Your slopes are rounded.

    Near the bottom of the valley they are small: rounded to 0, nothing moves any more.

    Where do the decimals get lost, and who needs fewer of them?

    Round when you print. What is computed with should be exact.
    """
    return (2 * x.T @ (x @ a - y) / len(x)).detach().round()
