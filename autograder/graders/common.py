"""Misconceptions that any exercise can meet; told where no entry of the exercise itself fits.

A lesson may have entries of the same names in `misconceptions/common.py`, which then stand in the place of these.
"""

import torch

from autograder.graders.catalogue import sign
from autograder.sandbox.wire import Foreign

METHODS = ("builtin_function_or_method", "method", "function")


def calls(traces):
    """All calls that came back."""
    return [call for found in traces.values() for call in found if call.answered and call.raised is None and call.args]


def alike(one, other):
    """The same plain value or the same numbers; tensors with other gradients are not alike."""
    if not isinstance(one, torch.Tensor) or not isinstance(other, torch.Tensor):
        return type(one) is type(other) and (isinstance(one, torch.Tensor) or one == other)
    if one.dtype is not other.dtype or one.shape != other.shape:
        return False
    pairs = [(one, other), tuple(v.grad if v.grad is not None else torch.zeros_like(v) for v in (one, other))]
    return all(torch.allclose(mine, theirs, equal_nan=True) for mine, theirs in pairs)


@sign()
def yields(traces):
    """Your function gives a generator, a promise of values to come, and not the values.

    `def f(): yield 1` and then `print(f())` shows it.

    With which word does a function hand back its result?

    `yield` makes a generator of a function: it runs only when somebody asks it for one value after another.
    """
    return any(isinstance(call.value, Foreign) and call.value.type == "generator" for call in calls(traces))


@sign()
def gives_a_method(traces):
    """What comes back is a method or a function itself, and not what it gives.

    `numbers.mean` is a method, `numbers.mean()` is a number. Print both in a cell of their own.

    Which name in your code is a method, and what makes Python call it?

    Naming a function does not call it. Without a call you hand on the function, and a function has no numbers.
    """
    values = [call.value for call in calls(traces)]
    inside = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
    return any(isinstance(item, Foreign) and item.type in METHODS for item in inside)


@sign()
def remembers_earlier_calls(traces):
    """Your function remembers something from one call to the next: the same inputs give another answer.

    Call it twice with the same inputs.

    What lives outside of your function, or in a default argument, and changes with each call?

    Global names and default lists are made once and live on. What belongs to one call should be made in it.
    """
    found = calls(traces)
    return any(
        call.name == earlier.name
        and len(call.args) == len(earlier.args)
        and all(map(alike, call.args, earlier.args))
        and not (alike(call.value, earlier.value) and all(map(alike, call.after, earlier.after)))
        for index, call in enumerate(found)
        for earlier in found[:index]
        if isinstance(call.value, torch.Tensor | None)
    )


@sign()
def writes_into_its_inputs(traces):
    """Your function changes one of the tensors that it is given.

    Print the inputs before and after the call.

    Which line changes a tensor in place? And does `b = a` make a second tensor, or a second name?

    Whoever hands a tensor over still uses it. `+=`, a trailing underscore and `b[i] = …` change the tensor itself, under whatever name.
    """
    return any(
        isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor) and not torch.equal(old, new)
        for call in calls(traces)
        for old, new in zip(call.args, call.after, strict=False)
    )


@sign()
def switches_tracking(traces):
    """Your function switches the tracking of a tensor that it is given on or off, and leaves it so.

    Print requires_grad of each input before and after the call.

    Which of your lines sets a flag, or ends in `requires_grad_()`? And is the line needed?

    Who made a tensor has decided whether it is tracked. What is computed from a tracked one is tracked by itself.
    """
    return any(
        isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor) and old.requires_grad != new.requires_grad
        for call in calls(traces)
        for old, new in zip(call.args, call.after, strict=False)
    )


@sign()
def switches_autograd_off(traces):
    """Your function switches autograd off for the whole program, and never on again.

    Call torch.is_grad_enabled() after your function.

    Where does autograd look away in your code, and where does that end?

    A `with` block sets everything back at its end, also after an error.
    """
    return any(not call.grad_enabled for call in calls(traces))
