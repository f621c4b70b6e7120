"""Misconceptions about sgd_step(a, lr)."""

import math
import re

import torch

from autograder.graders.catalogue import also, exact, sign, wrong
from autograder.graders.errors import line


def probe(student):
    """An endless learning rate tells a step of length 0 (0 times infinity is no number) from one that never arrives."""
    a = torch.tensor([1.0, -2.0], requires_grad=True)
    a.grad = torch.tensor([3.0, -5.0])
    student.sgd_step(a, math.inf)
    for grad in ([1.0, 2.0], [-3.0, 4.0], [0.01, -0.02]):
        a = torch.tensor([1.0, -2.0], requires_grad=True)
        a.grad = torch.tensor(grad)
        student.sgd_step(a, 0.25)
    a = torch.tensor([0.123456, -0.987654], requires_grad=True)
    a.grad = torch.tensor([0.5, 0.25])
    student.sgd_step(a, 0.25)


@sign()
def whole_learning_rate(traces):
    """You make a whole number of lr, and its decimals are lost.

    With lr = 0.1 and the gradient 3 the step should be 0.3 long.

    Which of your lines counts in whole numbers, and what becomes of 0.1 there?

    A learning rate is a factor, usually far below 1. All of it counts.
    """
    endless = traces.get("probe", [])[:1]  # of which nothing can make a whole number
    return any(call.raised and call.raised.type == "OverflowError" for call in endless)


@sign("test_two_steps")
def remembers_the_last_step(traces):
    """The second step with the same gradient has another length: something of the first one is kept for it.

    Set the same gradient twice and take a step each time: how far does a move?

    What lives on in your code from one step to the next, and does it belong to plain gradient descent?

    Momentum, and rates that change, are refinements. The step that is asked for is lr times this gradient, and no more.
    """
    steps = [_relative(one) for one in traces.get("test_two_steps", [])[:2] if one.after]
    return len(steps) == 2 and abs(steps[0] - 1) < 1e-3 < abs(steps[1] - 1) and not _forgetful(traces)


def _forgetful(traces):
    """Whether a step from the same place, of another tensor, is as wrong: it is not what was before that makes it so."""
    every = [one for test, calls in traces.items() if test != "test_two_steps" for one in calls if one.after]
    return any(abs(_relative(one) - 1) > 1e-3 for one in every if one.args[1] and math.isfinite(one.args[1]))


def _extra(traces):
    """What moved a in the probe's last two steps besides lr times the gradient."""
    found = [call for call in traces.get("probe", [])[1:3] if call.after and call.after[0].shape == (2,)]
    return [(call.args[0] - call.args[1] * call.args[0].grad - call.after[0]).detach() for call in found]


def _cleared_only(a, lr):
    a.grad = None


@also(_cleared_only)
@wrong
def result_lost(a, lr):
    """a itself does not change: what your step computes does not reach the caller's tensor, or it computes nothing.

    Print a before and after the call.

    Did the caller's tensor change, or only what your function means by the name? And what does a trailing underscore mean in torch?

    `a = …`, `a - …` and `a.sub(…)` make a new tensor. Who handed the old one over still holds the old one.
    """


result_lost = result_lost.told_for(
    "test_value", "test_lr_zero", "test_two_steps", "test_still_trainable", "test_any_shape", "test_parameter"
)


@wrong
def reset_too_early(a, lr):
    """You empty the gradient before you use it, so the step has the length 0.

    Print a.grad in the line before the update.

    What is in a.grad at the moment you use it?

    First the step, then the cleaning: what has been used may go.
    """
    with torch.no_grad():
        a.grad.zero_()
        a.sub_(lr * a.grad)


def _without_gradient(traces):
    """The calls that failed because some .grad was None, and the line of each."""
    failed = [call for calls in traces.values() for call in calls if call.raised and call.left]
    lines = ((call, line(call.raised)) for call in failed if "NoneType" in call.raised.message)
    return [(call, text) for call, text in lines if ".grad" in text or "lr" in text]


@sign(alone=True)
def emptied_before_use(traces):
    """You throw the gradient away before you use it: a.grad is None when the step needs it.

    Print a.grad in the line before the update.

    What is in a.grad at the moment you use it?

    First the step, then the cleaning: what has been used may go.
    """
    found = [call for call, _ in _without_gradient(traces)]
    return bool(found) and all(call.left[0].grad is None and torch.equal(call.left[0], call.args[0]) for call in found)


@sign(alone=True)
def emptied_twice(traces):
    """Your step is taken and a.grad is None already, when you want to empty it once more.

    Print a.grad in the line before the error.

    Which of your lines has emptied the field before?

    None is no tensor: it has no zero_(). A field that is empty need not be emptied again.
    """
    found = [call for call, _ in _without_gradient(traces)]
    moved = [not torch.equal(call.left[0], call.args[0]) for call in found if call.args[1]]
    return any(moved) and all(call.left[0].grad is None for call in found)


@sign(alone=True)
def new_tensor_has_no_gradient(traces):
    """`a = …` made a new tensor under the old name, and the new one has no .grad: it is None.

    Print `a is b` after `b = a` and `a = a - 1`: it is False.

    Which tensor does the caller hold, and which one does your line with .grad mean?

    A name can be given to another tensor, and the old one stays what it was, with its gradient. Only a change in place reaches it.
    """
    found = _without_gradient(traces)
    return bool(found) and all(_kept(call) and re.search(r"\ba\.grad\b", text) for call, text in found)


@sign(alone=True)
def parts_have_no_gradient(traces):
    """a.grad is there; but this line asks another tensor for its .grad, and that has none.

    `for p in a` and `a[0]` make other tensors than a. Print `a[0].grad`: it is None.

    Which tensor stands before .grad in the line, and did any backward() fill its field?

    A gradient belongs to one tensor, as a whole. A row or an entry of it is another tensor, with no gradient of its own.
    """
    found = _without_gradient(traces)
    return bool(found) and all(_kept(call) for call, _ in found)


def _kept(call):
    """Whether a and its gradient were as before when the call failed."""
    before, left = call.args[0], call.left[0]
    return left.grad is not None and torch.equal(left.grad, before.grad) and torch.equal(left, before)


@sign()
def computes_a_gradient(traces):
    """Your step computes a gradient anew; but it is in a.grad already when your function is called.

    Print a.grad in the first line of your function.

    What does your function get from its caller, and which x and y does the line with the error see?

    To look which way is uphill and to take the step are two functions. This one knows a and lr, and no data: an x that is not handed in is the notebook's.
    """
    failures = [call.raised for calls in traces.values() for call in calls if call.raised]
    own = [re.search(r"in sgd_step\n\s+(.*)", failure.trace) for failure in failures]
    return any(found and re.search(r"\b(gradient|predict|mse|backward)\(", found[1]) for found in own)


@wrong
def in_place_on_a_tracked_leaf(a, lr):
    """You changed a while autograd was keeping a record of it, and it refuses.

    `w = torch.tensor([1.0], requires_grad=True)` and then `w += 1` fails for the same reason.

    Is the update itself something that should be recorded?

    The record says that the computation started from these numbers. The update happens between two computations, and autograd has to look away while it happens.
    """
    a.sub_(lr * a.grad)
    a.grad.zero_()


@wrong
def entry_by_entry_tracked(a, lr):
    """You changed a, entry by entry, while autograd was keeping a record of it, and it refuses.

    a[0] is a view of a: what happens to it happens to a.

    Is the update itself something that should be recorded?

    A view shares its numbers with the tensor, so the same rule holds for both: autograd has to look away.
    """
    for i in range(len(a)):
        a[i] -= lr * a.grad[i]
    a.grad.zero_()


@exact
@wrong
def gradient_not_cleared(a, lr):
    """The step is right, but the old gradient stays in a.grad, and the next backward() adds to it.

    Call backward() after your step and print a.grad: the old gradient is in it.

    What should be in a.grad when your step is done?

    backward() ADDS to the field. What has been used must go, or every step drags the earlier ones along.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad)


@wrong
def parameter_zeroed(a, lr):
    """You set the parameter itself to zero, after the step.

    Print a after the call: it is 0 everywhere.

    Which tensor should be zero afterwards, the parameter or its gradient?

    a and a.grad are two tensors. One is what was learnt, the other is what has been used.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad)
        a.zero_()


@wrong
def uphill(a, lr):
    """You walk uphill: the gradient is added.

    From a = 1 with the gradient 3 and lr = 0.1 you go to 1.3, where the loss is larger.

    The gradient points to where the loss grows. Which way do you want to go?

    Descent goes against the gradient.
    """
    with torch.no_grad():
        a.add_(lr * a.grad)
        a.grad.zero_()


@wrong
def learning_rate_ignored(a, lr):
    """The learning rate has no effect on your step.

    With lr = 0 nothing should move.

    Where does lr enter your update?

    The gradient says which way, the learning rate how far.
    """
    with torch.no_grad():
        a.sub_(a.grad)
        a.grad.zero_()


@wrong
def divided_by_lr(a, lr):
    """You divide by the learning rate.

    Halve lr: your step becomes twice as long.

    Should a smaller lr give a smaller or a larger step?

    The learning rate is a factor: how much of the gradient is taken.
    """
    with torch.no_grad():
        a.sub_(a.grad / lr)
        a.grad.zero_()


@wrong
def learning_rate_squared(a, lr):
    """The learning rate enters your step twice.

    With lr = 0.1 and the gradient 3 the step should be 0.3 long. Yours is 0.03.

    How many times do you multiply by lr?

    The learning rate is one factor: how much of the gradient is taken.
    """
    with torch.no_grad():
        a.sub_(lr * lr * a.grad)
        a.grad.zero_()


@wrong
def learning_rate_subtracted(a, lr):
    """You subtract the learning rate itself as well, or in place of a product.

    With a gradient of 0 nothing should move.

    How are lr and the gradient combined in the formula?

    The gradient says which way, the learning rate how far: they are multiplied.
    """
    with torch.no_grad():
        a.sub_(lr + a.grad)
        a.grad.zero_()


@wrong
def only_the_learning_rate(a, lr):
    """Every entry moves by lr, whatever its gradient is.

    With a gradient of 0 nothing should move.

    Where does the gradient enter your update?

    The gradient says which way, the learning rate how far.
    """
    with torch.no_grad():
        a.sub_(lr)
        a.grad.zero_()


@wrong
def sign_of_the_gradient(a, lr):
    """Only the sign of the gradient counts in your step: every entry moves equally far.

    The gradients 3 and 5 should give steps of different lengths.

    What do you do with the gradient before you multiply?

    Where it is steep the step is long, near the bottom it is short. That comes from the size of the gradient.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad.sign())
        a.grad.zero_()


@wrong
def length_normalised(a, lr):
    """Your step always has the same length: the gradient is divided by its own.

    Twice the gradient should give twice the step.

    What do you divide by?

    Where it is steep the step is long, near the bottom it is short. That comes from the size of the gradient.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad / a.grad.norm())
        a.grad.zero_()


@wrong
def absolute_gradient(a, lr):
    """Every entry of yours moves down, also where the gradient is negative.

    With a gradient of -2 the entry should grow.

    What happens to the sign of the gradient in your update?

    A negative slope means: downhill is to the right.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad.abs())
        a.grad.zero_()


@wrong
def mean_gradient(a, lr):
    """All entries of yours move by the same amount: the gradient is averaged over them.

    The gradients 3 and 5 should give different steps.

    Which entry of the gradient belongs to which entry of a?

    There is one slope for each entry, and each entry goes its own way.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad.mean())
        a.grad.zero_()


def _divided_by_numel(a, lr):
    with torch.no_grad():
        a.sub_(lr * a.grad / a.numel())
        a.grad.zero_()


@also(_divided_by_numel)
@wrong
def divided_by_the_length(a, lr):
    """Your step is divided by the size of a.

    With the two entries of a = [1, 2] your step is half as long as it should be.

    The loss is a mean already. Why divide again?

    How many coefficients there are has nothing to do with how far each of them goes.
    """
    with torch.no_grad():
        a.sub_(lr * a.grad / len(a))
        a.grad.zero_()


@wrong
def doubled(a, lr):
    """Your step is twice as long as it should be.

    With lr = 0.1 and the gradient 3 the step should be 0.3 long. Yours is 0.6.

    Where does a 2 come in, or is the step taken twice?

    The 2 of the square is in the gradient already.
    """
    with torch.no_grad():
        a.sub_(2 * lr * a.grad)
        a.grad.zero_()


@wrong
def multiplied(a, lr):
    """You multiply a by something instead of subtracting from it.

    A parameter at 0 never moves with this rule.

    Which operation does the arrow in the docstring describe?

    A step is added to where you are; it does not scale where you are.
    """
    with torch.no_grad():
        a.mul_(1 - lr * a.grad)
        a.grad.zero_()


@wrong
def replaced_by_the_step(a, lr):
    """a becomes the step itself: where it was before no longer counts.

    From a = 1 with the gradient 3 and lr = 0.1 you should arrive at 0.7.

    From where does the step start?

    A step is taken away from where you are.
    """
    with torch.no_grad():
        a.copy_(-lr * a.grad)
        a.grad.zero_()


@wrong
def first_two_entries_only(a, lr):
    """Only the first two entries move, and a parameter without two entries is an error.

    Try a parameter with three entries.

    Where does your code say how many entries there are?

    The rule is the same for every entry, and a tensor applies it to all of them at once.
    """
    with torch.no_grad():
        a[0] -= lr * a.grad[0]
        a[1] -= lr * a.grad[1]
        a.grad.zero_()


@wrong
def loop_over_a_list(a, lr):
    """Your loop goes through a entry by entry, and a tensor that is a single number has none to go through.

    Try a parameter of shape ().

    What does the loop do that the tensor could not do by itself?

    The rule is the same for every entry, and a tensor applies it to all of them at once, whatever its shape.
    """
    with torch.no_grad():
        for i in range(len(a)):
            a[i] -= lr * a.grad[i]
    a.grad.zero_()


@wrong
def tracking_off_for_good(a, lr):
    """After your step a no longer requires grad: one step works, a second is impossible.

    Print a.requires_grad after the call.

    What happens at the next backward()?

    Autograd should look away during the update only. What is switched off must be switched on again.
    """
    a.requires_grad = False
    a.sub_(lr * a.grad)
    a.grad.zero_()


@wrong
def autograd_off_everywhere(a, lr):
    """You switched autograd off for the whole program, and never on again.

    Call torch.is_grad_enabled() after your step.

    Where does the block end in which autograd looks away?

    A `with` block sets everything back at its end, also after an error.
    """
    torch.set_grad_enabled(False)
    a.sub_(lr * a.grad)
    a.grad.zero_()


@wrong
def mixed_up_no_grad(a, lr):
    """torch has no zero_grad: two ideas are mixed here, not recording and emptying the gradient.

    `torch.no_grad()` is one thing, emptying `a.grad` another.

    Which of the two do you need around the update, and which after it?

    Recording is switched off for a block of code. A gradient is emptied on the tensor that holds it.
    """
    with torch.zero_grad():  # type: ignore[attr-defined]
        a.sub_(lr * a.grad)


@wrong
def brackets_too_wide(a, lr):
    """Your brackets hold the difference together: (a - lr) times the gradient.

    With a gradient of 0 nothing should move. Yours goes to 0.

    Which operation comes first without brackets: times or minus?

    Times binds stronger than minus, and that is what the formula means.
    """
    with torch.no_grad():
        a.copy_((a - lr) * a.grad)
        a.grad.zero_()


@wrong
def shrinks_instead(a, lr):
    """You subtract a part of a itself, where a part of its gradient belongs.

    With a gradient of 0 nothing should move.

    Which tensor stands behind lr in your update?

    a says where you are. a.grad says which way is uphill.
    """
    with torch.no_grad():
        a.sub_(lr * a)
        a.grad.zero_()


def _from_one(a, lr):
    with torch.no_grad():
        for i in range(1, len(a)):
            a[i] -= lr * a.grad[i]
        a.grad.zero_()


@wrong
def first_entry_stays(a, lr):
    """The first entry of a never moves.

    Print a before and after the call.

    At which position does your loop begin?

    Positions begin at 0 in Python, and so does `range(n)`.
    """
    _from_one(a, lr)


@wrong
def first_entry_only(a, lr):
    """Only the first entry of a moves.

    Print a before and after the call.

    What happens to the gradient inside your loop, after the first round?

    What is emptied in the first round is gone in the second. First all steps, then the cleaning.
    """
    with torch.no_grad():
        for i in range(len(a)):
            a[i] -= lr * a.grad[i]
            a.grad.zero_()


@sign("test_value", "test_two_steps")
def pulled_towards_zero(traces):
    """Besides the step against the gradient, a is pulled towards 0.

    Take a.grad = [0, 0]: where does your step go?

    What else than the gradient moves a in your step? Do you pass an option that you could leave out?

    Weight decay makes large coefficients smaller. It is a useful extra, and another rule than this one.
    """
    calls = [call for call in traces.get("test_value", []) + traces.get("test_two_steps", []) if call.after]
    pulls = [pull for call in calls for pull in _pulls(call)]
    return bool(pulls) and 1e-5 < min(pulls) < 1 and max(pulls) < 1.05 * min(pulls)


def _pulls(call):
    """What part of each coefficient is missing after the step that the gradient asks for, by lr."""
    before, lr = call.args
    missing = before - lr * before.grad - call.after[0]
    return [(gone / (lr * value)).item() for gone, value in zip(missing, before, strict=True) if value]


@sign("test_value", "test_two_steps", "test_any_shape", "test_lr_zero", last=True)
def gradient_ignored(traces):
    """What is in a.grad has no part in your step: whatever stands there, a goes to the same place.

    Set a.grad to [1, 2] and call your function; then do the same with [-3, 4].

    Where does a.grad enter your update? If your function computes a gradient anew: from which x and y?

    The gradient is in a.grad already when the step is taken. What is not handed in (an x, a y, a number of your own) is the notebook's.
    """
    places = [
        call.after[0].detach() for call in traces.get("probe", [])[1:3] if call.after and call.after[0].shape == (2,)
    ]
    return len(places) == 2 and torch.equal(*places) and not torch.equal(places[0], torch.tensor([1.0, -2.0]))


@sign("test_value", "test_two_steps", "test_any_shape", "test_lr_zero", last=True)
def moved_by_something_else(traces):
    """Besides lr times the gradient something else moves a in your step.

    Set a.grad to [0, 0]: where does your step go?

    What else is subtracted or added? If your function calls backward(): what does that do to a.grad, which is filled already?

    The rule is short: away from a goes lr times what is in a.grad, and nothing else.
    """
    extra = _extra(traces)
    same = len(extra) == 2 and torch.allclose(extra[0], extra[1], rtol=1e-3, atol=1e-6)
    return same and bool(extra[0].abs().max() > 1e-5)


def _rounded_to(decimals):
    def rounded_step(a, lr):
        with torch.no_grad():
            a.copy_((a - lr * a.grad).round(decimals=decimals))
            a.grad.zero_()

    return rounded_step


@also(*map(_rounded_to, range(1, 5)))
@wrong
def rounded(a, lr):
    """The coefficients are rounded after your step.

    From a = 0 with the gradient -0.003 and lr = 0.25 you should arrive at 0.00075.

    Where do the decimals get lost, and who needs fewer of them?

    Round when you print. A step that is smaller than what is rounded away leads nowhere.
    """
    _rounded_to(0)(a, lr)


@sign(last=True)
def another_form(traces):
    """After your step a has another shape than before.

    Print a.shape before and after the call.

    Which operation of yours takes rows or dimensions away, adds them, or makes one number of several?

    A step moves every parameter where it is. How many there are, and how they are arranged, stays.
    """
    calls = [call for found in traces.values() for call in found if call.after]
    return any(call.after[0].shape != call.args[0].shape for call in calls)


@sign("test_value", "test_two_steps", "test_any_shape", last=True)
def long_gradients_cut(traces):
    """A small gradient gives the right step, and a large one a shorter step than lr says.

    Twice the gradient should give twice the step, also where it is steep.

    Which line puts a bound on the gradient, or on its length?

    Clipping is a trick for wild training. The plain step is as long as lr times the gradient, however long that is.
    """
    small = [call for call in traces.get("probe", [])[3:4] if call.after]
    every = [call for calls in traces.values() for call in calls if call.after and call.args[0].grad is not None]
    lengths = [_relative(call) for call in every if 0 < call.args[1] <= 1]
    return (
        bool(small)
        and abs(_relative(small[0]) - 1) < 0.01
        and min(lengths) < 0.9
        and min(lengths) > 0
        and (max(lengths) < 1.01)
    )


def _relative(call):
    """How long a step is, compared with what lr and the gradient say; nan if a has another form."""
    before, after = call.args[0].detach(), call.after[0].detach()
    if before.shape != after.shape:
        return math.nan
    return float((before - after).norm() / (call.args[1] * call.args[0].grad).norm())


@sign("test_clean_gradient", last=True)
def old_gradient_stays(traces):
    """The old gradient is still in a.grad when your step is done, and the next backward() adds to it.

    Call backward() after your step and print a.grad: the old gradient is in it.

    What should be in a.grad when your step is done?

    backward() ADDS to the field. What has been used must go, or every step drags the earlier ones along.
    """
    calls = [call for call in traces.get("test_clean_gradient", []) if call.after and call.after[0].grad is not None]
    return any(torch.equal(call.after[0].grad, call.args[0].grad) for call in calls)


@sign(last=True)
def another_dtype(traces):
    """After your step a holds another kind of numbers than before.

    Print a.dtype before and after the call.

    Which operation of yours makes new numbers, or names a dtype?

    A tensor has one dtype, and a step does not change it: the next gradient has to fit.
    """
    calls = [call for found in traces.values() for call in found if call.after]
    return any(call.after[0].dtype != call.args[0].dtype for call in calls)


@sign("test_lr_zero", "test_value", last=True)
def own_learning_rate(traces):
    """With lr = 0 your a moves all the same.

    With lr = 0 nothing should move.

    Where does the lr of the caller enter your step, and is it spelt as in the first line of the function?

    What a function gets as an argument it should use, instead of a number of its own or a name from outside.
    """
    found = [call for call in traces.get("test_lr_zero", []) if call.raised is None and call.args[1] == 0]
    return any(
        call.after[0].shape == call.args[0].shape and not torch.equal(call.after[0], call.args[0]) for call in found
    )


@sign("test_lr_zero", last=True)
def not_cleared_without_a_step(traces):
    """When there is nothing to move, your function returns early, and the old gradient stays.

    Call it with lr = 0 and print a.grad.

    Which of your two jobs does the early return skip?

    A step has two parts, the move and the cleaning. A move of length 0 still needs the second.
    """
    return any(
        call.after and call.args[1] == 0 and torch.equal(call.after[0], call.args[0])
        and call.after[0].grad is not None and bool(call.after[0].grad.any())
        for call in traces.get("test_lr_zero", [])
    )  # fmt: skip
