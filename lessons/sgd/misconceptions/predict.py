"""Misconceptions about predict(x, a)."""

import numpy as np
import torch

from autograder.graders import errors
from autograder.graders.catalogue import also, exact, retold, sign, wrong
from autograder.graders.expect import Failed, numbers


def probe(student):
    """A x that requires grad tells a detached `a` from a prediction of which nothing at all is recorded."""
    x = torch.tensor([[3.0, 1.0], [0.0, 2.0], [1.0, -1.0]], requires_grad=True)
    student.predict(x, torch.tensor([2.0, -1.0], requires_grad=True))
    for a in ([5.0, 3.0], [-7.0, 4.0]):
        student.predict(x.detach().clone(), torch.tensor(a))


SHAPE, SLOPES, DTYPE = "test_shape", "test_gradient_reaches_a", "test_dtype_and_inputs"


@sign()
def coefficients_ignored(traces):
    """Your predictions do not depend on the a that is handed in.

    For x = [[1, 0]] the prediction should be 5 with a = [5, 3], and -7 with a = [-7, 4].

    Where does the a in the first line of your function come in? Is there another name, or a number, in its place?

    What a function gets as an argument it should use, and nothing from outside. Only then does another a give another line.
    """
    found = [call.value for call in traces.get("probe", [])[1:3] if call.after]
    try:
        return len(found) == 2 and torch.equal(*map(numbers, found))
    except Failed:
        return False


@retold(errors.in_place_on_a_leaf.where_it_shows())
def changed_in_place(traces):
    """You change one of the tensors that you are given, and autograd keeps a record of it: it refuses.

    `w = torch.tensor([1.0], requires_grad=True)` and then `w *= 2` fails for the same reason; `v = w * 2` does not.

    Which of your lines changes a tensor in place (`+=`, `*=`, a trailing underscore), and how could it make a new one?

    What is computed from a tensor is a new tensor, and the record says how. The inputs stay what they are.
    """


@sign(SHAPE, SLOPES, DTYPE)
def list_of_tensors(traces):
    """You return a list of tensors, one for each row; a single tensor is asked for.

    Print type(predict(x, a)), and the type of its first entry.

    What puts several tensors together into one?

    A list has no shape and no gradient. Tensors can be put together into one, with their records.
    """
    values = [call.value for calls in traces.values() for call in calls if call.after]
    return any(
        isinstance(value, list | tuple) and any(isinstance(one, torch.Tensor) for one in value) for value in values
    )


@wrong
def product_without_sum(x, a):
    """You multiply each input by its coefficient, and stop there: the products are never added up.

    For the row [3, 2] with a = [2, -1] the products are 6 and -2. A prediction is a single number.

    A dot product ends in ONE number for each row. How many numbers does your result hold for one row?

    A dot product is two steps: multiply the pairs, then add up along the row.
    """
    return x * a


@wrong
def one_number_for_the_table(x, a):
    """You add up everything in the table, so all rows together get one number.

    Four rows should give four predictions. How many does your function give?

    Over which of the two dimensions of the table should the sum run, and which should stay?

    Each row of x is an example of its own and gets a prediction of its own: the answer is as long as x.
    """
    return (x * a).sum()


@wrong
def sums_down_the_columns(x, a):
    """Your sum walks down the columns, over the rows, instead of along each row.

    With 2 rows and 2 columns both sums give 2 numbers. Try 3 rows and 2 columns.

    Which dimension counts the rows, and which counts the features of one row?

    The dimension that you name in a sum is the one that disappears. The rows have to stay.
    """
    return (x * a).sum(0)


@wrong
def mean_instead_of_sum(x, a):
    """You take the mean of the products of a row; a dot product adds them up.

    For the row [3, 2] with a = [2, -1] the products are 6 and -2. Their sum is 4, their mean 2.

    What does the formula in the docstring do with the products?

    A dot product is a sum. The mean belongs to the loss, where it runs over the rows.
    """
    return (x * a).mean(1)


@wrong
def adds_instead_of_multiplying(x, a):
    """Your inputs and coefficients are added, where each input should be multiplied by its coefficient.

    With a = [0, 0] every prediction should be 0, whatever x is.

    What does a slope do with an input: add to it, or scale it?

    A coefficient says how much one unit of its input counts. That is a multiplication.
    """
    return (x + a).sum(1)


@wrong
def operands_swapped(x, a):
    """What is multiplied is a times x, in this order, so that a meets the columns of x instead of its rows.

    x has shape (n, d) and a has shape (d,). Which stands first in your product, and which in your line with def?

    Which sizes have to agree when two things are multiplied with @?

    In a product the last size of what is on the left meets the first size of what is on the right.
    """
    return a @ x


@wrong
def transposed(x, a):
    """You turned the table on its side: its rows became columns.

    Each ROW of x is one example. What are the rows of x.T?

    Which sizes have to agree when two things are multiplied with @, and did they before you transposed?

    In a product the last size of what is on the left meets the first size of what is on the right. Transposing exchanges them.
    """
    return x.T @ a


@wrong
def dot_on_a_table(x, a):
    """torch.dot takes two lists of numbers, and x is a table of them.

    torch.dot works for one row of x. There are many rows.

    Which product does all rows at once?

    One dot product for each row of a table is a matrix-vector product.
    """
    return torch.dot(x, a)


@wrong
def mm_with_a_vector(x, a):
    """torch.mm multiplies two tables, and a is a list of numbers.

    Print a.dim(): a table has 2 dimensions.

    Which operation takes a table and a list?

    torch has a product for each pair of shapes. A matrix with a vector is not a matrix with a matrix.
    """
    return torch.mm(x, a)


@exact
@wrong
def column_instead_of_list(x, a):
    """The numbers are right, but they stand in a column of shape (n, 1) instead of a list of shape (n,).

    Three predictions in a column minus three targets in a list are nine differences.

    What would (n, 1) minus (n,) be, later on in the loss?

    Shapes stretch until they fit (broadcasting). A dimension of length 1 too many changes what is compared with what.
    """
    return x @ a[:, None]


@exact
@wrong
def row_instead_of_list(x, a):
    """The numbers are right, but they stand in a table of one row, shape (1, n), instead of a list of shape (n,).

    Compare the shape of your result with that of y: (n,).

    Which dimension of length 1 is left over?

    Shapes stretch until they fit (broadcasting). A dimension of length 1 too many changes what is compared with what.
    """
    return (x @ a)[None]


@wrong
def squeezed_too_far(x, a):
    """With a single row your answer loses its last dimension: it is a number without a shape, not a list of one.

    Give it one row: the answer should have shape (1,).

    squeeze() removes EVERY dimension of length 1. Which one did you mean?

    A list of one entry is still a list. Code for n rows should also work for n = 1.
    """
    return (x @ a[:, None]).squeeze()


@wrong
def last_column_taken_as_ones(x, a):
    """You add the last coefficient as it is, as if the last column of x were always ones.

    Try the row [3, 2]: its last entry is not 1.

    Which entry of the row does the last coefficient belong to?

    The column of ones exists so that the intercept needs no special treatment: every coefficient is multiplied by its own column.
    """
    return x[:, :-1] @ a[:-1] + a[-1]


@wrong
def two_columns_only(x, a):
    """Your code uses the first two columns; a third one never counts.

    Try three columns: x = [[1, 2, 3]], a = [1, 10, 100] should give 321.

    Where does your code say how many columns there are?

    A table may have any number of columns. What works for two by naming each of them does not work for three.
    """
    return x[:, 0] * a[0] + x[:, 1] * a[1]


@wrong
def slope_and_intercept_only(x, a):
    """You take a line with one slope and one intercept; here there may be more columns, and the second is not always ones.

    Try x = [[1, 2, 3]] with a = [1, 10, 100]: it should give 321.

    Which columns of x does your code never look at?

    A line in school form, slope times x plus intercept, is the special case of two columns with ones in the second.
    """
    return a[0] * x[:, 0] + a[1]


@wrong
def last_coefficient_ignored(x, a):
    """The last coefficient has no effect on your predictions.

    Try x = [[0, 1]]: does your answer depend on a[1]?

    Which coefficients does your code use?

    The intercept is a coefficient like any other: its input is the column of ones.
    """
    return x[:, :-1] @ a[:-1]


@wrong
def only_the_first_column(x, a):
    """Only the first column of x counts in your predictions.

    Try x = [[0, 1]]: does your answer depend on a[1]?

    Which coefficients does your code use?

    The intercept is a coefficient like any other: its input is the column of ones.
    """
    return a[0] * x[:, 0]


@also(lambda x, a: x[0] @ a)
@wrong
def only_the_first_row(x, a):
    """Only the first row gets a prediction, and the others get none.

    Four rows should give four predictions. How many does your function give?

    If there is a loop: is the return inside it or behind it?

    A return ends the function at once, also in the middle of a loop.
    """
    return (x[0] @ a).reshape(1)


@wrong
def numpy_on_tensors(x, a):
    """A NumPy function works on your tensors, and NumPy cannot carry a gradient.

    With an `a` that requires grad it raises; without, it gives an array and not a tensor.

    Which operation of torch does the same?

    Whatever must be differentiated stays in torch all the way: from a to the loss.
    """
    return np.dot(x, a)


@exact
@wrong
def always_single_precision(x, a):
    """Your result is always float32, whatever comes in.

    Give it float64: what dtype comes out?

    Which step of yours names a dtype, or makes a new tensor?

    A function of tensors should answer in the dtype of its inputs; half of the digits are lost otherwise.
    """
    return x.float() @ a.float()


@exact
@wrong
def detached_coefficients(x, a):
    """The numbers are right, but your coefficients leave the record, so no gradient finds its way back to a.

    Print predict(x, a).requires_grad for an `a` that requires grad.

    Where does the road from a to the prediction end? Look for what makes plain numbers of a tensor.

    backward() walks back over the steps that were recorded. .detach(), .data and .item() all cut the record, and so does torch.tensor(…).
    """
    return x @ a.detach()


@exact
@wrong
def nothing_recorded(x, a):
    """The numbers are right, but what you return has no record of how it was computed: no gradient finds its way back to a.

    Print predict(x, a).requires_grad for an `a` that requires grad.

    What does autograd need to see while you predict, and when may it look away?

    no_grad is for the update, between two computations. The prediction is part of what is differentiated; .detach(), .numpy() and torch.tensor(…) at its end cut it off too.
    """
    return (x @ a).detach()


@wrong
def sign_flipped(x, a):
    """Every prediction has the wrong sign.

    For the row [3, 2] with a = [2, -1] the products are 6 and -2.

    Where does a minus come into your formula?

    A prediction multiplies and adds; nothing is subtracted from anything.
    """
    return -(x @ a)


@wrong
def returns_an_array(x, a):
    """You return an array of NumPy, which has no record and no gradient.

    Print type(predict(x, a)).

    Which step leaves torch?

    Whatever must be differentiated stays in torch all the way: from a to the loss.
    """
    return (x @ a).detach().numpy()


@wrong
def returns_a_list(x, a):
    """You return a list of Python numbers instead of a tensor.

    Print type(predict(x, a)).

    Which step makes Python numbers of the entries, and what would put tensors together instead?

    A Python number has no gradient. Tensors can be put together into one, with their records.
    """
    return (x @ a).tolist()


@wrong
def returns_nothing(x, a):
    """Your function returns nothing (None).

    Does the last line begin with `return`? Printing is not returning.

    What does the caller get back?

    A function gives back what stands behind `return`, and otherwise None.
    """


@wrong
def coefficients_reversed(x, a):
    """Your coefficients meet the columns in the reverse order.

    For the row [1, 2, 3] and a = [1, 10, 100] the answer should be 321.

    Which coefficient belongs to the first column?

    a[0] belongs to x[:, 0], and so on. Some books put the intercept first; here it is last.
    """
    return x @ a.flip(0)


@wrong
def intercept_twice(x, a):
    """The last coefficient is added once more, besides its part in the dot product.

    For the row [3, 2] with a = [2, -1] the products are 6 and -2. Their sum is 4.

    Is the intercept in the dot product already?

    The column of ones is there so that the intercept needs no place of its own.
    """
    return x @ a + a[-1]


@wrong
def first_column_left_out(x, a):
    """The first column of x has no part in your predictions.

    Try x = [[1, 0]]: does your answer depend on a[0]?

    At which position does your loop begin?

    Positions begin at 0 in Python, and so does `range(n)`.
    """
    return x[:, 1:] @ a[1:]


@wrong
def negative_cut_off(x, a):
    """Predictions below 0 become 0.

    For the row [0, 2] with a = [2, -1] the answer is -2.

    Which function stands around your dot product?

    A line goes on below 0. Squashing its values (relu, sigmoid) belongs to other models.
    """
    return (x @ a).clamp(min=0)


@also(lambda x, a: torch.tanh(x @ a))
@wrong
def squashed(x, a):
    """Your predictions are squashed into a small range.

    For the row [3, 2] with a = [2, -1] the products are 6 and -2. Their sum is 4.

    Which function stands around your dot product?

    A line has no bounds. Squashing its values (relu, sigmoid) belongs to other models.
    """
    return torch.sigmoid(x @ a)


@wrong
def running_total(x, a):
    """Each of your predictions contains all the ones before it.

    The rows [3, 1] and [0, 2] with a = [2, -1] should give 5 and -2, and yours give 5 and 3.

    Where is your sum set back to 0?

    What belongs to one row must begin anew with each row, inside the outer loop.
    """
    return (x @ a).cumsum(0)


@wrong
def only_the_last_row(x, a):
    """Only the last row gets a prediction.

    Four rows should give four predictions. How many does your function give?

    Does each round of your loop keep what the one before has found?

    `=` puts something new in the place of the old. A list or a tensor can hold one result for each row.
    """
    return x[-1] @ a


@wrong
def last_row_left_out(x, a):
    """The last row gets no prediction.

    Four rows should give four predictions. How many does your function give?

    Which row numbers does your loop visit?

    `range(n)` ends at n - 1 already, and that is the last row.
    """
    return torch.stack([x[i] @ a for i in range(len(x) - 1)])


@exact
@wrong
def always_double_precision(x, a):
    """Your result is always float64, whatever comes in.

    Give it float32: what dtype comes out?

    Which step of yours names a dtype, or makes a new tensor?

    A function of tensors should answer in the dtype of its inputs; what it is compared with later has that one too.
    """
    return x.double() @ a.double()


def _by_position(x, a):
    total = torch.zeros(len(x), dtype=x.dtype)
    for j in range(len(x)):
        total = total + x[:, j] * a[j]
    return total


@also(lambda x, a: torch.stack([sum(row[j] * a[j] for j in range(len(x))) for row in x]))
@wrong
def as_many_columns_as_rows(x, a):
    """You walk over as many columns as there are rows.

    With one row of two columns your loop ends after the first column; with four rows it asks for a third column.

    len(x) counts the rows. What counts the columns?

    A table has two sizes: x.shape is (rows, columns).
    """
    return _by_position(x, a)


@also(lambda x, a: a[0] + a[1] * x[:, 0])
@wrong
def intercept_first(x, a):
    """You take a[0] for the intercept; here it comes last.

    For the row [3, 1] with a = [2, -1] the answer should be 5: the 2 belongs to the 3.

    Which coefficient belongs to the first column, and which to the column of ones?

    a[0] belongs to x[:, 0], and so on. Some books put the intercept first; here it is last.
    """
    return a[0] + x[:, :-1] @ a[1:]


@also(
    lambda x, a: a[0] * x[0] + a[1],
    lambda x, a: sum((row * value for row, value in zip(x, a, strict=False)), start=0),
)
@wrong
def rows_taken_for_columns(x, a):
    """x[0] is the first row, and you take it for the first column.

    Print x[0].shape with four rows of two columns.

    Which of the two positions in x[i, j] counts the rows? How does one say "all rows" there?

    A single position picks a row. A column needs two: which rows, and which column.
    """
    return a[0] * x[0] + a[1] * x[1]


@also(*(lambda x, a, k=k: (x @ a).round(decimals=k) for k in range(1, 4)))
@wrong
def rounded(x, a):
    """Your predictions are rounded.

    For the row [0.125, -2.375] with a = [0.37, -1.25] the answer is 3.015, with all its decimals.

    Where do the decimals get lost, and who needs fewer of them?

    Round when you print. What is computed with should be exact, and a rounded number has no slope.
    """
    return (x @ a).round()
