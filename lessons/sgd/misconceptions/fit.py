"""Misconceptions about fit(x, y, a, lr, epochs, batch_size).

Chance has a part in what a fit does, so nothing is compared with a wrong answer here: every entry is a sign, read off
from where the coefficients ended up. See the grader for how.
"""

import contextlib
import itertools
import math
import re
from collections import Counter

import torch

from autograder.graders.catalogue import sign
from autograder.graders.errors import line, says
from autograder.graders.expect import Failed, numbers
from autograder.graders.student import StudentError

LR = 0.1
PAIRS, ORDER, LEFT = "test_every_row_once", "test_new_order", "test_last_batch"
STEPS, LIST, LOSSES, FULL, START = (
    "test_update_after_every_batch", "test_one_loss_an_epoch", "test_losses", "test_full_batch", "test_starts_from_a"
)  # fmt: skip
LENGTHS = (PAIRS, STEPS, LEFT, FULL, "test_huge_batch", "test_finds_the_line")
TARGETS = [1.0, 2.0, 4.0, 8.0, -3.0, 16.0, -9.0, 5.0]


def probe(student):
    """Calls that tell the signs apart, whatever becomes of the ones before.

    One row at a time, in threes, one row only, one wide row; an order that shows, and the same with other random numbers;
    the same rows twice, with other targets; and many epochs of seven rows in threes.
    """
    rows = torch.tensor([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    seven = torch.tensor([2.5, -4.0, 7.0, 1.5, -8.0, 5.5, 3.5])
    for x, y, lr, epochs, batch_size, seed in (
        (torch.eye(6), torch.arange(1.0, 7.0), LR, 1, 1, 0),
        (torch.eye(12), torch.ones(12), LR, 1, 3, 0),
        (torch.ones(1, 1), torch.ones(1), LR, 3, 1, 0),
        (torch.arange(1.0, 6.0)[None], torch.ones(1), LR / 10, 1, 1, 0),
        (torch.ones(8, 1), torch.tensor(TARGETS), LR, 1, 1, 0),
        (torch.ones(8, 1), torch.tensor(TARGETS), LR, 1, 1, 1),
        (rows, torch.tensor([2.0, -1.0, 3.0]), LR / 10, 1, 3, 0),
        (rows - 2 * rows[:1], torch.tensor([7.0, 2.0, 5.0]), LR / 10, 1, 3, 0),
        (torch.eye(7), seven, LR, 20, 3, 0),
    ):
        with contextlib.suppress(StudentError):
            student.throws([seed]).fit(x, y, torch.zeros(x.shape[1], requires_grad=True), lr, epochs, batch_size)


def call(traces, test, index=0):
    """A call that came back, or None."""
    calls = traces.get(test, [])
    return calls[index] if index < len(calls) and calls[index].after else None


def coefficients(traces, test, index=0):
    """Where the coefficients ended up, as floats; [] if there was no such call."""
    found = call(traces, test, index)
    return numbers(found.after[2]).tolist() if found else []


def losses(traces, test):
    """The losses that a call returned; [] if they are no numbers."""
    found = call(traces, test)
    try:
        return numbers(found.value).tolist() if found else []
    except Failed:
        return []


def near(some, others):
    """Equal numbers in the same order, and at least one."""
    return len(some) == len(others) > 0 and all(abs(a - b) < 1e-3 for a, b in zip(some, others, strict=True))


def shares(traces):
    """What each of five rows counted, in batches of 2: 0.5 in a pair, 1 alone."""
    return [value / (2 * LR * (row + 1)) for row, value in enumerate(coefficients(traces, PAIRS))]


def third(traces):
    """What each of twelve rows counted, in batches of 3."""
    return [value / (2 * LR) for value in coefficients(traces, "probe", 1)]


def targets(traces, test, index=0):
    """The targets that the rows of a call had, as floats; [] if there was no such call."""
    found = call(traces, test, index)
    return numbers(found.args[1]).tolist() if found else []


def left_over(traces):
    """What part of the way to its target each of the probe's seven rows had left after 20 epochs."""
    return [
        1 - value / y for value, y in zip(coefficients(traces, "probe", 8), targets(traces, "probe", 8), strict=True)
    ]


def same_batches(traces):
    """The size of the batch that each of seven rows sat in, if it was the same in all of 20 epochs; otherwise []."""
    left = left_over(traces)
    if not left or not all(0 < one < 1 for one in left):
        return []
    sizes = [2 * LR / (1 - one ** (1 / 20)) for one in left]
    return [round(size) for size in sizes] if near(sizes, [round(size) for size in sizes]) else []


def after_steps(step, number):
    """Where ones(n, 1) with y = 1 leads in so many steps of this size."""
    return [1 - (1 - step) ** number]


def in_turn(order):
    """Where the probe's eight rows, one at a time in this order, lead."""
    place = 0.0
    for row in order:
        place += 2 * LR * (TARGETS[row] - place)
    return [place]


@sign(alone=True)
def slices_by_a_list(traces):
    """You slice up to a list of positions: x[:order]. A slice wants a single number there.

    `x[:3]` is everything before position 3. `x[:order]` would be everything before … which one?

    How do you pick the rows whose positions are in a list?

    A slice goes from a number to a number. Indexing with a list of positions picks exactly those.
    """
    return says(r"only integer tensors of a single element can be converted to an index", r"slice indices must be")(
        traces
    )


@sign(alone=True)
def shuffle_returns_nothing(traces):
    """What you take for the shuffled order is None.

    `print(random.shuffle([1, 2, 3]))` prints None.

    random.shuffle works in place. What does it return, and where is the shuffled list?

    What works in place changes its argument and returns nothing.
    """
    return says(r"'NoneType' object is not (subscriptable|iterable)", r"object of type 'NoneType' has no len")(traces)


@sign(alone=True)
def predicted_once(traces):
    """backward() ran a second time through the same predictions: they are made once, outside the loop.

    After the first step a has changed. Which a do your predictions know?

    What must be done anew for every batch?

    After each step the old predictions are out of date, and their record has been used up. All from the prediction to the loss belongs in the loop.
    """
    return says(r"backward through the graph a second time")(traces)


def _without_gradient(traces):
    """The calls that failed because some .grad was None."""
    failed = [call for calls in traces.values() for call in calls if call.raised and call.left]
    return [call for call in failed if "NoneType" in call.raised.message and ".grad" in line(call.raised)]


@sign(alone=True)
def emptied_already(traces):
    """The step is taken, and a.grad is None by then: it has been emptied already, and is to be emptied once more.

    Print a.grad before your sgd_step and after it.

    Which function has emptied the field as its last act?

    None is no tensor: it has no zero_(). A field that is empty need not be emptied again.
    """
    found = _without_gradient(traces)
    moved = [not torch.equal(call.left[2], call.args[2]) for call in found if call.args[3]]
    return any(moved) and all(call.left[2].grad is None for call in found)


@sign(alone=True)
def nothing_in_the_field(traces):
    """sgd_step looks into a.grad, and nothing has been put there: it is None.

    Print a.grad in the line before your sgd_step.

    Does your gradient give numbers back, or does it fill a.grad? Who brings the one to the other?

    What a function returns is in no field of anything: it has to be kept under a name, or put where it is looked for.
    """
    found = _without_gradient(traces)
    return bool(found) and all(
        "in sgd_step" in call.raised.trace and call.left[2].grad is None and torch.equal(call.left[2], call.args[2])
        for call in found
    )


PAST = re.compile(r"index (\d+) is out of bounds for dimension 0 with size (\d+)")


@sign()
def positions_beyond_the_rows(traces):
    """You ask for many more positions than x has rows: the number of rows is not that of x.

    Print len(x) inside your function, and the largest position that you ask for.

    Where does your code get the number of rows from: from x, or from outside of the function?

    What a function needs to know about its data it can ask the data. A name from outside belongs to other data.
    """
    failed = [call for calls in traces.values() for call in calls if call.raised]
    found = ((PAST.search(call.raised.message), call) for call in failed)
    return any(past and int(past[1]) >= int(past[2]) + call.args[5] for past, call in found)


@sign(alone=True)
def positions_past_the_end(traces):
    """A position was asked for that does not exist.

    Seven rows in batches of 3: which positions does your last batch ask for?

    What is left over for the last batch, and what does your code do about it?

    A slice may run past the end, a list of positions may not.
    """
    return says(r"index .*out of (bounds|range)", type="IndexError")(traces)


@sign()
def a_new_tensor_is_trained(traces):
    """Something is trained, and it is not the tensor that the caller handed in: a is where it was.

    Print a before and after the call. The losses fall, and a has not moved.

    Does the tensor that the caller passed in ever change? `a = …`, clone() and detach() make another one.

    `a = …` is a new tensor under an old name. Who handed the tensor over still holds the old one.
    """
    moved = losses(traces, FULL)
    return near(coefficients(traces, FULL), [0.0, 0.0]) and len(moved) > 1 and moved[-1] < moved[0]


@sign(last=True)
def never_moves(traces):
    """a never moves: no step is taken, or each is lost.

    Print a after every step.

    Where in your loop does a change?

    An epoch is a row of steps: predict, measure, find the gradient, move a.
    """
    value = getattr(call(traces, FULL), "value", None)
    begun = type(value).__name__ != "Foreign"  # a generator that nobody has asked yet
    return begun and near(coefficients(traces, FULL), [0.0, 0.0]) and near(coefficients(traces, PAIRS), [0.0] * 5)


@sign()
def subtracts_the_loss(traces):
    """All entries of a move by the same amount: the loss is subtracted, where the gradient should be.

    A row whose last input is 0 says nothing about the last coefficient, so that one should not move.

    The loss says how wrong you are, not which way to go. What does?

    One number cannot say which way each coefficient should move; the gradient has one slope for each.
    """
    wide = coefficients(traces, "probe", 3)
    return len(wide) == 5 and wide[0] < 0 and max(wide) - min(wide) < 1e-6


@sign()
def uphill(traces):
    """Every step goes uphill: the losses grow.

    With one row, x = 1 and y = 1, a should go from 0 towards 1. Yours goes below 0.

    Which way does the gradient point, and which way do you want to go?

    Descent goes against the gradient.
    """
    only = coefficients(traces, "probe", 2)
    return bool(only) and only[0] < 0


@sign()
def gradients_pile_up(traces):
    """Your steps are not those of their batch alone: each gradient is added to the ones before.

    Print a.grad just before each backward().

    When is the old gradient thrown away?

    backward() ADDS to a.grad. What has been used must go before the next batch.
    """
    return near(coefficients(traces, "probe", 2), [1.008]) or near(sorted(shares(traces)), [1.0] * 3 + [1.5] * 2)


@sign(PAIRS, LEFT, ORDER, FULL, START, LOSSES, "test_finds_the_line", "test_huge_batch")
def columns_shuffled(traces):
    """You shuffle the columns of x, not its rows.

    With the row [1, 2, 3, 4, 5] alone there is nothing to shuffle, but your coefficients end up in another order.

    Which dimension of x counts the examples?

    Rows are examples, columns are features. A coefficient belongs to its column.
    """
    wide, right = coefficients(traces, "probe", 3), [2 * LR / 10 * i for i in range(1, 6)]
    return near(sorted(wide), right) and not near(wide, right)


@sign(PAIRS, LEFT, "test_finds_the_line", LOSSES, "test_huge_batch", FULL)
def rows_lose_their_targets(traces):
    """After your shuffle the rows of x no longer stand beside their own targets.

    With y = [1, 2, 3, …] and one row for each coefficient, every row moves its own; yours end up with the targets of others.

    Which answer goes with which question after your shuffle?

    x and y are one table in two parts: whatever order one is put into, the other needs the same.
    """
    found, right = [value / (2 * LR) for value in coefficients(traces, "probe")], [float(i) for i in range(1, 7)]
    return near(sorted(found), right) and not near(found, right)


@sign()
def data_changed(traces):
    """x or y are no longer what they were: your function writes into the caller's data.

    Print y before and after the call.

    Which line changes a tensor in place, and whose tensor is it?

    What is handed in belongs to the caller. Shuffle positions, or a copy.
    """
    return any(
        not torch.equal(found.after[i], found.args[i])
        for calls in traces.values()
        for found in calls
        if found.after
        for i in (0, 1)
    )


@sign()
def batch_size_ignored(traces):
    """batch_size has no effect: six rows in batches of 2 are a single step in your code.

    Six rows in batches of 2: how many steps should one epoch take?

    Where in your loop does batch_size come in?

    A minibatch is a few rows. Many rough steps are cheaper than a few exact ones.
    """
    return near(shares(traces), [0.2] * 5) and near(coefficients(traces, STEPS), after_steps(2 * LR, 2))


@sign(PAIRS, LEFT)
def all_rows_in_every_step(traces):
    """You take a step for every batch, but each of these steps looks at all rows.

    Print the shape of what you hand to gradient, with 5 rows and batch_size 2.

    You choose the rows of a batch. Which x and y does your gradient see?

    A minibatch is a few rows. Many rough steps are cheaper than a few exact ones.
    """
    share = 1 / 5
    return near(shares(traces), [(1 - (1 - 2 * LR * share) ** 3) / (2 * LR)] * 5)


@sign()
def batch_size_as_number_of_batches(traces):
    """You take batch_size for the number of batches, where it is the number of rows in each.

    With 6 rows and batch_size 2, how many rows should a batch hold?

    What does the number mean: how many batches, or how large each is?

    Splitting into pieces OF a size and splitting into a NUMBER of pieces are two functions.
    """
    return near(third(traces), [0.25] * 12)


@sign(PAIRS, STEPS, LEFT, ORDER, "test_finds_the_line")
def one_step_an_epoch(traces):
    """All steps of an epoch start from the same a: it moves once, at the end, or the predictions are not made anew after a step.

    Six rows in batches of 2, two epochs: six steps, each from where the last one ended.

    Is the step inside the loop over the batches? And which a do the predictions of a batch know?

    The point of minibatches is to move after each of them.
    """
    steps = coefficients(traces, STEPS)
    summed, averaged = after_steps(6 * LR, 2), after_steps(2 * LR, 2)
    return near(steps, summed) or (near(steps, averaged) and not any(abs(share) < 1e-6 for share in shares(traces)))


@sign()
def one_batch_an_epoch(traces):
    """Only one batch is used in each epoch; all other rows have no part in that epoch.

    Five rows in batches of 2: three batches make an epoch.

    Is there a loop over the batches within the loop over the epochs, and does it come to its end?

    An epoch is one complete run through all the data.
    """
    used = [share for share in shares(traces) if abs(share) > 1e-6]
    return len(used) in (1, 2) and near(coefficients(traces, STEPS), after_steps(2 * LR, 2))


@sign()
def row_by_row(traces):
    """You take a step after every single row.

    Six rows in batches of 2, two epochs: six steps. You take twelve.

    How many rows go into one gradient?

    A minibatch is a compromise: less noise than one row, less work than all.
    """
    return near(shares(traces), [1.0] * 5) and near(coefficients(traces, STEPS), after_steps(2 * LR, 12))


@sign()
def summed_over_the_batch(traces):
    """Your steps are too long by the size of the batch: the gradients of its rows are added and not averaged.

    Two equal rows in a batch should move a as far as one of them alone.

    Is the loss of a batch a sum or a mean?

    With a mean, the learning rate means the same for every batch size.
    """
    return near(shares(traces), [1.0] * 5) and near(coefficients(traces, STEPS), after_steps(4 * LR, 6))


@sign()
def divided_by_batch_size_again(traces):
    """Your steps are too short: you divide once more by batch_size, or by the rows in a batch.

    Two equal rows with batch_size = 2 should move a as far as one of them with batch_size = 1. Yours move it half as far.

    The mean has divided already. Why again?

    A mean is a sum that has been divided by the number already.
    """
    return near(third(traces), [1 / 9] * 12)


@sign(PAIRS, STEPS, LEFT, "test_finds_the_line", FULL, "test_huge_batch")
def half_the_loss(traces):
    """Your steps are half as long as they should be, and your losses half as large: the loss that you use is halved.

    One error of 3: what does the loss that you use give?

    Which function do you use for the loss, and where does a 2 come into its formula?

    Some books halve the squared loss, because its derivative looks nicer. Here nothing is halved, and every step shows it.
    """
    return _losses_halved(traces) and _length(traces) == 0.5


def _length(traces):
    """How long the steps are, compared with the right ones, if all are alike: in batches of 3, of 2, and of one row."""
    lengths = [
        *(3 * share for share in third(traces)),
        *(value / (2 * LR * (row + 1)) for row, value in _alone(traces)),
    ]
    alike = bool(lengths) and max(lengths) - min(lengths) < 1e-3 * abs(lengths[0])
    return round(lengths[0], 3) if alike else None


def _alone(traces):
    return enumerate(coefficients(traces, "probe"))


@sign(LOSSES, LIST)
def losses_halved(traces):
    """The losses in your list are half of what they should be.

    One error of 3: which loss would stand in your list?

    Which function computes the losses in your list, and where does a 2 come into its formula?

    The mean squared error is the mean of the squares. Some books halve it, because its derivative looks nicer.
    """
    return _losses_halved(traces)


def _losses_halved(traces):
    halved = [abs(off / exact + 0.5) < 1e-3 for exact, off in _misses(traces) if exact > 0]
    return len(halved) > 1 and all(halved)


@sign(*LENGTHS)
def half_the_step(traces):
    """Your steps are half as long as they should be.

    With x = 1, y = 1, a = 0 and lr = 0.1 the first step should go to 0.2.

    Where does the 2 of the square go when you differentiate?

    The derivative of a square is twice the inside, times the derivative of the inside.
    """
    return near(third(traces), [1 / 6] * 12) and near(sorted(shares(traces)), [0.25] * 4 + [0.5])


@sign(PAIRS, LEFT, STEPS)
def loop_ends_too_early(traces):
    """In every epoch rows are left out, also where all batches are full.

    List the rows in all batches of one epoch, for 6 rows in batches of 2: which are missing?

    Where does your range end, and does it include what stands at its end? Or do you keep rows back?

    `range` leaves out its end already. An epoch is one complete run through all the data.
    """
    unused = [share for share in shares(traces) if abs(share) < 1e-6]
    return bool(unused) and near(coefficients(traces, STEPS), after_steps(2 * LR, 4)) and _in_full_pairs(traces)


@sign(PAIRS, LEFT)
def short_batch_dropped(traces):
    """The rows that are left over at the end, fewer than batch_size, are never used.

    Five rows in batches of 2: which row is missing?

    How many batches do 5 rows make? Does your division round down?

    An epoch is one complete run through all the data: the last batch holds the rest, however small.
    """
    dropped = sum(abs(share) < 1e-6 for share in shares(traces)) == 1
    return dropped and _in_full_pairs(traces) and near(third(traces), [1 / 3] * 12)


def _in_full_pairs(traces):
    return all(min(abs(share), abs(share - 0.5)) < 1e-3 for share in shares(traces))


@sign(PAIRS, LEFT, FULL)
def batches_one_short(traces):
    """Each full batch lacks a row: it ends one position too early.

    `[10, 20, 30, 40][0:2]` is [10, 20]: the position behind the colon is left out already.

    From where to where does the slice of your first batch go?

    A slice ends before its end: from i to i + size are exactly size entries.
    """
    found = sorted(shares(traces))
    return near(found, [0.0, 0.0, 1.0, 1.0, 1.0])


@sign(PAIRS, LEFT)
def rows_twice_or_never(traces):
    """In one epoch some rows are used more than once and some never.

    Write down the positions in all batches of one epoch: which stand there twice, and which are missing?

    Each batch may be fine by itself. Does one epoch see every row exactly once?

    An epoch is one complete run through all the data: shuffle, then deal, without putting anything back.
    """
    found = third(traces)
    few, many = sum(abs(share) < 1e-6 for share in found), sum(share > 0.55 for share in found)
    return few > 0 and many > 0


@sign(PAIRS, LEFT, STEPS)
def some_rows_never(traces):
    """In one epoch some rows are never used.

    Write down which positions your first epoch visits, for 5 rows in batches of 2.

    Where do your batches begin and end?

    An epoch is one complete run through all the data.
    """
    return any(abs(share) < 1e-6 for share in shares(traces)) and any(abs(share) > 1e-6 for share in shares(traces))


@sign(ORDER)
def never_shuffled(traces):
    """The rows are always used in the order in which they came: no order is drawn, or it is drawn and not used.

    Print the positions in all batches of two epochs: which rows sit together?

    Where is the 'stochastic' in stochastic gradient descent? And which data does the inner loop read?

    A new random order in every epoch makes each batch a fair sample.
    """
    in_the_probe = bool(same_batches(traces)) and near(coefficients(traces, "probe", 4), in_turn(range(8)))
    return in_the_probe and any(_neighbours(found) for found in traces.get(ORDER, []) if found.after)


@sign(ORDER)
def shuffled_once(traces):
    """The same rows meet in the same batches in every epoch: they are put together once, or in the same way each time.

    Print the positions in all batches of two epochs: which rows sit together?

    When should a new order be drawn? And is the source of chance set back to the same seed each time?

    With the same order the same rows always meet in the same batch. A new order in each epoch mixes them.
    """
    return len(set(same_batches(traces))) > 1


@sign(ORDER, last=True)
def drawn_too_seldom(traces):
    """A random order is drawn, and not for every epoch.

    Print the positions in all batches of two epochs: which rows sit together?

    When is a new order drawn in your code, and is that in every round of the loop over the epochs?

    With the same order the same rows always meet in the same batch. A new order in each epoch mixes them.
    """
    return (_few_short(traces) or _same_twice(traces)) and _by_chance(traces)


def _by_chance(traces):
    """Whether other random numbers make another order."""
    one, other = (coefficients(traces, "probe", index) for index in (4, 5))
    return bool(one and other) and not near(one, other)


def _left_of_many(found):
    """What part of the way to their targets the rows of one of many orders that were looked at had left."""
    return [1 - value / y for value, y in zip(numbers(found.after[2]).tolist(), found.args[1].tolist(), strict=True)]


def _same_twice(traces):
    """Whether two epochs in one of the many orders put the same rows together: rows of two kinds, and no others.

    Those of the short batch move further, the fewer they are; those of the full ones sit in so many batches.
    """
    pairs = (found for found in traces.get(ORDER, []) if found.after and found.args[4] == 2)
    counts = (Counter(round(left, 3) for left in _left_of_many(found)) for found in pairs)
    steps = (sorted((1 - left**0.5) * rows for left, rows in found.items() if left > 0) for found in counts)
    batches = [most / least for least, most in (found for found in steps if len(found) == 2) if least]
    return any(abs(number - round(number)) < 0.01 for number in batches)


def _few_short(traces):
    """Whether every row is used once an epoch, and only two of seven ever sat in the short batch."""
    left, base = left_over(traces), (1 - 2 * LR / 3) ** 20
    each_once = near(sorted(shares(traces)), [0.5] * 4 + [1.0])
    return (
        each_once
        and len(left) == 7
        and not same_batches(traces)
        and sum(abs(one / base - 1) > 0.01 for one in left) == 2
    )


@sign(ORDER, last=True)
def order_without_chance(traces):
    """Your orders differ, but chance has no part in them: the same few take turns.

    Print the positions in all batches of two epochs: which rows sit together?

    Where is the 'stochastic' in stochastic gradient descent?

    A random order in every epoch makes each batch a fair sample. Two orders in turn do not.
    """
    return _few_short(traces) and near(coefficients(traces, "probe", 4), coefficients(traces, "probe", 5))


@sign(ORDER, last=True)
def neighbours_together(traces):
    """Rows that are neighbours in x sit in a batch together, as they lie there.

    Print the positions in all batches of two epochs, and of several runs: who sits beside whom?

    When is the order drawn, and is each row's place in it drawn by itself?

    A new random order of all rows in every epoch makes each batch a fair sample.
    """
    return any(_neighbours(found) for found in traces.get(ORDER, []) if found.after and len(found.args[0]) > 3)


def _neighbours(found):
    """Whether as many rows in a row as are left over for the short batch all sat in it."""
    left, few = _left_of_many(found), len(found.args[0]) % found.args[5]
    if len({round(one, 3) for one in left}) > found.args[4] + 1:  # steps of another kind: in each epoch there are two
        return False
    full = max(left)
    short = [one < full - 1e-3 for one in left + left]
    return few > 0 and any(all(short[row : row + few]) for row in range(len(left)))


@sign()
def starts_over_every_epoch(traces):
    """Every epoch starts again from zero: only the last one has an effect.

    Print a at the beginning of each epoch.

    What happens to a between two epochs?

    Each epoch goes on from where the last one stopped.
    """
    only_the_last = near(coefficients(traces, STEPS), after_steps(2 * LR, 3))
    return only_the_last and near(coefficients(traces, START), [0.0] * 3)


@sign()
def batches_used_up(traces):
    """Only the first epoch trains: in the later ones there are no batches left.

    Print how many batches each epoch sees.

    Where are your batches made: once, or anew for every epoch?

    What is handed out one by one (an iterator, a generator, a list that is emptied) is used up after one run.
    """
    only_one, seen = near(coefficients(traces, STEPS), after_steps(2 * LR, 3)), losses(traces, FULL)
    return only_one and len(seen) == 5 and near(seen, [seen[0]] * 5)


@sign(START)
def starts_from_zero(traces):
    """You set a to 0 before you begin, so the place that the caller chose is lost.

    Call it with a = [5, -1, 2] and lr = 0: a should still be there.

    Who decides where the training starts?

    Training may go on from where it was. The function gets a starting place and moves on from it.
    """
    return near(coefficients(traces, START), [0.0] * 3)


@sign(START, *LENGTHS)
def own_learning_rate(traces):
    """With lr = 0 your coefficients move all the same.

    With lr = 0 nothing should move.

    Where does the lr of the caller enter your step?

    What a function gets as an argument it should use, instead of a number of its own.
    """
    found = coefficients(traces, START)
    return len(found) == 3 and not near(found, [5.0, -1.0, 2.0])


@sign(START)
def tracking_off_afterwards(traces):
    """After the training a no longer requires grad.

    Print a.requires_grad after the call.

    Where is the tracking of a switched off, and where on again?

    Autograd should look away during the update only.
    """
    found = call(traces, START, 1) or call(traces, START)
    return found is not None and isinstance(found.after[2], torch.Tensor) and not found.after[2].requires_grad


@sign()
def momentum(traces):
    """Your steps carry on a part of the earlier ones (momentum).

    With one row, x = 1 and y = 1, lr = 0.1, the second step should be shorter than the first.

    Which setting of your optimizer is not in the formula of the step?

    Momentum is a refinement of SGD. The step here is the plain one.
    """
    return near(coefficients(traces, "probe", 2), [0.938])


@sign(PAIRS, LEFT, STEPS)
def batches_overlap(traces):
    """In one epoch some rows are used more than once.

    Write down the positions of each batch of your first epoch, for 5 rows in batches of 2.

    Where does one batch end, and where does the next one begin?

    An epoch is one complete run through all the data: every row once. A short last batch stays short.
    """
    found, pairs = third(traces), shares(traces)
    if not _as_many_losses_as_epochs(traces):
        return False
    return _some_again(pairs, 2) or _some_again(found, 3) or near(sorted(pairs), _one_row_further())


def _as_many_losses_as_epochs(traces):
    """Whether it looks as if all epochs were run, and no more."""
    found = call(traces, LIST)
    return found is None or not isinstance(found.value, list) or len(found.value) == found.args[4]


def _one_row_further():
    """What five rows count in batches of 2 that each also hold the first row of the next: 3, 3 and 1 rows."""
    once, left = 1 / 3, 1 - 2 * LR / 3
    return [once, once, once, once + once * left, once + left]


def _some_again(found, size):
    """Whether every row was used, and some more than once, in batches of this size (or alone)."""
    once, again = [1 / size, 1.0], [(1 - (1 - 2 * LR / size) ** times) / (2 * LR) for times in (2, 3, 4)]
    known = all(any(abs(share - one) < 1e-3 for one in once + again) for share in found)
    return known and any(abs(share - one) < 1e-3 for share in found for one in again)


@sign(PAIRS, LEFT, "test_huge_batch", ORDER)
def divided_by_batch_size(traces):
    """Your gradient is divided by batch_size, also where a batch holds fewer rows.

    Five rows in batches of 2: the last batch holds one row, and its gradient is divided by 1.

    How many rows are in the batch that you look at?

    A mean divides by how many there are, and the last batch may be short.
    """
    return near(shares(traces), [0.5] * 5)


@sign(LEFT)
def batches_of_even_size(traces):
    """Your batches are of nearly the same size. Seven rows in batches of 3 are 3, 3 and what is left over: 1.

    Print the length of each batch for 7 rows and batch_size 3.

    Does your split go by the size of a batch, or by their number?

    With a fixed size every step but the last looks at equally many rows, and batch_size means what it says.
    """
    pairs = zip(coefficients(traces, LEFT), targets(traces, LEFT), strict=True)
    sizes = sorted(2 * LR * y / value for value, y in pairs if value)
    return near(sizes, [2.0] * 4 + [3.0] * 3)


@sign(LEFT, last=True)
def batches_of_other_sizes(traces):
    """Your rows do not sit in batches of batch_size and one smaller rest: the sizes are others.

    Print the length of each batch for 7 rows and batch_size 3.

    What becomes of what is left over: is it a batch of its own?

    With a fixed size every step but the last looks at equally many rows, and the last one holds the rest.
    """
    pairs = list(zip(coefficients(traces, LEFT), targets(traces, LEFT), strict=True))
    sizes = sorted(2 * LR * y / value for value, y in pairs if value)
    whole = len(sizes) == 7 and near(sizes, [round(size) for size in sizes])
    full = whole and all(
        size > 0 and round(sum(near([one], [size]) for one in sizes)) % round(size) == 0 for size in sizes
    )
    return full and not near(sizes, [1.0] + [3.0] * 6)


@sign(LIST, LOSSES, FULL)
def epochs_ignored(traces):
    """The number of epochs that the caller asks for has no effect.

    Ask for 4 epochs: how many losses come back?

    Where does epochs come in, and does something give it another value?

    What a function gets as an argument it should use, instead of a number of its own.
    """
    first, second = call(traces, LIST), call(traces, LIST, 1)
    lengths = {len(one.value) for one in (first, second) if one is not None and isinstance(one.value, list)}
    return len(lengths) == 1 and lengths.pop() not in (1, 3, 4, 5, 8)


@sign(FULL, LIST)
def losses_of_earlier_calls(traces):
    """Your list still holds the losses of an earlier call.

    Call it twice with epochs = 4: how long is the second list?

    Where is your list made: inside the function, at its beginning?

    Global names and default lists are made once and live on. What belongs to one call should be made in it.
    """
    found = call(traces, FULL)
    return found is not None and isinstance(found.value, list) and len(found.value) > 6


@sign(LIST)
def losses_are_tensors(traces):
    """Your list holds tensors, where it should hold plain numbers.

    Print the list: each entry says "tensor".

    What makes a plain number of a tensor with one entry?

    A tensor drags its whole record along. For a list to print and to plot the number is enough.
    """
    found = call(traces, LIST)
    return found is not None and isinstance(found.value, list) and any(isinstance(v, torch.Tensor) for v in found.value)


@sign(LIST, LOSSES, FULL)
def one_loss_a_batch(traces):
    """You note a loss for every batch; one an epoch is asked for.

    Four epochs, and two batches in each: how many entries has your list?

    In which of the two loops do you append?

    What stands in the inner loop happens for every batch, what stands behind it once an epoch.
    """
    found = call(traces, LIST)
    return found is not None and isinstance(found.value, list) and len(found.value) == 8


@sign(LIST, LOSSES, FULL)
def returns_too_early(traces):
    """Your function ends after its first epoch.

    Four epochs should give four losses. How many are in your list?

    Is the return inside a loop?

    A return ends the function at once, also in the middle of a loop.
    """
    found = call(traces, LIST)
    alone = found is not None and isinstance(found.value, list) and len(found.value) == 1
    return alone and near(coefficients(traces, STEPS), after_steps(2 * LR, 3))


@sign(LIST, LOSSES, FULL)
def losses_get_lost(traces):
    """All epochs are trained, but there are fewer losses than epochs in your list.

    Four epochs should give four losses. Print the list after each epoch.

    Where is the list made, and when is something appended to it?

    What is made inside a loop is made anew in each round. What collects stands before it.
    """
    found = call(traces, LIST)
    short = found is not None and isinstance(found.value, list) and len(found.value) < 3
    return short and near(coefficients(traces, STEPS), after_steps(2 * LR, 6))


@sign(LIST, STEPS, FULL, "test_huge_batch", PAIRS, ORDER, LEFT, START)
def one_epoch_more_or_less(traces):
    """You train one epoch too many or too few, or your list has a loss that is none of an epoch.

    Four epochs should give four losses, and each row should move a four times.

    From where to where does your loop over the epochs run? And is there a loss from before the first epoch in the list?

    `range(n)` has exactly n numbers, from 0 to n - 1.
    """
    found = call(traces, LIST)
    return found is not None and isinstance(found.value, list) and len(found.value) in (3, 5)


@sign(LIST, LOSSES, FULL)
def returns_the_last_loss_only(traces):
    """You return a single loss; a list with one for each epoch is asked for.

    Print type(fit(…)).

    Where do the losses of the earlier epochs go?

    A list collects: it is made before the loop and grows in it.
    """
    found = call(traces, LIST)
    return found is not None and (isinstance(found.value, float) or _single(found.value))


def _single(value):
    return isinstance(value, torch.Tensor) and value.numel() == 1


@sign(LIST, LOSSES, FULL)
def returns_more_than_the_losses(traces):
    """You return several things together; only the list of losses is asked for.

    Print type(fit(…)).

    a changes in place. Who needs it returned?

    What is changed in place is already in the caller's hands.
    """
    found = call(traces, LIST)
    return found is not None and isinstance(found.value, tuple)


@sign(LIST, LOSSES, FULL)
def coefficients_for_losses(traces):
    """You return a, the coefficients; a list of losses is asked for.

    Print what fit(…) gives, and a beside it.

    Where is a loss computed in your function, and where is it kept?

    The caller has a already: it was changed in place. What nobody has yet is how the loss went.
    """
    found = call(traces, LIST)
    value = found.value if found else None
    return isinstance(value, torch.Tensor) and value.shape == found.args[2].shape and torch.equal(value, found.after[2])


@sign(LIST)
def no_list(traces):
    """What comes back is no list.

    Print type(fit(…)).

    What do you collect the losses in, and does that become something else on the way out?

    A list of plain numbers is what everybody can print, plot and compare.
    """
    found = call(traces, LIST)
    return found is not None and found.value is not None and not isinstance(found.value, list | tuple | float)


@sign(LIST)
def stops_early(traces):
    """Your training ends before its time: there are fewer losses than epochs.

    Where nothing moves the losses are all the same, and there should be as many as epochs.

    Which line ends the loop, and who asked for that?

    Early stopping is a decision of its own. Who says `epochs = 3` gets three.
    """
    calls = [found for index in (1, 2) if (found := call(traces, LIST, index)) is not None]
    return any(isinstance(found.value, list) and len(found.value) < found.args[4] for found in calls)


@sign(LIST, LOSSES, FULL)
def returns_nothing(traces):
    """Your function returns nothing (None).

    Does the last line begin with `return`, and is it behind the loops? Printing is not returning.

    What does the caller get back?

    A function gives back what stands behind `return`, and otherwise None.
    """
    found = call(traces, LIST)
    return found is not None and found.value is None


@sign(LOSSES, FULL)
def losses_summed(traces):
    """Your losses are sums over the rows, or over the batches, and not a mean over all rows.

    With 60 rows your loss is many times what it should be.

    Read the name word by word, from the back: error, squared, mean. Which one is missing?

    A mean judges ten rows and a thousand rows on the same scale.
    """
    found = call(traces, FULL)
    seen = losses(traces, FULL)
    if not seen or not isinstance(found.args[1], torch.Tensor):
        return False
    x, y, a = (found.after[i].detach().double() for i in range(3))
    return math.isclose(seen[-1], float(((x @ a - y) ** 2).sum()), rel_tol=1e-3)


@sign(LOSSES, FULL)
def losses_with_a_root(traces):
    """You keep the square root of the MSE (that is the RMSE).

    Square your last loss: there is the one that is asked for.

    Is there a root in the formula of the loss?

    The root is in the units of y, the MSE in their square.
    """
    found, seen = call(traces, FULL), losses(traces, FULL)
    if not seen:
        return False
    x, y, a = (found.after[i].detach().double() for i in range(3))
    return math.isclose(seen[-1] ** 2, float(((x @ a - y) ** 2).mean()), rel_tol=1e-3)


@sign(LOSSES, FULL)
def losses_on_the_way(traces):
    """Your losses are those of predictions made before a step, and not of the a after the epoch.

    With all rows in one batch your first loss is that of the untrained a.

    When, and over what, do you compute the loss that you keep?

    A loss belongs to the a that it was computed with. After a step there is another a.
    """
    found, seen = call(traces, FULL), losses(traces, FULL)
    moved = bool(seen) and not torch.equal(found.after[2], found.args[2])
    return moved and math.isclose(seen[0], float((found.args[1].double() ** 2).mean()), rel_tol=1e-3)


@sign(LOSSES)
def losses_rounded(traces):
    """Your losses are rounded.

    A loss of 0.00004 becomes 0.

    Is the rounding for you who reads, or for whoever uses the numbers?

    Round when you print. What is handed on should be exact.
    """
    found, seen = call(traces, LOSSES), losses(traces, LOSSES)
    if not seen:
        return False
    x, y, a = (found.after[i].detach().double() for i in range(3))
    return seen[-1] == round(seen[-1], 5) and abs(seen[-1] - float(((x @ a - y) ** 2).mean())) < 6e-4


def _misses(traces):
    """By how much the last loss of each call with at least two rows is off: the MSE over all rows at the end, and that."""
    for found in (call for test in (LIST, LOSSES, FULL, START) for call in traces.get(test, ()) if call.after):
        try:
            seen = numbers(found.value).tolist()
        except Failed:
            continue
        x, y, a = (found.after[i].detach().double() for i in range(3))
        exact = float(((x @ a - y) ** 2).mean())
        yield exact, seen[-1] - exact


@sign(LOSSES, FULL)
def something_added_to_losses(traces):
    """Your losses are over all rows, and something is added to each: the same amount, whatever the data.

    With a perfect fit the loss should be 0. What would you keep?

    What stands beside the mean of the squared errors where you compute the loss?

    A loss of 0 means that nothing is wrong. A small number that is added guards a division or a logarithm, and here is none.
    """
    misses = list(_misses(traces))
    small = [off for exact, off in misses if exact < 1e-3]  # where it shows beside the rounding
    return (
        bool(small)
        and small[0] > 1e-7
        and all(abs(off - small[0]) <= 1e-3 * small[0] + 1e-5 * exact for exact, off in misses)
    )


@sign(LOSSES)
def losses_of_a_batch(traces):
    """Your losses are those of a batch, not of all the data.

    With all rows in one batch they are right; with smaller batches they are not.

    Over which rows do you compute the loss that you keep?

    The loss of a few rows is only a sample of the loss of all.
    """
    found, seen, only = call(traces, LIST), losses(traces, LIST), [off for exact, off in _misses({FULL: traces[FULL]})]
    if not seen or seen[-1] < 1e-6 or not only or abs(only[0]) > 1e-3:
        return False
    rows = (found.after[1] - found.after[2].detach()).double().tolist()  # each moves a coefficient of its own
    return any(math.isclose(seen[-1], loss, rel_tol=1e-3) for loss in _of_batches(rows, found.args[3]))


def _of_batches(rows, lr):
    """The losses that batches of one or two of these rows have, after the last step and before it."""
    for batch in (*itertools.combinations(rows, 1), *itertools.combinations(rows, 2)):
        after = sum(error**2 for error in batch) / len(batch)
        yield from (after, after / (1 - 2 * lr / len(batch)) ** 2)


@sign(LOSSES, last=True)
def losses_of_other_rows(traces):
    """With all rows in one batch your losses are right; with smaller batches they are not those of all rows.

    With batch_size 2 and three rows: work out the loss of all three by hand, after the last step.

    Over which rows, and with which a, do you compute the loss that you keep?

    A loss belongs to the a that it was computed with, and to the rows. Asked for is that of all rows, after the epoch.
    """
    right = any(exact > 0.1 and abs(off) < 1e-3 * exact for exact, off in _misses({FULL: traces.get(FULL, [])}))
    return right and any(abs(off) > 1e-3 * exact for exact, off in _misses({LOSSES: traces.get(LOSSES, [])}))


@sign(*LENGTHS, last=True)
def steps_too_long(traces):
    """Your steps go the right way, and all of them are longer than lr says, by the same factor.

    With x = 1, y = 1, a = 0 and lr = 0.1 the first step should go to 0.2.

    Where does something multiply lr or the gradient, or is backward() or the step done twice for a batch?

    A step is lr times the gradient, once for each batch. A second backward() adds to the gradient of the first.
    """
    return (_length(traces) or 0) > 1.001


@sign(*LENGTHS, last=True)
def steps_too_short(traces):
    """Your steps go the right way, and all of them are shorter than lr says, by the same factor.

    With x = 1, y = 1, a = 0 and lr = 0.1 the first step should go to 0.2.

    Where does something divide lr or the gradient? And is lr the one that the caller hands in?

    A step is lr times the gradient, as the caller says. Who wants shorter steps hands in a smaller lr.
    """
    return 0 < (_length(traces) or 0) < 0.999


@sign(STEPS, FULL, "test_huge_batch", "test_finds_the_line", LOSSES, last=True)
def steps_change(traces):
    """In the first epoch your steps are as long as lr says, and in later ones they are not.

    Print what each step gets for its lr, in every epoch.

    What in your loop changes lr, or carries something from one epoch to the next?

    Schedules and momentum are refinements of SGD. The step here is the plain one: the same lr from the first to the last.
    """
    steps = coefficients(traces, STEPS)
    right = [after_steps(2 * LR, number) for number in (3, 6)]  # of one epoch, which may be all that is run, and of two
    return _length(traces) == 1.0 and bool(steps) and not any(near(steps, one) for one in right)


@sign(*LENGTHS, ORDER, last=True)
def every_row_with_every_target(traces):
    """Every prediction is compared with every target: a column minus a list is a table.

    Print the shape of your errors: for a batch of two rows it should be (2,).

    Which of the two is a column in your code, the predictions or the targets?

    Shapes stretch until they fit (broadcasting). A dimension of length 1 too many changes what is compared with what.
    """
    alone, pairs = coefficients(traces, "probe"), coefficients(traces, PAIRS)
    means = [2 * value / (2 * LR) for value in pairs]  # of the targets in the batch of each row, twice for a single one
    single = near(alone, [2 * LR * i for i in range(1, 7)])
    return single and len(means) == 5 and _paired(means)


def _paired(means):
    """Whether two times two rows moved as far as the mean of their targets says, and one as far as its own."""
    for alone in range(5):
        rest = [row for row in range(5) if row != alone]
        for other in rest[1:]:
            first, second = (rest[0], other), tuple(row for row in rest[1:] if row != other)
            wanted = {alone: 2.0 * (alone + 1), **{row: sum(pair) / 2 + 1 for pair in (first, second) for row in pair}}
            if near(means, [wanted[row] for row in range(5)]):
                return True
    return False


@sign(*LENGTHS, last=True)
def steps_all_alike(traces):
    """Rows alone in a batch move a equally far, whether their error is 1 or 6.

    Take two rows alone, one with the error 1 and one with the error 6: the second step should be six times as long.

    Which loss do your steps go down, and what becomes of the length of the gradient? Which optimizer takes the step?

    The slope of a square grows with the error. Absolute errors, a bound on the gradient, or an optimizer that divides by its length take that away.
    """
    found = coefficients(traces, "probe")
    return len(found) == 6 and found[0] > 1e-6 and near(found, [found[0]] * 6)


@sign(*LENGTHS, last=True)
def steps_of_many_lengths(traces):
    """Every row is used, but a step is not lr times the gradient: how far it goes follows another rule.

    Print a before and after a step, and lr times the gradient beside them.

    What in your loop makes the step out of lr and the gradient: an optimizer, a schedule, a bound, chance?

    A step is lr times the gradient of its batch, with the same lr from the first to the last.
    """
    found = coefficients(traces, "probe")
    used = len(found) == 6 and all(value > 1e-6 for value in found)
    lengths = [value / (2 * LR * (row + 1)) for row, value in enumerate(found)]
    return used and max(lengths) > 1.01 * min(lengths) and not near(sorted(found), [2 * LR * i for i in range(1, 7)])


@sign(last=True)
def data_ignored(traces):
    """Your steps do not go by the x and y that are handed in: something else takes their place.

    Call your function twice, with other rows and other targets, and print a each time.

    Which x and y do the functions see that you call in your loop: your batch, or the notebook's own?

    A name that is not handed in is looked up outside, and there it means the notebook's data. What belongs to this call has to be handed on.
    """
    one, other = (coefficients(traces, "probe", index) for index in (6, 7))
    return bool(one and other) and near(one, other) and not near(one, [0.0, 0.0])


@sign(*LENGTHS)
def each_batch_begins_one_row_later(traces):
    """Each batch begins one row after the last, so most rows are used again and again.

    Write down the first position of each batch, for 6 rows in batches of 2.

    By how much does your position grow from one batch to the next?

    A batch has batch_size rows, so the next one begins that much later. `range` takes a third number for that.
    """
    return near(coefficients(traces, STEPS), after_steps(2 * LR, 12)) and near(
        sorted(shares(traces)), sorted(_sliding(5))
    )


def _sliding(rows):
    """What rows count in batches of 2 that begin one row further each, the last one alone."""
    left = [1 - LR, *[(1 - LR) ** 2] * (rows - 2), (1 - LR) * (1 - 2 * LR)]
    return [(1 - one) / (2 * LR) for one in left]


@sign(LIST, LOSSES, FULL)
def losses_as_texts(traces):
    """Your list holds texts, not numbers.

    `f"{loss:.4f}"` is for printing: it is a text.

    What do you append, and could one compute with it?

    A number is made into a text when it is shown, and not before.
    """
    found = call(traces, LIST)
    return found is not None and isinstance(found.value, list) and any(isinstance(value, str) for value in found.value)
