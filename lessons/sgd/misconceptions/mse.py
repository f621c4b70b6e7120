"""Misconceptions about mse(y_hat, y)."""

import math

import numpy as np
import torch

from autograder.graders import errors
from autograder.graders.catalogue import also, exact, retold, sign, wrong
from autograder.graders.expect import Failed, numbers


def probe(student):
    """Squares of which the first, the last, the largest and the one in the middle are four different ones."""
    student.mse(torch.tensor([2.0, 9.0, 5.0, 1.0, 7.0]), torch.zeros(5))
    student.mse(torch.tensor([3.0, 3.0]).double(), torch.zeros(2).double())
    student.mse(torch.tensor([9.0]).double(), torch.tensor([1.0]).double())


def losses(traces):
    """The errors and the loss of each call that gave one finite number."""
    found = []
    for call in (call for calls in traces.values() for call in calls if call.after):
        try:
            loss = numbers(call.value)
        except Failed:
            continue
        if loss.numel() == 1 and bool(torch.isfinite(loss).all()):
            found.append(((call.args[0] - call.args[1]).detach().double(), float(loss)))
    return found


@sign()
def goes_back_itself(traces):
    """Your mse calls backward() itself, and that is for those who ask for a loss to do.

    Look at y_hat.grad after a mere mse(y_hat, y): something is in it already, or for plain numbers the call fails.

    Who needs the slopes, and when: the loss, or whoever steps downhill?

    backward() uses up the record of a loss. Whoever gets your loss, and calls it too, finds the record gone.
    """
    calls = [
        call for found in traces.values() for call in found if call.args and isinstance(call.args[0], torch.Tensor)
    ]
    return any(
        call.args[0].grad is None and isinstance(end, torch.Tensor) and end.grad is not None
        for call in calls
        for end in (*call.after[:1], *call.left[:1])
    )


@sign()
def loss_object(traces):
    """You make a loss function here, and it is never called: y_hat and y are taken for its settings.

    `nn.MSELoss` and `nn.L1Loss` are classes: their parentheses make a function, and no number.

    What do you get from your line: print its type. And what has to be done with it?

    A class makes an object from its settings. What the object is for, it does when it is called, with the data.
    """
    kinds = (getattr(call.value, "type", None) for calls in traces.values() for call in calls)
    return any(isinstance(kind, str) and kind.endswith("Loss") for kind in kinds)


@retold(errors.in_place_on_a_leaf.where_it_shows())
def changed_in_place(traces):
    """You change one of the tensors that you are given, and autograd keeps a record of it: it refuses.

    `w = torch.tensor([1.0], requires_grad=True)` and then `w -= 1` fails for the same reason; `v = w - 1` does not.

    Which of your lines changes a tensor in place (`-=`, a trailing underscore), and how could it make a new one?

    What is computed from a tensor is a new tensor, and the record says how. The inputs stay what they are.
    """


@sign()
def something_added(traces):
    """Something is added to your loss: perfect predictions do not get 0.

    Take y_hat = [2] and y = [2]: what does your function give?

    What stands beside the mean of the squared errors in your formula, and what is it there for?

    A loss of 0 means that nothing is wrong. A small number that is added guards a division or a logarithm, and here is none.
    """
    extra = {loss for off, loss in losses(traces) if not off.any()}
    if len(extra) != 1 or extra == {0.0}:
        return False
    (extra,) = extra
    exact = [(float((off**2).mean()), loss) for off, loss in losses(traces) if off.any()]
    return bool(exact) and all(abs(loss - mean - extra) <= 1e-5 * mean + 1e-3 * abs(extra) for mean, loss in exact)


def _perfect(traces):
    """What came back for perfect predictions that are tracked."""
    calls = [call for call in traces.get("test_gradient_of_perfect_fit", []) if call.after and not call.drawn]
    return [call.value for call in calls if isinstance(call.value, torch.Tensor)]


@exact
@sign("test_gradient_of_perfect_fit", last=True)
def no_slope_at_the_bottom(traces):
    """The loss is right, but at a perfect fit it has no slope of 0: something on the way to it has none there.

    Print y_hat.grad after mse(y_hat, y).backward(), for a y_hat that is equal to y.

    Which steps do you take from the errors to their squares? Is each of them smooth at 0?

    A square root and a logarithm are infinitely steep at 0, and a slope that was infinite once is nan ever after.
    """
    failed = any(call.raised for calls in traces.values() for call in calls)
    return bool(_perfect(traces)) and not failed and all(loss.requires_grad for loss in _perfect(traces))


@exact
@sign("test_gradient_of_perfect_fit", last=True)
def shortcut_for_a_perfect_fit(traces):
    """The loss is right, but for perfect predictions it has no record of how it came from y_hat.

    Print mse(y_hat, y).requires_grad for a tracked y_hat that is equal to y.

    Does your code treat perfect predictions apart? What does it return for them?

    backward() walks back over the steps that were recorded. A new tensor, or a number of your own, has none.
    """
    return bool(_perfect(traces)) and not any(loss.requires_grad for loss in _perfect(traces))


@exact
@sign("test_one_number", last=True)
def sometimes_a_plain_number(traces):
    """The number is right, but it is sometimes a tensor and sometimes a number of Python.

    Print type(mse(y_hat, y)) for one row, and for three.

    Which lines does your code reach for one row only?

    Who calls a function relies on what it gives: the same kind of thing for one row as for a hundred.
    """
    kinds = {type(call.value) for calls in traces.values() for call in calls if call.after}
    return torch.Tensor in kinds and bool(kinds & {int, float})


@sign("test_one_error", "test_three_errors", "test_gradient", last=True)
def another_power(traces):
    """You raise the errors to another power than 2.

    Take a single error of 3: the square is 9. What does your function give?

    What is the S in MSE, and which number says it in your formula?

    A square is the second power, and only that makes the slope grow evenly with the error.
    """
    found = [(off.abs(), loss) for off, loss in losses(traces) if off.any()]
    powers = [math.log(loss) / math.log(float(sizes)) for sizes, loss in found if sizes.numel() == 1 and loss > 0]
    return (
        bool(powers)
        and abs(powers[0] - 2) > 1e-3
        and all(math.isclose(float((sizes ** powers[0]).mean()), loss, rel_tol=1e-3) for sizes, loss in found)
    )


@wrong
def not_squared(y_hat, y):
    """You average the errors themselves; they are never squared.

    Errors of +1 and -1 cancel. Should two wrong predictions give a loss of 0?

    Read the name word by word, from the back: error, squared, mean. Which one is missing?

    A square is never negative, so errors in opposite directions cannot hide each other.
    """
    return (y_hat - y).mean()


@wrong
def absolute_not_squared(y_hat, y):
    """You average the absolute errors (that is the MAE), not their squares.

    Take a single error of 3. What is its square?

    What is the S in MSE?

    Squares and absolute values both are never negative, but a square makes a large error count far more.
    """
    return (y_hat - y).abs().mean()


@wrong
def mean_then_square(y_hat, y):
    """You take the mean first and square it afterwards.

    Take the errors +1 and -1: their mean is 0, and the square of that is 0.

    In which order do the three words apply, starting from the error?

    The order matters: the square of a mean is not the mean of the squares.
    """
    return (y_hat - y).mean() ** 2


@wrong
def sum_then_square(y_hat, y):
    """You add the errors up and square the sum.

    Take the errors +1 and -1: their sum is 0, and the square of that is 0.

    In which order do the three words apply, starting from the error?

    The order matters: the square of a sum is not the sum of the squares.
    """
    return (y_hat - y).sum() ** 2 / len(y)


@wrong
def difference_of_squares(y_hat, y):
    """You square predictions and targets first, and then take the difference.

    Try y_hat = [0], y = [1]: a loss is never negative.

    What is the error of one row, before anything is squared?

    The order matters: the difference of two squares is not the square of the difference.
    """
    return (y_hat**2 - y**2).mean()


@wrong
def sum_of_both(y_hat, y):
    """Predictions and targets are added up, where the error is their difference.

    A perfect prediction, y_hat = [2] for y = [2], should have a loss of 0.

    How far is a prediction off, if it is 5 and the truth is 2?

    An error compares: it is a difference, and 0 when both are equal.
    """
    return ((y_hat + y) ** 2).mean()


@wrong
def sum_not_mean(y_hat, y):
    """You add the squared errors up, and nothing divides the sum.

    Duplicate every row: should the loss change?

    Read the name word by word, from the back: error, squared, mean. Which one is missing?

    A mean judges ten rows and a thousand rows on the same scale; a sum grows with them.
    """
    return ((y_hat - y) ** 2).sum()


@wrong
def divided_by_one_less(y_hat, y):
    """You divide by n - 1, as for the variance of a sample; a mean divides by n.

    Take one row: n - 1 is 0.

    How many squared errors do you add up, and by what do you divide?

    n - 1 belongs to the variance of a sample, where one number has been used up by the mean. Here nothing has.
    """
    return ((y_hat - y) ** 2).sum() / (len(y) - 1)


@wrong
def averaged_twice(y_hat, y):
    """You divide by the number of rows twice.

    Duplicate every row: the loss should stay the same. Does yours become half?

    What does mean() do, and what does your division do?

    A mean is a sum that has been divided by the number already.
    """
    return ((y_hat - y) ** 2).mean() / len(y)


@wrong
def extra_half(y_hat, y):
    """Your loss is half of what it should be everywhere.

    One error of 3: the square is 9, and the mean of a single 9 is 9.

    Where does a 2 come into your formula that the docstring does not have?

    Some books halve the squared loss, because its derivative looks nicer. The one in the docstring is not halved.
    """
    return ((y_hat - y) ** 2).mean() / 2


@wrong
def divided_by_two(y_hat, y):
    """You divide the sum by 2, however many rows there are.

    With 2 rows it is right. Try three.

    Which number in your code should depend on the data?

    A mean divides by the number of rows, whatever it is.
    """
    return ((y_hat - y) ** 2).sum() / 2


@wrong
def root_on_top(y_hat, y):
    """You take a square root at the end (that is the RMSE).

    One error of 3: your loss is 3, and the squared error is 9.

    The root is in the units of y. In which units is the MSE?

    A square root has an infinite slope at 0, so at a perfect fit its gradient is nan. The loss here has none.
    """
    return ((y_hat - y) ** 2).mean().sqrt()


@wrong
def norm_of_the_errors(y_hat, y):
    """A norm is the square root of a sum of squares: the formula has no root, and it has a mean.

    Take the errors 3 and 4. The norm is 5; what is the mean of 9 and 16?

    Which steps does the norm have that the formula has not, and which does it lack?

    MSE has three steps: error, square, mean.
    """
    return torch.linalg.vector_norm(y_hat - y)


@wrong
def cubed(y_hat, y):
    """You raise the errors to the third power.

    Take one error of -2: a loss is never negative.

    What is the S in MSE?

    Odd powers keep the sign, so errors in opposite directions cancel.
    """
    return ((y_hat - y) ** 3).mean()


@wrong
def doubled_not_squared(y_hat, y):
    """You multiply the errors by 2, where they should be squared.

    Take one error of 3: twice 3 is 6, and the square of 3 is 9.

    Which operator of Python is the power?

    Doubling keeps the sign, so errors in opposite directions cancel. A square is never negative.
    """
    return ((y_hat - y) * 2).mean()


@wrong
def relative_errors(y_hat, y):
    """You divide each error by the true value before you square it.

    Take y_hat = [5], y = [2]: the error is 3.

    Which division does the formula in the docstring have?

    A relative error is another measure, and it breaks down where the truth is 0.
    """
    return (((y_hat - y) / y) ** 2).mean()


@wrong
def median_not_mean(y_hat, y):
    """You take the median of the squared errors, not their mean.

    The squared errors 9, 4 and 25 have the median 9. What is their mean?

    What is the M in MSE?

    A median looks at one value in the middle only; the gradient would move one prediction only.
    """
    return ((y_hat - y) ** 2).median()


@wrong
def largest_error(y_hat, y):
    """You return the largest squared error, not their mean.

    The squared errors 9, 4 and 25 have the mean 38/3.

    What is the M in MSE?

    A mean counts every row; the largest one alone says nothing about the others.
    """
    return ((y_hat - y) ** 2).max()


@also(lambda y_hat, y: (y_hat - y ^ 2).mean())
@wrong
def caret_is_not_power(y_hat, y):
    """In Python `^` is not the power: it is the exclusive-or of two whole numbers.

    Try 3 ^ 2 in a cell of its own: it gives 1.

    Which operator is the power?

    Operators differ from language to language. Python's own list is in its documentation under "operator".
    """
    return ((y_hat - y) ^ 2).mean()


@exact
@wrong
def python_float(y_hat, y):
    """The number is right, but it is a Python number, and that has no backward().

    Print type(mse(y_hat, y)).

    Where does the tensor become a plain number, and who needs it as one?

    A loss has to stay a tensor, with the record of how it came about. `.item()` is for printing.
    """
    return ((y_hat - y) ** 2).mean().item()


@exact
@wrong
def nothing_recorded(y_hat, y):
    """The number is right, but its record is cut off, so no gradient finds its way back to y_hat.

    Print mse(y_hat, y).requires_grad for a `y_hat` that requires grad.

    Where does the road from y_hat to the loss end? Look for what makes plain numbers of a tensor.

    backward() walks back over the steps that were recorded. no_grad, .detach(), .data, .item() and NumPy all cut the record, and so does torch.tensor(…).
    """
    return ((y_hat - y) ** 2).mean().detach()


@wrong
def numpy_mean(y_hat, y):
    """A NumPy function works on your tensors, and NumPy cannot carry a gradient.

    Try it in a cell: `np.mean(torch.tensor([1.0, 2.0]))`.

    A tensor has a method of the same name. What does that return?

    Whatever must be differentiated stays in torch all the way.
    """
    return np.mean((y_hat - y) ** 2)


@wrong
def returns_an_array(y_hat, y):
    """You return a number of NumPy, which has no record and no gradient.

    Print type(mse(y_hat, y)).

    Which step leaves torch?

    Whatever must be differentiated stays in torch all the way.
    """
    return np.array(((y_hat - y) ** 2).mean().detach())


@wrong
def one_number_a_row(y_hat, y):
    """You return one squared error for each row; a loss is a single number.

    Three rows: how many numbers does your function give?

    Read the name word by word, from the back: error, squared, mean. Which one is missing?

    backward() starts from ONE number. That is what makes "uphill" mean something.
    """
    return (y_hat - y) ** 2


@wrong
def only_the_first_row(y_hat, y):
    """Only the first row counts in your loss.

    Change the second prediction only: the loss should change.

    If there is a loop: is the return inside it or behind it?

    A return ends the function at once, also in the middle of a loop. And the mean is over all rows.
    """
    return (y_hat[0] - y[0]) ** 2


@exact
@wrong
def always_single_precision(y_hat, y):
    """Your loss is always float32, whatever comes in.

    Give it float64: what dtype comes out?

    Which step of yours names a dtype, or makes a new tensor?

    A function of tensors should answer in the dtype of its inputs; half of the digits are lost otherwise.
    """
    return ((y_hat.float() - y.float()) ** 2).mean()


@also(
    lambda y_hat, y: ((y_hat.long() - y) ** 2).mean(),
    lambda y_hat, y: ((y_hat.round() - y) ** 2).mean(),
    lambda y_hat, y: ((y_hat - y.round()) ** 2).mean(),
)
@wrong
def whole_targets(y_hat, y):
    """Your loss makes whole numbers of its inputs: decimals are lost before they are compared.

    With y_hat = [0.5] and y = [0.25] the loss is 0.0625.

    Which of your lines names a kind of number, or rounds?

    Predictions and targets are measured, not counted: their decimals are part of the error.
    """
    return ((y_hat - y.long()) ** 2).mean()


@also(*(lambda y_hat, y, k=k: ((y_hat - y) ** 2).mean().round(decimals=k) for k in range(3)))
@wrong
def rounded(y_hat, y):
    """Your loss is rounded.

    The squared errors 9, 4 and 25 have the mean 38/3, whose decimals never end.

    Where do the decimals get lost?

    A rounded loss has no slope: a small improvement would not be seen.
    """
    return ((y_hat - y) ** 2).mean().floor()


@wrong
def sign_flipped(y_hat, y):
    """Your loss is negative.

    A loss is smallest, 0, for perfect predictions, and grows as they get worse.

    Where does a minus come into your formula, and what does squaring do with it?

    Descent makes the loss small. With the sign flipped it would make the errors large.
    """
    return -((y_hat - y) ** 2).mean()


@wrong
def returns_nothing(y_hat, y):
    """Your function returns nothing (None).

    Does the last line begin with `return`? Printing is not returning.

    What does the caller get back?

    A function gives back what stands behind `return`, and otherwise None.
    """


@wrong
def minus_before_power(y_hat, y):
    """Only y is squared: the power binds stronger than the minus.

    In Python 5 - 2 ** 2 is 1.

    What should be squared: y, or the error? What holds the error together?

    Powers come before products, products before sums. Brackets say otherwise.
    """
    return (y_hat - y**2).mean()


@wrong
def square_of_the_mean_absolute_error(y_hat, y):
    """You average the absolute errors and square the result.

    Take the errors 1 and 3: their mean is 2, its square 4; the mean of 1 and 9 is 5.

    In which order do the three words apply, starting from the error?

    The order matters: the square of a mean is not the mean of the squares.
    """
    return (y_hat - y).abs().mean() ** 2


@also(lambda y_hat, y: (y_hat - y).var(correction=0), lambda y_hat, y: (y_hat - y).var().detach())
@wrong
def variance_of_the_errors(y_hat, y):
    """You take the variance of the errors: it does not see when all of them are off by the same.

    Take the errors 3 and 3: their variance is 0. Should that be a perfect score?

    What does a variance subtract before it squares?

    A variance says how much the errors differ from each other, the MSE how large they are.
    """
    return (y_hat - y).var()


@also(lambda y_hat, y: ((y_hat - y[:, None]) ** 2).mean())
@wrong
def all_pairs(y_hat, y):
    """Every prediction is compared with every target: a column minus a list is a table.

    Print the shape of your errors: for three rows it should be (3,).

    Which of y and y_hat is a column in your code?

    Shapes stretch until they fit (broadcasting). A dimension of length 1 too many changes what is compared with what.
    """
    return ((y_hat[:, None] - y) ** 2).mean()


@wrong
def smooth_l1(y_hat, y):
    """Large errors are not squared in your loss: this is the smooth L1, or Huber, loss.

    Take one error of 3: its square is 9, and your loss is 2.5.

    What does the loss that you call do with errors above 1?

    There are losses that forgive large errors. MSE punishes them most.
    """
    return torch.nn.functional.smooth_l1_loss(y_hat, y)


@wrong
def returns_a_pair(y_hat, y):
    """You return several things together; only the loss is asked for.

    Print type(mse(y_hat, y)).

    Which of the things that you return is the loss?

    `return a, b` makes a tuple of two. Who calls your function wants to call backward() on what comes back.
    """
    return ((y_hat - y) ** 2).mean(), y_hat - y


@wrong
def first_row_over_n(y_hat, y):
    """Only the first row counts in your loss.

    Change the second prediction only: the loss should change.

    Is the return inside the loop or behind it?

    A return ends the function at once, also in the middle of a loop. And the mean is over all rows.
    """
    return (y_hat[0] - y[0]) ** 2 / len(y)


@also(lambda y_hat, y: (y_hat[-1] - y[-1]) ** 2)
@wrong
def only_the_last_row(y_hat, y):
    """Only the last row counts in your loss.

    Change the first prediction only: the loss should change.

    Does each round of your loop add to what is there, or take its place?

    `=` puts something new in the place of the old, `+=` adds.
    """
    return (y_hat[-1] - y[-1]) ** 2 / len(y)


@also(lambda y_hat, y: ((y_hat - y)[1:] ** 2).sum() / len(y), lambda y_hat, y: ((y_hat - y)[:-1] ** 2).mean())
@wrong
def a_row_left_out(y_hat, y):
    """One row, the first or the last, has no part in your loss.

    Take one row only: what does your loss say?

    Which row numbers does your code visit?

    Positions run from 0 to n - 1; `range(n)` has them all, `range(1, n)` and `[:-1]` have one less.
    """
    return ((y_hat - y)[:-1] ** 2).sum() / len(y)


@wrong
def divided_but_not_added(y_hat, y):
    """You divide each squared error by n, but never add them up; a loss is a single number.

    Three rows: how many numbers does your function give?

    Which step makes one number out of many?

    A mean is a sum that is divided. Both parts are needed.
    """
    return (y_hat - y) ** 2 / len(y)


@wrong
def negative_errors_cut_off(y_hat, y):
    """Predictions that are too low cost nothing in your loss.

    Take y_hat = [0] and y = [3]: should that be a perfect score?

    What does your code do with errors below 0 before it squares?

    Squaring takes care of the sign by itself.
    """
    return ((y_hat - y).clamp(min=0) ** 2).mean()


@wrong
def sorted_first(y_hat, y):
    """You put predictions and targets in order first, so they lose their partners.

    Take y_hat = [0, 1] and y = [1, 0]: both are wrong.

    Which prediction belongs to which target?

    The position in the list is what ties a prediction to its target.
    """
    return ((y_hat.sort().values - y.sort().values) ** 2).mean()


@also(lambda y_hat, y: 1 - ((y - y_hat) ** 2).mean() / ((y - y.mean()) ** 2).mean())
@wrong
def r_squared(y_hat, y):
    """This is R squared: 1 for perfect predictions, and the less the worse they are.

    A perfect prediction, y_hat = [2, 3] for y = [2, 3], should have a loss of 0.

    Which step of yours is not in the docstring: a division, a difference from 1?

    R squared compares a fit with the mean of y, and good is large. A loss is small where the fit is good.
    """
    return 1 - ((y - y_hat) ** 2).sum() / ((y - y.mean()) ** 2).sum()


@also(
    lambda y_hat, y: ((torch.log1p(y_hat.clamp(min=0)) - torch.log1p(y.clamp(min=0))) ** 2).mean(),
    lambda y_hat, y: ((torch.log1p(y_hat.clamp(min=0)) - torch.log1p(y)) ** 2).mean(),
    lambda y_hat, y: ((torch.log1p(y_hat.abs()) - torch.log1p(y.abs())) ** 2).mean(),
    lambda y_hat, y: ((y_hat.log() - y.log()) ** 2).mean(),
    lambda y_hat, y: ((torch.log1p(y_hat) - torch.log1p(y)) ** 2).mean().sqrt(),
)
@wrong
def squared_logarithmic_errors(y_hat, y):
    """You take logarithms before you compare: these are squared logarithmic errors.

    Take y_hat = [5], y = [2]: the error is 3, and the loss should be 9.

    Which function stands around y_hat and y in your formula, and is it in the docstring?

    A logarithm makes large numbers count less. MSE compares the numbers as they are.
    """
    return ((torch.log1p(y_hat) - torch.log1p(y)) ** 2).mean()


@wrong
def half_of_each_square(y_hat, y):
    """You return half of each squared error, one number for each row; a loss is a single number, and not halved.

    Three rows: how many numbers does your function give?

    Read the name word by word, from the back: error, squared, mean. Which one is missing, and where does the 2 come from?

    Some books halve the squares, because the derivative looks nicer, and average them elsewhere. Here the function does both steps.
    """
    return (y_hat - y) ** 2 / 2


@sign(last=True)
def divided_by_a_fixed_number(traces):
    """You divide by the same number however many rows there are.

    Call it with one row and then with two, and work out by hand what it divides by.

    Where does the number that you divide by come from: from y_hat and y, or from outside of the function?

    What a function needs to know about its data it can ask the data. A name from outside belongs to other data.
    """
    calls = [call for test in ("test_one_error", "test_three_errors", "test_duplicated_rows") for call in traces[test]]
    squares = [(len(call.args[0]), ((call.args[0] - call.args[1]) ** 2).sum(), call.value) for call in calls]
    divisors = {rows: (total / value).item() for rows, total, value in squares if total > 0}
    return len(divisors) > 1 and max(divisors.values()) < 1.001 * min(divisors.values())


@exact
@wrong
def always_double_precision(y_hat, y):
    """Your loss is always float64, whatever comes in.

    Give it float32: what dtype comes out?

    Which step of yours names a dtype, or has a function that does?

    A function of tensors should answer in the dtype of its inputs; what it is compared with later has that one too.
    """
    return ((y_hat.double() - y.double()) ** 2).mean()
