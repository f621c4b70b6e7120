"""What some exceptions mean, in the words of this lesson."""

from autograder.graders import errors
from autograder.graders.catalogue import retold


@retold(errors.not_recorded)
def not_recorded():
    """backward() was called on something that has no record of how it came from a.

    A loss that was computed inside `with torch.no_grad():`, or from `a.detach()`, fails for the same reason.

    Follow the values from `a` to the loss: where is the record cut?

    Recording happens while the forward pass is computed. What is cut there (no_grad, detach, .data, .item(), NumPy, torch.tensor) cannot be asked for a gradient afterwards.
    """


@retold(errors.unused_in_the_graph)
def unused_in_the_graph():
    """You asked for the gradient with respect to a tensor that the loss was not computed from.

    A copy of `a`, made after the loss or beside it, has no part in the loss.

    Is the tensor that you ask the very one that the predictions were computed with?

    A gradient belongs to a tensor, not to its numbers. A copy with the same numbers is another tensor.
    """


@retold(errors.unpacks_a_fixed_number)
def unpacks_a_fixed_number():
    """You take something apart into a fixed number of names, and here it has another number of parts.

    `m, b = a` works for two coefficients only.

    How many parts are there, and who decides that?

    Sizes come from the tensors that you are given, not from one example.
    """
