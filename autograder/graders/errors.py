"""What the usual exceptions mean, whatever exercise raises them. The first that holds is told.

A lesson may have entries of the same names in `misconceptions/errors.py`, which then stand in the place of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autograder.graders.catalogue import Traces, sign
from autograder.graders.student import Call, StudentError


def raised(call: Call) -> StudentError | None:
    """What a call raised, or what appeared when its picture was drawn."""
    return call.raised or (call.drawing.failure if call.drawing else None)


def says(*patterns: str, type: str = "", origin: Callable[[str], bool] = lambda name: True) -> Callable[[Traces], bool]:
    """A predicate: one of the calls raised an exception of this type whose message has one of these patterns, raised there."""

    def holds(traces: Traces) -> bool:
        errors = [error for calls in traces.values() for call in calls if (error := raised(call)) is not None]
        return any(
            type in ("", error.type)
            and origin(error.origin)
            and any(re.search(pattern, error.message) for pattern in patterns)
            for error in errors
        )

    return holds


def line(error: StudentError) -> str:
    """The student's line that an exception came from."""
    lines = [text.strip() for text in error.trace.splitlines() if text.startswith("    ")]
    return lines[-1] if lines else ""


@sign()
def stub_left(traces: Traces) -> bool:
    """Your answer is there, and so is the line `raise NotImplementedError(…)`: delete that line.

    Python runs your function from top to bottom, and a line with `raise` ends it at once.

    Does the line stand above your answer or below it, and which of your lines are never reached?

    The line was there to say that nothing is written yet. An exception ends a function, whatever else stands in it.
    """
    return any((error := raised(call)) is not None and error.stub for calls in traces.values() for call in calls)


@sign()
def with_without_a_call(traces: Traces) -> bool:
    """The `with` was handed a class or a function itself, where it wants what a call of it makes.

    `with open:` gives the same error, and `with open("notes.txt"):` does not.

    What stands behind your `with`, and what makes Python call it?

    Naming a function or a class does not call it. A `with` block needs the thing that the call makes.
    """
    return says(r"'(type|function|builtin_function_or_method|method)' object does not support the context manager",
                r"^__enter__")(traces)  # fmt: skip


@sign()
def missing_parentheses(traces: Traces) -> bool:
    """A method or a function itself is used here, where you want what it gives.

    `numbers.mean` is a method, `numbers.mean()` is a number. Print both in a cell of their own.

    Which name in the line of the error is a method, and what makes Python call it?

    Naming a function does not call it. Without a call you hold the function, and a function has neither numbers nor a gradient.
    """
    return says(r"(builtin_function_or_method|'method'|'function').* (has no attribute|is not subscriptable)",
                r"unsupported operand type.*(builtin_function_or_method|'method'|'function')",
                r"not '?(builtin_function_or_method|method|function)'?$")(traces)  # fmt: skip


@sign()
def mixed_up_no_grad(traces: Traces) -> bool:
    """torch has no such name: two ideas are mixed here, not recording and emptying the gradient.

    `with torch.no_grad():` is one thing, `optimizer.zero_grad()` of an optimizer is another.

    Which of the two do you need in this line: that nothing is recorded, or that the old gradient goes away?

    Recording is switched off for a block of code. A gradient is emptied on the tensor that holds it.
    """
    return says(r"module 'torch' has no attribute '(zero_grad|nograd|no_gradient)'")(traces)


@sign()
def no_gradient_yet(traces: Traces) -> bool:
    """The .grad that this line uses is None: at this moment the tensor before the dot has no gradient.

    Print that tensor's `.grad` just before the line.

    Has a backward() run through this very tensor by then? And has nothing emptied the field since?

    `.grad` is None until a backward() has filled it, and again once it was emptied. What is computed from a tensor (`b = a - 1`, `a[0]`) is another tensor, with no gradient of its own.
    """
    return any(
        (error := raised(call)) is not None and "NoneType" in error.message and re.search(r"\.grad\b", line(error))
        for calls in traces.values()
        for call in calls
    )


@sign()
def nothing_came_back(traces: Traces) -> bool:
    """Something in this line is None, and nothing can be done with None.

    `print(random.shuffle([1, 2, 3]))` prints None; so does `print(loss.backward())`.

    Which name in this line is None, and where did it get its value?

    What works in place changes its argument and returns nothing. Use the thing that was changed, not the result.
    """
    return says(r"'?NoneType'?")(traces)


@sign()
def in_place_on_a_leaf(traces: Traces) -> bool:
    """You changed a tensor in place while autograd was keeping a record of it, and it refuses.

    `w = torch.tensor([1.0], requires_grad=True)` and then `w += 1` fails for the same reason.

    Is the update itself something that should be recorded?

    The record says that the computation started from these numbers. An update happens between two computations, so autograd has to look away while it happens.
    """
    return says(r"leaf Variable that requires grad", r"view of a leaf Variable", r"modified by an inplace operation",
                r"is a view and is being modified inplace")(traces)  # fmt: skip


@sign()
def backward_twice(traces: Traces) -> bool:
    """backward() ran a second time through a record that the first one had used up.

    `l = (w * w).sum()`, then `l.backward()` twice, gives the same error.

    How many times is backward() called for each time that the predictions are computed?

    A record is good for one backward(). After a step the old predictions are out of date anyway: everything from the prediction to the loss belongs in the loop.
    """
    return says(r"backward through the graph a second time")(traces)


@sign()
def not_recorded(traces: Traces) -> bool:
    """backward() was called on something that has no record of how it was computed.

    A loss that was computed inside `with torch.no_grad():`, or from a detached tensor, fails for the same reason.

    Follow the values from the parameters to the loss: where is the record cut?

    Recording happens while the forward pass is computed. What is cut there (no_grad, detach, .data, .item(), NumPy, torch.tensor) cannot be asked for a gradient afterwards.
    """
    return says(r"does not require grad and does not have a grad_fn", r"does not require grad$")(traces)


@sign()
def unused_in_the_graph(traces: Traces) -> bool:
    """You asked for the gradient with respect to a tensor that the loss was not computed from.

    A copy of a parameter, made after the loss or beside it, has no part in the loss.

    Is the tensor that you ask the very one that the predictions were computed with?

    A gradient belongs to a tensor, not to its numbers. A copy with the same numbers is another tensor.
    """
    return says(r"One of the differentiated Tensors appears to not have been used")(traces)


@sign()
def backward_from_many(traces: Traces) -> bool:
    """backward() was called on several numbers at once, and it starts from a single one.

    `(w * 2).backward()` works for one number in `w` and fails for two.

    What is still missing between the numbers that you have and a loss?

    A gradient is the slope of ONE number. Whatever you start from must be one: a loss is.
    """
    return says(r"grad can be implicitly created only for scalar outputs")(traces)


@sign()
def numpy_of_a_tracked_tensor(traces: Traces) -> bool:
    """You called .numpy() on a tensor that autograd is keeping a record of, and an array has no place for it.

    Read the line from left to right: which call comes first, and which one fails?

    What has to happen to the tensor BEFORE it becomes an array?

    NumPy cannot carry gradients, so torch wants to be told first that the record is left behind on purpose.
    """
    return says(r"Can't call numpy\(\) on Tensor that requires grad", origin=lambda name: not name)(traces)


@sign()
def tracked_tensor_given_away(traces: Traces) -> bool:
    """A library that uses NumPy was handed a tensor that autograd keeps a record of.

    `torch.tensor([1.0], requires_grad=True)` cannot become an array.

    What is to become of the result: is it looked at, or is it to be differentiated?

    NumPy keeps no records, so torch stops before one is lost. What is only looked at may leave its record behind; `detach()` gives a NEW tensor for that. What is to be differentiated stays with torch.
    """
    return says(r"Can't call numpy\(\) on Tensor that requires grad", r"Can't call \w+\(\) on Tensor")(traces)


@sign()
def yes_or_no_wanted(traces: Traces) -> bool:
    """A tensor with several numbers was used as a condition, where there can be only one yes or no.

    `if torch.tensor([1.0, 2.0]):` gives the same error.

    Which of your lines asks whether something is so: an `if`, a `while`, an `and`, or a function that was handed a tensor where it wants a setting?

    A comparison of tensors gives an answer for each entry. Whether one or all of them count has to be said.
    """
    return says(r"Boolean value of Tensor with more than one value")(traces)


@sign()
def one_number_wanted(traces: Traces) -> bool:
    """A tensor with several numbers was used where there can be only one.

    `torch.tensor([1.0, 2.0]).item()` fails, and so do `float(…)` and `int(…)` of it.

    How many numbers are in the tensor at that line?

    `.item()`, `float()` and a position are for a single number; several stay a tensor.
    """
    return says(r"cannot be converted to Scalar", r"only one element tensors can be converted",
                r"only (integer tensors of a single element|length-1 arrays|0-dimensional arrays)",
                r"only integer (scalar|tensors)")(traces)  # fmt: skip


@sign()
def whole_number_wanted(traces: Traces) -> bool:
    """Python wants a whole number here, and a decimal number arrived.

    `6 / 2` is 3.0, a decimal number; `range(3.0)` fails.

    Which division gives a whole number, and does it round the way you need for what is left over?

    `/` always gives a decimal number. Positions and counts are whole numbers.
    """
    return says(r"'float' object cannot be interpreted as an integer", r"slice indices must be integers",
                r"must be int, not float", r"'float' object cannot be")(traces)  # fmt: skip


@sign()
def your_own_check_refuses(traces: Traces) -> bool:
    """It is a check of your own that stops here: it refuses an input that the docstring allows.

    Look at the input above: which line of yours objects to it?

    What does the docstring promise about the inputs, and what does your check demand?

    A check protects against what may not happen. What may happen has to pass.
    """
    return any(
        (error := raised(call)) is not None
        and re.search(r"^[^\S\n]*(raise|assert) ?[\w(\"']", error.trace, re.MULTILINE) is not None
        for calls in traces.values()
        for call in calls
    )


@sign()
def calls_itself(traces: Traces) -> bool:
    """Your function calls itself again and again, until Python gives up.

    In the trace the same line stands many times.

    Which function did you want to call there?

    A function that calls itself needs a way out, and something that becomes smaller with each call.
    """
    return says("", type="RecursionError")(traces)


@sign()
def unpacks_a_fixed_number(traces: Traces) -> bool:
    """You take something apart into a fixed number of names, and here it has another number of parts.

    `first, second = numbers` works for two numbers only.

    How many parts are there, and who decides that?

    Sizes come from the tensors that you are given, not from one example.
    """
    return says(r"(too many|not enough) values to unpack")(traces)


@sign()
def gradient_must_fit(traces: Traces) -> bool:
    """What you put into .grad is not the kind of thing that torch keeps there.

    `.grad` holds a tensor of the shape and dtype of its owner, or None.

    Which of the two do you want when the gradient has been used?

    A gradient belongs to its tensor: entry by entry, the same shape and the same dtype.
    """
    return says(r"assign(ed|ing)? (a )?grad")(traces)


@sign()
def not_a_function(traces: Traces) -> bool:
    """You call something that is no function.

    `ax.title` is the title itself; `ax.set_title("…")` sets it. `x = 3` and then `x()` gives the same error.

    What stands before the parentheses, and what is it? Print its type.

    Parentheses call what stands before them. A tensor, a number or a text cannot be called; and a name that you reuse loses what it was.
    """
    return says(r"object is not callable")(traces)


@sign()
def flag_set_on_a_computed_tensor(traces: Traces) -> bool:
    """You set requires_grad on a tensor that was computed from tracked ones; that is possible for leaves only.

    `(w * 2).requires_grad = True` gives this error.

    Is the tensor tracked already? Print its requires_grad before the line.

    What is computed from tracked tensors is tracked by itself. Which tensors are tracked from the start is for the caller to decide.
    """
    return says(r"you can only change requires_grad flags of leaf variables\.$")(traces)


@sign()
def flag_of_a_computed_tensor(traces: Traces) -> bool:
    """You switch tracking off on a tensor that was computed from tracked ones; that is possible for leaves only.

    `(w * 2).requires_grad_(False)` gives this error.

    How does one get a tensor with the same numbers and no record?

    Whether a computed tensor is tracked follows from what it was computed from. One can leave the record behind, not forbid it.
    """
    return says(r"you can only change requires_grad flags of leaf")(traces)


@sign()
def backward_with_an_argument(traces: Traces) -> bool:
    """What you put into the parentheses of backward() is taken for a weight of the loss, and does not fit it.

    `l = (w * w).sum()` and then `l.backward(w)` gives this error, `l.backward()` does not.

    Does backward() have to be told where the gradient should go?

    A loss knows how it was computed, so backward() finds all tracked tensors by itself.
    """
    return says(r"Mismatch in shape: grad_output")(traces)


@sign()
def optimizer_wants_a_list(traces: Traces) -> bool:
    """An optimizer wants a list of tensors, also where there is only one, and you hand it the tensor itself.

    `torch.optim.SGD(w, lr=0.1)` gives this error for every tensor `w`.

    How does one make a list of one thing?

    A model usually has many parameters, so an optimizer takes them together, in something that it can walk through.
    """
    return says(r"params argument given to the optimizer should be an iterable")(traces)


@sign()
def past_the_end(traces: Traces) -> bool:
    """A position was asked for that does not exist.

    A tensor of 3 rows has the positions 0, 1 and 2.

    Which sizes does your code take for granted? Print the positions that it visits.

    Sizes come from the tensors that you are given, not from one example. And a slice may run past the end, a single position may not.
    """
    return says(r"index .*out of (bounds|range)", type="IndexError")(traces)


@sign()
def too_few_dimensions(traces: Traces) -> bool:
    """A tensor has other dimensions than this line expects.

    A list of numbers has one dimension, a table has two, a single number has none.

    What is the shape of each tensor in this line? Print them just before it.

    `shape` says how many dimensions there are and how long each is. Many functions want a certain number of them.
    """
    return says(r"(must be a|expected a|expects?) (matrix|vector|2-?D|1-?D)", r"1D tensors expected", r"Dimension out of range",
                r"too many indices", r"invalid index of a 0-dim", r"dimension specified as", r"must be (2|3)-?D",
                r"iteration over a 0-d", r"len\(\) of a 0-d", r"expects? a tensor with", r"self must be", r"at least 1D", r"0-dim", r"zero-dimensional",
                r"expected to be at least")(traces)  # fmt: skip


@sign()
def as_many_numbers_as_there_are(traces: Traces) -> bool:
    """A tensor is to have a shape here that holds more numbers, or fewer, than it has.

    Print its shape, and how many numbers it holds, in the line before.

    How many numbers does the shape ask for that you write down, and is that so for every input?

    Another shape arranges the same numbers anew. A fixed size fits one input only; -1 stands for what is left.
    """
    return says(r"is invalid for input of size")(traces)


@sign()
def shapes_do_not_fit(traces: Traces) -> bool:
    """Two tensors meet whose shapes do not fit each other.

    Shapes (3, 2) @ (2,) fit, since the inner sizes agree; (2,) @ (3, 2) do not. In sums and differences (3,) and (2,) do not.

    Write the shapes of both sides next to each other: which sizes have to agree?

    With @ the inner sizes must agree. With +, -, * and / sizes must be equal, or one of them 1.
    """
    return says(r"shapes? cannot be multiplied", r"size mismatch", r"must match the (existing )?size", r"inconsistent tensor size",
                r"are not aligned", r"could not be broadcast", r"shape mismatch",
                r"doesn't match the broadcast shape", r"must be the same size", r"must have same first dimension",
                r"Sizes of tensors must match", r"[Ii]ncompatible", r"has shape .* but", r"broadcast")(traces)  # fmt: skip


@sign()
def dtypes_do_not_fit(traces: Traces) -> bool:
    """Two kinds of numbers meet, and torch does not mix them here.

    `torch.tensor([1.0])` holds float32, `torch.tensor([1.0], dtype=torch.float64)` holds float64.

    Which tensor in this line is one that you made yourself, and what kind of numbers does it hold?

    A tensor has one dtype. What you make yourself should take it from the tensors that you were given.
    """
    return says(r"expected (m1 and m2|scalar type|both vectors|both tensors|self and).*", r"same dtype",
                r"Found dtype", r"result type .* can't be cast", r"not implemented for '(Float|Double|Long|Int|Bool)'",
                r"[Ii]nput dtype should be", r"must be floating point", r"Only Tensors of floating point")(traces)  # fmt: skip


@sign()
def unknown_name(traces: Traces) -> bool:
    """A name in this line means nothing to Python: it has no value here.

    `print(total)` gives the same error where nothing has been called total.

    Is the name an argument of this very function, imported, or given a value above? And is it spelt the same there?

    A name lives in the function where it gets its value. What comes from outside comes as an argument, or from an import. A word from an error message or a book, such as `var`, stands for YOUR tensor.
    """
    return says("", type="NameError")(traces) or says("", type="UnboundLocalError")(traces)


@sign()
def unknown_attribute(traces: Traces) -> bool:
    """The thing before the dot has nothing of that name.

    `torch.tensor([1.0]).shape` exists, `torch.tensor([1.0]).size_` does not.

    What is it that stands before the dot, really? Print its type just before the line.

    A method belongs to a kind of thing: a tensor has other ones than a list, a number or an array.
    """
    return says("", type="AttributeError")(traces)


@sign()
def operands_do_not_fit(traces: Traces) -> bool:
    """Two kinds of things meet at an operator, and Python cannot combine them.

    A tensor's shape is a row of numbers: dividing by it is like dividing by a list.

    What stands on each side of the operator? Print the type of both.

    Operators need two things that can be combined: numbers, or tensors of numbers.
    """
    return says(r"unsupported operand type", r"can't multiply sequence", r"can only concatenate", type="TypeError")(
        traces
    )


@sign()
def wrong_arguments(traces: Traces) -> bool:
    """A function was called with other arguments than it takes.

    Look at the line with `def` of the function that is called: what does it want, and in which order?

    How many arguments do you give, and what is each of them?

    A call must fit the function's signature. `help(name)` shows it.
    """
    return says(r"positional argument", r"unexpected keyword argument", r"received an invalid combination of arguments",
                r"missing \d+ required", r"argument '.*' must be", r"got multiple values", type="TypeError")(traces)  # fmt: skip
