"""Misconceptions about mse(y_hat, y)."""

import numpy as np
import torch

from autograder.graders.catalogue import also, sign, wrong


def probe(student):
    """Squares of which the first, the last, the largest and the one in the middle are four different ones."""
    student.mse(torch.tensor([2.0, 9.0, 5.0, 1.0, 7.0]), torch.zeros(5))


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
    """A norm is the square root of a sum: neither of the two is in the formula.

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


@wrong
def python_float(y_hat, y):
    """The number is right, but it is a Python number, and that has no backward().

    Print type(mse(y_hat, y)).

    Where does the tensor become a plain number, and who needs it as one?

    A loss has to stay a tensor, with the record of how it came about. `.item()` is for printing.
    """
    return ((y_hat - y) ** 2).mean().item()


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
    """You return a number of NumPy; it has the value, but no record and no gradient.

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


@wrong
def always_single_precision(y_hat, y):
    """Your loss is always float32, whatever comes in.

    Give it float64: what dtype comes out?

    Which step of yours names a dtype, or makes a new tensor?

    A function of tensors should answer in the dtype of its inputs; half of the digits are lost otherwise.
    """
    return ((y_hat.float() - y.float()) ** 2).mean()


@wrong
def rounded(y_hat, y):
    """Your loss is rounded to a whole number.

    The squared errors 9, 4 and 25 have the mean 12.67.

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
