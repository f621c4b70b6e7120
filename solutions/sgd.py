# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # SGD from scratch
#
# A neural network learns by being wrong, measuring how wrong it is, and moving its numbers
# a little so that it is less wrong next time. That is all. The method is called
# *stochastic gradient descent*, SGD for short, and it trains nearly everything that people
# call deep learning.
#
# In this chapter you build it yourself, piece by piece, on the smallest problem there is: a
# straight line through a cloud of points. By the end you will have written six short
# functions, and they will have found the line.
#
# **How to work.** There are seven exercises; go from top to bottom, since the later answers
# use the earlier ones. In each, write your answer below the docstring (the text in triple
# quotes, which says what the function must do), delete the line that begins with
# `raise NotImplementedError`, and run the cell (Shift+Enter). Then run the checks cell beneath
# it: it tries a few small examples and tells you what it saw. Those are a help, not the whole
# exam: your instructor's graders look at more than these examples.
#
# *Run All* stops at the first exercise that is not written yet, so go cell by cell until you
# have written them all. Before you hand in, restart the kernel and run all cells, to be sure
# that everything works from a fresh start. (In Jupyter's *Kernel* menu that is *Restart Kernel
# and Run All Cells*, in Colab's *Runtime* menu *Restart session and run all*. In VS Code, press
# *Restart*, then *Run All*.)
#
# The first cell loads PyTorch and the plotting library, and sets how the pictures look. Its
# little helper, `waits_for_answers`, lets a cell that needs an answer of yours wait politely
# until you have written it.

# %%
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.pyplot as plt
import torch

plt.rcParams.update(
    {
        "figure.figsize": (6, 3.5),
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)
DATA, LINE = "tab:blue", "tab:orange"  # one colour for what we know, one for what we fit


@contextmanager
def waits_for_answers() -> Iterator[None]:
    """Run the lines below `with`, or say kindly that an exercise is still missing."""
    try:
        yield
    except NotImplementedError:
        plt.close("all")
        print("This cell needs an exercise above that is not written yet.")
        print("Fill it in, then run this cell again.")


# %% [markdown]
# ## 1. A line is a multiplication and an addition
#
# You may remember the straight line from school:
#
# $$Y = aX + b$$
#
# The number $a$ is the *slope*: how far $Y$ climbs when $X$ grows by one. The number $b$ is
# the *intercept*: the value of $Y$ where $X$ is zero.
#
# We shall write the same line in a slightly odd way:
#
# $$y = a_1 x_1 + a_2 x_2 \qquad \text{with } x_2 = 1$$
#
# Nothing has changed. The slope is now called $a_1$, the intercept is called $a_2$, and the
# intercept is multiplied by an input that is always one.
#
# What do we gain? Order. Everything that goes *in* is now an $x$, an **input**. Everything
# that we have to *find* is now an $a$, a **coefficient**. Another name for a number that has
# to be found is **parameter**, and the formula that turns inputs into a prediction is the
# **model**.
#
# And the arithmetic now has one simple pattern: multiply the pairs, then add up. That pattern
# is so common that it has a name, the **dot product**. Take the input $x_1 = 4$ (and
# $x_2 = 1$, as always) with slope 3 and intercept 2:
#
# $$3 \cdot 4 + 2 \cdot 1 = 14$$
#
# In PyTorch a list of numbers is called a *tensor*. For two such lists, the sign `@` is the
# dot product. Here it is beside the long way round:

# %%
row = torch.tensor([4.0, 1.0])
coefficients = torch.tensor([3.0, 2.0])

print("multiply, then add:", (row * coefficients).sum())
print("dot product:       ", row @ coefficients)

# %% [markdown]
# ### Some data
#
# In real life somebody hands you the points, and nobody knows the true line. We shall make
# the points ourselves, so that at the end we can see whether you found the truth.
#
# There are 100 points. The table `x` has one row for each of them and two columns. The first
# column is a random number between -1 and 1. The last is all ones: it is the $x_2$ that the
# intercept is multiplied by, and it is often called the *bias column*.
#
# The size of a tensor is called its *shape*. The table `x` has the shape `(100, 2)`: 100 rows,
# 2 columns. The list `y` has the shape `(100,)`: 100 numbers in a row, with Python's usual comma
# after a single item.
#
# The true slope is 3 and the true intercept is 2. To each $y$ we add a little random
# *noise*, because measurements are never perfect. The first line of the cell sets the
# *seed*: it makes the random numbers come out the same every time, so your pictures look
# like everybody else's.

# %%
torch.manual_seed(42)

n = 100
x = torch.ones(n, 2)
x[:, 0].uniform_(-1, 1)
noise = 0.5 * torch.randn(n)
y = 3 * x[:, 0] + 2 * x[:, 1] + noise

print("the first three rows of x:\n", x[:3])
print("shapes:", tuple(x.shape), tuple(y.shape))

# %%
fig, ax = plt.subplots()
ax.scatter(x[:, 0], y, s=18, color=DATA)
ax.set(xlabel="$x_1$", ylabel="$y$", title="100 points. Which line made them?")
plt.show()

# %% [markdown]
# Your eye finds the line at once. We want a recipe that finds it too, without eyes, and that
# would still work if there were a million coefficients instead of two.

# %% [markdown]
# ## 2. Predict, then measure
#
# Suppose that somebody guesses the coefficients. Which $y$ does that guess predict for each
# row? A prediction is written $\hat{y}$ ("y hat"), to tell it from the true $y$. For row
# number $i$ it is the dot product of that row with the coefficients:
#
# $$\hat{y}_i = x_{i1} a_1 + x_{i2} a_2 + \dots + x_{id} a_d$$
#
# We have $d = 2$ columns, but the pattern does not care, and neither should your function.
#
# One more thing. Later, PyTorch will have to follow the road back from the predictions to
# `a`. So stay with tensors all the way: anything that turns them into plain Python numbers,
# such as `.item()` or `.tolist()`, breaks the road.
#
# (In the docstring below, *dtype* is the kind of number that a tensor holds. `float32` and
# `float64` are decimal numbers of about 7 and 16 digits. You need not do anything about it, as
# long as you compute with the tensors that you were given.)
#
# ### Exercise 1: `predict`


# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict(x: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    """Predict one number for each row: the dot product of the row with the coefficients.

        y_hat[i] = x[i, 0] * a[0] + x[i, 1] * a[1] + ... + x[i, d-1] * a[d-1]

    x: the inputs, shape (n, d): n rows, d columns. Any d (not only 2), any n (also 1),
       and the last column need not be ones.
    a: the coefficients, shape (d,).

    x and a have the same float dtype (float32 or float64), and so has the answer.
    Returns a tensor of shape (n,). If a requires grad, gradients can flow back to it.
    x and a stay as they were.

    >>> predict(torch.tensor([[4.0, 1.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([3.0, 2.0]))
    tensor([14.,  2.,  5.])
    """
    ### BEGIN SOLUTION
    return x @ a
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "predict-checks", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
tiny_x = torch.tensor([[1.0, 1.0], [2.0, 1.0], [5.0, 1.0]])
tiny_a = torch.tensor([10.0, 3.0], requires_grad=True)
seen = predict(tiny_x, tiny_a)

assert torch.is_tensor(seen) and seen.shape == (3,), (
    f"Three rows need three predictions, in a tensor of shape (3,). Yours gave: {seen}. "
    "Does every row get one sum of its own, and are they in a list rather than a column? "
    "(If you see None: is there a `return`?)"
)
assert seen.tolist() == [13.0, 23.0, 53.0], (
    f"The rows [1, 1], [2, 1], [5, 1] with a = [10, 3] should give [13, 23, 53]. "
    f"Yours gave {seen.tolist()}. Work out the first row on paper: what is multiplied by what?"
)
assert seen.requires_grad, (
    "The numbers are right, but no gradient can flow from them back to a. Compute with the "
    "tensors themselves: no .item(), .tolist(), .detach(), NumPy or torch.tensor(...)."
)

seen = predict(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([100.0, 10.0, 1.0]))
assert seen.tolist() == [123.0], (
    f"One row of three columns, [1, 2, 3] with a = [100, 10, 1], should give [123]. "
    f"Yours gave {seen.tolist()}. Does every column count, however many there are?"
)
print("predict: these examples pass.")

# %% [markdown]
# ### How wrong is a guess?
#
# To improve a guess we need one number that says how bad it is. A function that gives this
# number is called a **loss function**. The smaller the loss, the better the guess.
#
# Start with the errors, $\hat{y}_i - y_i$: how far the prediction lies above the point (or
# below it, when the number is negative). Adding them up would not do, since an error of 5
# and one of -5 would add up to nothing at all.
#
# So we *square* each error. Squares are never negative, and a large error counts far more
# than a small one: twice the error, four times the square. Then we take the *mean*, so that
# a thousand points are judged on the same scale as ten. This is the **mean squared error**,
# MSE:
#
# $$\text{MSE} = \frac{1}{n} \sum_{i=1}^{n} (\hat{y}_i - y_i)^2$$
#
# "Squared" can be taken at its word. Here are five points, a line, and the square that
# belongs to each error. The MSE is the average area of the squares.

# %%
slope, intercept = 0.5, 1.0
points = [(2, 4), (3, 1.5), (6, 3), (10, 8), (11, 5)]
areas = []

fig, ax = plt.subplots(figsize=(6, 4))
ax.plot([0, 13], [intercept, 13 * slope + intercept], color=LINE, label="line")
for px, py in points:
    on_line = slope * px + intercept
    side = abs(on_line - py)
    areas.append(side * side)
    left = px - side if py > on_line else px  # the square leans away from the line
    bottom = min(py, on_line)
    ax.add_patch(plt.Rectangle((left, bottom), side, side, color=LINE, alpha=0.25, lw=0))
    ax.text(left + side / 2, bottom + side / 2, f"{areas[-1]:g}", ha="center", va="center")
    ax.plot([px, px], [py, on_line], color="black", lw=1)
ax.scatter(*zip(*points), color=DATA, zorder=3, label="data")
ax.set(xlabel="$x_1$", ylabel="$y$")
ax.set_title(f"Every error has its square. Mean area: {sum(areas) / len(areas):g}")
ax.set(xlim=(-0.5, 13.5), ylim=(0, 9), aspect="equal")
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# ### A trap: shapes that stretch
#
# Before you write it, here is a trap that catches everybody once. Subtract a *column* of
# three numbers from a *list* of three numbers, and PyTorch does not complain. It stretches
# both until they fit each other, and gives you the difference of every pair:

# %%
three = torch.tensor([1.0, 2.0, 3.0])
print("list minus list:  ", three - three)
print("list minus column:\n", three - three.reshape(3, 1))

# %% [markdown]
# This stretching is called *broadcasting*. It is often a great help. In a loss function it
# would quietly give the mean of nine errors instead of three. So look at the shapes before you
# subtract. A careful loss function does so itself, and raises an error when they differ; yours
# may, but need not.
#
# ### Exercise 2: `mse`


# %% nbgrader={"grade": false, "grade_id": "mse", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mse(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean squared error: the average of the squares of the errors.

        mse = ((y_hat[0] - y[0])**2 + ... + (y_hat[n-1] - y[n-1])**2) / n

    y_hat: the predictions, shape (n,).
    y:     the true values, shape (n,).

    Both have the same float dtype (float32 or float64), and so has the answer.
    Returns a tensor that holds a single number (its shape is empty: ()), never negative.
    Gradients can flow back to y_hat, also when every prediction is perfect.
    y_hat and y stay as they were.

    >>> mse(torch.tensor([5.0, 0.0, 1.0]), torch.tensor([2.0, 0.0, 1.0]))
    tensor(3.)
    """
    ### BEGIN SOLUTION
    if y_hat.shape != y.shape:
        raise ValueError(f"y_hat has shape {tuple(y_hat.shape)}, but y has {tuple(y.shape)}")
    return ((y_hat - y) ** 2).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mse-checks", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
tiny_y_hat = torch.tensor([2.0, 5.0, 1.0, 0.0], requires_grad=True)
tiny_y = torch.tensor([0.0, 4.0, 1.0, 3.0])
seen = mse(tiny_y_hat, tiny_y)

assert torch.is_tensor(seen) and seen.numel() == 1, (
    f"The loss is one number, in a tensor. Yours gave: {seen}. Which step makes one number "
    "out of many? (If you see None: is there a `return`?)"
)
assert abs(seen.item() - 3.5) < 1e-5, (
    f"The errors 2, 1, 0, -3 should give a loss of 3.5. Yours gave {seen.item():g}. Read the "
    "name word by word, from the back: error, squared, mean. Is each of them there?"
)
assert seen.requires_grad, (
    "The number is right, but no gradient can flow from it back to y_hat. Compute with the "
    "tensors themselves: no .item(), .detach(), NumPy or torch.tensor(...)."
)

seen = mse(torch.tensor([3.0, 2.0]), torch.tensor([3.0, 2.0])).item()
assert seen == 0.0, f"Perfect predictions should have a loss of 0. Yours gave {seen:g}."
print("mse: these examples pass.")

# %% [markdown]
# Now you can judge. Here are three guesses at the line through our 100 points; your
# functions say which is best. The last guess is the truth itself. Why is its loss not zero?
# (Think of the noise.)

# %%
with waits_for_answers():
    for guess in ([-1.0, 1.0], [2.0, 2.0], [3.0, 2.0]):
        loss = mse(predict(x, torch.tensor(guess)), y)
        print(f"slope {guess[0]:4}, intercept {guess[1]}: loss {loss.item():.3f}")

# %% [markdown]
# ## 3. Which way is down?
#
# A guess has some loss. Should the slope go up or down to make the loss smaller? And the
# intercept? And by how much?
#
# We could try: nudge one coefficient a tiny bit and see how the loss moves. The answer to
# "how much does the result change, for each bit that I change this number?" is called the
# *derivative*. In a picture, it is how steep the curve is at the place where you stand.
#
# Let us practise on a function that has nothing to do with lines:
#
# $$f(w) = (w^2 + 1)^2$$


# %%
def f(w: float | torch.Tensor) -> float | torch.Tensor:
    return (w**2 + 1) ** 2


nudge = 0.001
slope_by_nudging = (f(1.0 + nudge) - f(1.0)) / nudge
print("steepness of f at w = 1, by nudging:", round(slope_by_nudging, 3))

ws = torch.linspace(-1.3, 1.4, 100)
fig, ax = plt.subplots()
ax.plot(ws, f(ws), color=DATA, label="$f(w)$")
ax.plot([0.5, 1.4], [f(1.0) - 0.5 * 8, f(1.0) + 0.4 * 8], color=LINE, label="steepness at $w = 1$")
ax.scatter([1.0], [f(1.0)], color="black", zorder=3)
ax.set(xlabel="$w$", ylabel="$f(w)$", title="The derivative is the steepness where you stand")
ax.legend(loc="upper center")
plt.show()

# %% [markdown]
# ### By hand: the chain rule
#
# Nudging is slow and never quite exact. Calculus does better. The trick is to see $f$ as a
# chain of simple steps. First $u = w^2 + 1$, then $f = u^2$.
#
# Each step alone is easy. When $w$ moves, $u$ moves $2w$ times as much. When $u$ moves, $f$
# moves $2u$ times as much. The **chain rule** says: multiply along the chain.
#
# $$\frac{df}{dw} = \frac{df}{du} \cdot \frac{du}{dw} = 2u \cdot 2w = 4w\,(w^2 + 1)$$
#
# At $w = 1$ that is exactly $8$, and nudging had come close.
#
# ### By machine: `backward()`
#
# PyTorch knows the chain rule too. Say `requires_grad=True` when you make a tensor, and
# PyTorch keeps a record of every step that you compute from it. Call `backward()` on the
# result, and it walks through the record from the end to the start, multiplying as it goes.
# The answer is left in `.grad`, beside the tensor that you started from.

# %%
w = torch.tensor(1.0, requires_grad=True)
result = f(w)
result.backward()
print("by backward():", w.grad)

# %% [markdown]
# When there are several numbers, each has a derivative of its own. The list of them all is
# called the **gradient**, written $\nabla f$. It has the same shape as the list that you
# started from.
#
# Take $g(v) = v_1^2 \, v_2$ at $v = (3, 2)$. By hand, treating the other number as fixed each
# time: $\nabla g = (2 v_1 v_2,\; v_1^2) = (12, 9)$. By machine:

# %%
v = torch.tensor([3.0, 2.0], requires_grad=True)
(v[0] ** 2 * v[1]).backward()
print("the gradient of g:", v.grad)

# %% [markdown]
# The loss is a chain as well: the coefficients make predictions, the predictions make errors,
# the errors are squared, the squares are averaged. So you have a choice. You can work out the
# formula on paper, or you can let `backward()` walk along the chain. Both count.
#
# If paper tempts you, read *The Matrix Calculus You Need For Deep Learning* by Terence Parr
# and Jeremy Howard (<https://explained.ai/matrix-calculus/>). It starts from school calculus
# and arrives at the gradient of a mean squared error, which is what you need here.
#
# If you choose `backward()`, know one of its habits: it *adds* to whatever `.grad` already
# holds. To start from a clean slate, set `.grad` to `None` first. In the next section you will
# see this happen.
#
# ### Exercise 3: `gradient`


# %% nbgrader={"grade": false, "grade_id": "gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient(x: torch.Tensor, y: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    """The gradient of the loss with respect to the coefficients.

        loss(a) = mse(predict(x, a), y)
        gradient[j] = how much the loss grows for each bit that a[j] grows

    x: the inputs, shape (n, d).
    y: the true values, shape (n,).
    a: the coefficients, shape (d,), made with requires_grad=True.

    All have the same float dtype (float32 or float64). Returns a tensor of the shape and
    dtype of a. The answer is the same however often you ask, and whatever a.grad held before.
    x, y and the numbers in a stay as they were, and a still requires grad.
    What a.grad holds afterwards does not matter.

    >>> x = torch.tensor([[1.0, 1.0], [3.0, 1.0]])
    >>> y = torch.tensor([2.0, 2.0])
    >>> gradient(x, y, torch.tensor([1.0, 0.0], requires_grad=True))
    tensor([2., 0.])
    """
    ### BEGIN SOLUTION
    a.grad = None
    loss = mse(predict(x, a), y)
    loss.backward()
    return a.grad
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "gradient-checks", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
tiny_x = torch.tensor([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], dtype=torch.float64)
tiny_y = torch.tensor([1.0, 1.0, 0.0, 1.0], dtype=torch.float64)
tiny_a = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
seen = gradient(tiny_x, tiny_y, tiny_a)

assert torch.is_tensor(seen) and seen.shape == (2,), (
    f"Two coefficients need a gradient of shape (2,). Yours gave: {seen}. "
    "(If you see None: is there a `return`? backward() itself returns nothing.)"
)
seen = seen.tolist()
assert abs(seen[0] - 5) + abs(seen[1] - 1.5) < 1e-3, (
    f"The gradient here should be [5, 1.5]. Yours gave {seen}. Do the checks of mse pass? Too "
    "large or too small by a whole factor: look for the mean, and for the 2 of the square. "
    "Wrong sign: which is subtracted from which, y_hat or y?"
)
assert tiny_a.requires_grad and tiny_a.tolist() == [1.0, 0.0], (
    f"Asking for the gradient should leave a alone. It was [1, 0] and required grad. Now it "
    f"is {tiny_a}. Moving a comes later, in sgd_step."
)
again = gradient(tiny_x, tiny_y, tiny_a).tolist()
assert abs(again[0] - 5) + abs(again[1] - 1.5) < 1e-3, (
    f"The first call gave {seen}, but the second gave {again}. Where could something have "
    "been left over from the first call?"
)
print("gradient: these examples pass.")

# %% [markdown]
# ## 4. One step downhill
#
# The gradient points to where the loss grows fastest: uphill. We want to go down. So we take
# the coefficients and *subtract* the gradient.
#
# Not all of it, though. The gradient tells the steepness where you stand, and a little further
# on it is different. So we take a small step, look again, take another. How small? We multiply
# the gradient by a small number called the **learning rate**, `lr` for short:
#
# $$a \leftarrow a - \text{lr} \cdot \nabla \text{loss}$$
#
# The arrow means: the thing on the left is replaced by what stands on the right. Here are
# eight such steps on our practice function, in plain Python, starting at $w = 1$. Notice that
# the steps get shorter by themselves: near the bottom there is less steepness to multiply by.

# %%
path = [1.0]
for _ in range(8):
    here = path[-1]
    path.append(here - 0.05 * 4 * here * (here**2 + 1))

fig, ax = plt.subplots()
ax.plot(ws, f(ws), color=DATA, label="$f(w)$")
ax.plot(path, [f(p) for p in path], "o-", color=LINE, label="eight steps, learning rate 0.05")
ax.set(xlabel="$w$", ylabel="$f(w)$", title="Going down, step by step")
ax.legend(loc="upper center")
plt.show()

# %% [markdown]
# In PyTorch there are three things to know before you do the same with `a`.
#
# ### Change the tensor itself
#
# Your function is handed a tensor, and whoever handed it over wants *that* tensor to move.
# `t = t + 1` makes a new tensor and lets the name `t` stand for the new one; the old one
# stays as it was. `t += 1` changes the tensor *in place*.


# %%
def make_a_new_one(t: torch.Tensor) -> None:
    t = t + 1


def change_in_place(t: torch.Tensor) -> None:
    t += 1


numbers = torch.tensor([10.0, 20.0])
make_a_new_one(numbers)
print("after t = t + 1:", numbers)
change_in_place(numbers)
print("after t += 1:   ", numbers)

# %% [markdown]
# ### Stop the recording while you move
#
# Now try that on a tensor that PyTorch is keeping a record for. A tensor that you made
# yourself, instead of computing it from others, is called a *leaf*: the record starts there.

# %%
w = torch.tensor([10.0, 20.0], requires_grad=True)
try:
    w += 1
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# ("Variable" is an old word for a tensor of this kind.) PyTorch is right to refuse. The record
# says "the computation started from these numbers". If the numbers were changed halfway
# through, the record would no longer be true, and the gradient could come out wrong.
#
# But moving the coefficients is not part of the computation that we want the gradient of. It
# happens *between* two computations. So we ask PyTorch to look away for a moment. Inside
# `with torch.no_grad():` nothing is recorded, and the change is allowed:

# %%
with torch.no_grad():
    w *= 3
print(w)

# %% [markdown]
# The numbers have changed, and `w` still requires grad. It is the same leaf in a new place.
#
# ### Clear the old gradient
#
# Here is the habit of `backward()` that was promised. The derivative of $5w$ is 5, always. Ask
# for it twice:

# %%
w = torch.tensor(1.0, requires_grad=True)
(5 * w).backward()
print("after the first backward(): ", w.grad)
(5 * w).backward()
print("after the second backward():", w.grad)

# %% [markdown]
# The second gradient was *added* to the first. There are good uses for that, but for us it
# would mean that every step drags all the earlier ones along. So, once a gradient has been
# used, clear it away. `w.grad = None` throws it out; `w.grad.zero_()` fills it with zeros.
# Either will do.
#
# ### Exercise 4: `sgd_step`


# %% nbgrader={"grade": false, "grade_id": "sgd_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd_step(a: torch.Tensor, lr: float) -> None:
    """Move the coefficients one step downhill, in place, and clear the gradient.

        a <- a - lr * a.grad

    a:  the coefficients, of any shape: (d,), or (3, 2), or a single number. A leaf that
        requires grad. backward() has been called, so a.grad holds a gradient.
    lr: the learning rate. With 0, nothing moves.

    Afterwards a is the same tensor as before (not a new one), in its new place. It is still
    a leaf and still requires grad, and the next backward() starts from a clean gradient.
    Elsewhere PyTorch goes on recording as before. Nothing is returned.

    >>> a = torch.tensor([4.0, -2.0], requires_grad=True)
    >>> (a * a).sum().backward()  # the gradient is 2a, so a.grad is [8, -4]
    >>> sgd_step(a, lr=0.25)
    >>> a
    tensor([ 2., -1.], requires_grad=True)
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        a -= lr * a.grad
    a.grad = None
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "sgd_step-checks", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
tiny_a = torch.tensor([4.0, -2.0], requires_grad=True)
steepness = torch.tensor([2.0, 10.0])

(tiny_a * steepness).sum().backward()  # a.grad is now [2, 10]
sgd_step(tiny_a, lr=0.5)
assert tiny_a.tolist() != [4.0, -2.0], (
    "a did not move. Did you change the tensor itself, or make a new one of the same name?"
)
assert tiny_a.tolist() == [3.0, -7.0], (
    f"From [4, -2] with gradient [2, 10] and lr = 0.5, a should arrive at [3, -7]. "
    f"Yours arrived at {tiny_a.tolist()}. Uphill or downhill? And how far?"
)
assert tiny_a.is_leaf and tiny_a.requires_grad, (
    "a arrived, but PyTorch no longer keeps a record for it, so there can be no second step. "
    "a itself should still require grad after the step."
)

(tiny_a * steepness).sum().backward()
sgd_step(tiny_a, lr=0.5)
assert tiny_a.tolist() == [2.0, -12.0], (
    f"The second step, with the same gradient, should go from [3, -7] to [2, -12]. Yours "
    f"went to {tiny_a.tolist()}. What did the second backward() find in a.grad?"
)
print("sgd_step: these examples pass.")

# %% [markdown]
# ## 5. The loop
#
# You now have every piece. Put together they are three lines: predict and measure, find the
# gradient, take a step. Here they are as `update`, which uses all 100 rows at once. Then we
# call it again and again.
#
# Watch the loss. It is printed at every tenth step.


# %%
def update(a: torch.Tensor, lr: float) -> float:
    """Take one step downhill with all rows. Returns the loss as it was before the step."""
    loss = mse(predict(x, a), y)
    loss.backward()
    sgd_step(a, lr)
    return loss.item()


with waits_for_answers():
    a = torch.tensor([-1.0, 1.0], requires_grad=True)
    losses = []
    for t in range(100):
        losses.append(update(a, lr=0.1))
        if t % 10 == 0:
            print(f"step {t:2}: loss {losses[-1]:.4f}")
    print(f"\nfound: slope {a[0].item():.2f}, intercept {a[1].item():.2f} (truth: 3 and 2)")

    fig, ax = plt.subplots()
    ax.plot(losses, color=LINE)
    ax.set(xlabel="step", ylabel="loss (MSE)", title="The loss falls, fast and then slowly")
    ax.set_ylim(bottom=0)
    plt.show()

# %% [markdown]
# The loss never reaches zero. What remains is the noise, and no straight line can follow that.
#
# Numbers are good; seeing is better. Here is the line itself, from the same poor start,
# settling into the points.

# %%
moments = [0, 3, 10, 25, 80]

with waits_for_answers():
    fig, axes = plt.subplots(1, len(moments), figsize=(10, 2.6), sharey=True)
    a = torch.tensor([-1.0, 1.0], requires_grad=True)
    for t in range(moments[-1] + 1):
        if t in moments:
            slope, intercept = a.tolist()
            ax = axes[moments.index(t)]
            ax.scatter(x[:, 0], y, s=5, alpha=0.5, color=DATA)
            ax.plot([-1, 1], [intercept - slope, intercept + slope], color=LINE, lw=2.5)
            ax.set(xlabel="$x_1$", title=f"step {t}")
        update(a, lr=0.1)
    axes[0].set_ylabel("$y$")
    plt.show()

# %% [markdown]
# ## 6. How large a step?
#
# The learning rate is yours to choose, and the choice matters. Here is the same loop three
# times, for 50 steps, with three learning rates.
#
# The loss axis goes up in powers of ten (this is called a *log* axis). We need it, because in
# the third picture the loss runs away.

# %%
rates = {"too small": 0.002, "good": 0.1, "too large": 1.05}

with waits_for_answers():
    fig, axes = plt.subplots(1, 3, figsize=(10, 3), sharey=True)
    for ax, (verdict, lr) in zip(axes, rates.items()):
        a = torch.tensor([-1.0, 1.0], requires_grad=True)
        ax.plot([update(a, lr) for _ in range(50)], color=LINE, lw=2)
        ax.set(xlabel="step", yscale="log", title=f"lr = {lr}: {verdict}")
        ax.minorticks_off()
    axes[0].set_ylabel("loss (MSE)")
    plt.show()

# %% [markdown]
# *Too small:* every step is in the right direction, but after 50 of them we have hardly left
# home.
#
# *Good:* down quickly, then steady.
#
# *Too large:* each step jumps right over the bottom of the valley and lands higher up on the
# other side. There it is steeper, so the next jump is longer still. (The loss does dip at
# first. The slope is getting better, while the intercept has only begun to swing.) If you ever
# see a loss that grows and grows, try a smaller learning rate first.

# %% [markdown]
# ## 7. A few rows at a time
#
# So far, every step has looked at all 100 rows. That is no trouble here. With a million
# photographs it would be hopeless: you would have to look at every one of them before you
# could take a single small step.
#
# The way out is bold. Take a few rows at random, work out the gradient from those alone, and
# step. The direction is a little off, because a few rows are only a sample. But it is right on
# average, and it costs almost nothing, so you can take many more steps.
#
# Such a handful of rows is a **minibatch**. "Random" in learned language is *stochastic*, and
# that is the S: **stochastic gradient descent**, SGD.
#
# ### Dealing the rows like cards
#
# How do you choose rows at random and still use all of them? Shuffle, then deal.
# `torch.randperm` gives the row numbers in a random order. A *slice* such as `order[0:3]`
# takes some of them. And when a tensor is indexed by a list of row numbers, you get those rows.

# %%
torch.manual_seed(0)
order = torch.randperm(7)
names = torch.arange(7) * 100  # seven "rows": 0, 100, 200, ... 600

print("the order:        ", order.tolist())
print("first three:      ", order[0:3].tolist(), "-> rows", names[order[0:3]].tolist())
print("the next three:   ", order[3:6].tolist(), "-> rows", names[order[3:6]].tolist())
print("whatever is left: ", order[6:9].tolist(), "-> rows", names[order[6:9]].tolist())

# %% [markdown]
# Seven rows in minibatches of three make 3 + 3 + 1: the last batch holds the rest. Slicing
# beyond the end is no error; you simply get what is there.
#
# One complete run through all the data is an **epoch**. In an epoch every row is used exactly
# once. Then we shuffle again, and the next epoch deals the rows in another order:

# %%
fig, ax = plt.subplots(figsize=(6, 2.4))
shades = ["tab:orange", "navajowhite", "lightgrey"]
for epoch in range(4):
    for position, which in enumerate(torch.randperm(7).tolist()):
        batch = position // 3
        ax.add_patch(plt.Rectangle((which, epoch), 0.92, 0.86, color=shades[batch], lw=0))
        ax.text(which + 0.46, epoch + 0.45, batch + 1, ha="center", va="center")
ax.set(xlim=(-0.1, 7), ylim=(4, -0.1), xlabel="row", ylabel="epoch")
ax.set_title("Which minibatch (1, 2 or 3) each row falls into")
ax.set_xticks([i + 0.46 for i in range(7)], range(7))
ax.set_yticks([i + 0.45 for i in range(4)], range(1, 5))
ax.tick_params(length=0)
ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# Why draw a new order each time? With one fixed order, the same rows would always travel
# together, and the same few would always come last and have the last word. Their accidents
# would push `a` in the same pattern, epoch after epoch. In a fresh order such accidents differ
# each time, and cancel out.
#
# ### Exercise 5: `fit`


# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit(
    x: torch.Tensor, y: torch.Tensor, a: torch.Tensor, lr: float, epochs: int, batch_size: int
) -> list[float]:
    """Fit the coefficients by minibatch SGD.

    In every epoch: draw a new random order of the rows, and go through it in minibatches of
    batch_size rows, so that every row is used exactly once; the last batch holds the rest.
    For each minibatch: predict, measure with mse, find the gradient, take one sgd_step.

    x:  the inputs, shape (n, d).
    y:  the true values, shape (n,).
    a:  the coefficients to start from, shape (d,). A leaf that requires grad; it is changed
        in place.
    lr: the learning rate of every step.
    epochs: how often to go through all the data.
    batch_size: the rows in a minibatch. If it is more than n, one batch holds all the rows.

    Returns a list with one plain float for each epoch: the MSE over ALL rows, measured after
    that epoch. x and y stay as they were (in their old order, too). x, y and a have the same
    float dtype. Where the random order comes from is up to you.

    Five rows in batches of two are three steps an epoch. Here the rows are all alike, so the
    result does not depend on the order:

    >>> a = torch.tensor([0.0], requires_grad=True)
    >>> fit(torch.ones(5, 1), torch.ones(5), a, lr=0.25, epochs=2, batch_size=2)
    [0.015625, 0.000244140625]
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            loss = mse(predict(x[batch], a), y[batch])
            loss.backward()
            sgd_step(a, lr)
        with torch.no_grad():
            losses.append(mse(predict(x, a), y).item())
    return losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fit-checks", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
# Ten rows, all alike, in batches of 4 (so 4 + 4 + 2), for two epochs. With lr = 0.25 every
# step halves the distance from a to 1, so the distance tells how many steps there were.
tiny_a = torch.tensor([0.0], requires_grad=True)
seen = fit(torch.ones(10, 1), torch.ones(10), tiny_a, lr=0.25, epochs=2, batch_size=4)
distance = 1 - tiny_a.item()

assert isinstance(seen, list) and [isinstance(loss, float) for loss in seen] == [True, True], (
    f"Two epochs should return a list of two plain floats. Yours gave: {seen}. Is one loss "
    "kept after each epoch? (A tensor of one number becomes a float with .item().)"
)
assert abs(distance - 0.5**6) < 1e-5, (
    f"Two epochs of 10 rows in batches of 4 are 2 x 3 = 6 steps, which leave a distance of "
    f"{0.5**6}. Yours left {distance:.6g}. (0 steps leave 1, 2 leave 0.25, 4 leave 0.0625.) "
    "How many steps were there? Does the last batch hold the rest? Did the steps reach the "
    "very tensor that was passed in? And do the checks of mse and sgd_step pass?"
)
assert abs(seen[-1] - distance**2) < 1e-6, (
    f"At the end the MSE over all rows is {distance**2:.6g}, but the last loss in your list is "
    f"{seen[-1]:.6g}. Is it measured on all rows, and after the epoch's last step?"
)

# Nine rows, each the only one that can move its own coefficient, to a target of its own. With
# lr = 0.5 a row in a batch of 4 moves it a quarter of the way, and a row alone all the way.
tiny_y = torch.arange(1.0, 10.0)
tiny_a = torch.zeros(9, requires_grad=True)
fit(torch.eye(9), tiny_y, tiny_a, lr=0.5, epochs=1, batch_size=4)
way = [round(part, 3) for part in (tiny_a.detach() / tiny_y).tolist()]
assert sorted(way) == [0.25] * 8 + [1.0], (
    "In one epoch of 9 rows in batches of 4, eight rows should move their coefficients by 0.25 "
    f"of the way to their targets, and the row left over by 1. Yours: {way}. (0 means that the "
    "row was never used.) Is every row used once, and together with its own target?"
)

# Thirty rows in batches of 29: one is left over in each of 8 epochs. Always the same one?
tiny_a = torch.zeros(30, requires_grad=True)
fit(torch.eye(30), torch.ones(30), tiny_a, lr=0.5, epochs=8, batch_size=29)
left_over = [row for row, moved in enumerate(tiny_a.tolist()) if moved > 0.9]
assert len(left_over) > 1, (
    f"In each of 8 epochs the same row was left over for the last batch: {left_over}. Is a new "
    "random order drawn for every epoch?"
)
print("fit: these examples pass.")

# %% [markdown]
# Now let your `fit` loose on the 100 points. With minibatches of 10, one epoch takes ten
# steps. Beside it, in grey, a minibatch of 100: all rows at once, one step an epoch. Both look
# at the same number of rows in each epoch.

# %%
with waits_for_answers():
    torch.manual_seed(1)
    few = torch.tensor([-1.0, 1.0], requires_grad=True)
    every = torch.tensor([-1.0, 1.0], requires_grad=True)
    losses_few = fit(x, y, few, lr=0.05, epochs=15, batch_size=10)
    losses_every = fit(x, y, every, lr=0.05, epochs=15, batch_size=100)

    fig, ax = plt.subplots()
    ax.plot(range(1, 16), losses_every, "o-", color="grey", label="100 rows a step")
    ax.plot(range(1, 16), losses_few, "o-", color=LINE, label="10 rows a step")
    ax.set(xlabel="epoch", ylabel="loss over all rows (MSE)", title="Many rough steps win")
    ax.set_ylim(bottom=0)
    ax.legend()
    plt.show()
    print(f"slope {few[0].item():.2f}, intercept {few[1].item():.2f}")

# %% [markdown]
# ## 8. A picture, and a famous error
#
# You will want to see the fitted line among the points. The natural thing to write is
# `plt.scatter(x[:, 0], x @ a)`. Try it, with an `a` that requires grad:

# %%
a = torch.tensor([3.0, 2.0], requires_grad=True)
try:
    plt.scatter(x[:, 0], x @ a)
except RuntimeError as error:
    print("RuntimeError:", error)
finally:
    plt.close()

# %% [markdown]
# Everybody who uses PyTorch meets this message sooner or later. What does it mean?
#
# The plotting library does not know PyTorch. It turns whatever it is given into an array of
# *NumPy*, the older library for numbers. NumPy keeps no records. If you computed on from
# there and asked for a gradient, the road back to `a` would be lost, and you would never
# know. PyTorch does not lose such a thing in silence, so it stops and tells you.
#
# For a picture we need no gradient, so we may say: leave the record behind, on purpose. That
# is `detach()`. It gives you a tensor with the same numbers and no record. The tensor that you
# call it on keeps its own.

# %%
tracked = 2 * a
plain = tracked.detach()
print("tracked:", tracked)
print("plain:  ", plain)

# %% [markdown]
# Two cautions. A detached tensor shares its numbers with the original, so draw it, but do not
# change it. And `detach_()`, with an underscore at the end, is another thing: it cuts off the
# tensor itself.
#
# ### Exercise 6: `plot_fit`
#
# A figure may hold several pictures side by side. Each of them is an *axes*, usually called
# `ax`. Almost everything that `plt` can draw, `ax` can draw too: `ax.scatter`, `ax.plot`. Your
# function is told which `ax` to draw on.


# %% nbgrader={"grade": false, "grade_id": "plot_fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def plot_fit(x: torch.Tensor, y: torch.Tensor, a: torch.Tensor, ax: plt.Axes) -> None:
    """Draw the data and the fitted line on the axes ax.

        data: the points (x[i, 0], y[i])
        line: the points (x[i, 0], y_hat[i]) with y_hat = predict(x, a); dots or a line

    x:  the inputs, shape (n, d). Its first column goes along the horizontal axis.
    y:  the true values, shape (n,).
    a:  the coefficients, shape (d,). They require grad.
    ax: the matplotlib axes to draw on, even if another one is in use.

    The line reaches from the leftmost point to the rightmost. x, y, a and a.grad stay as they
    were, and a still requires grad. Nothing is returned, and there is no need to call show().

    >>> fig, ax = plt.subplots()
    >>> x = torch.tensor([[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    >>> plot_fit(x, torch.tensor([0.0, 2.0, 1.0]), torch.ones(2, requires_grad=True), ax)
    """
    ### BEGIN SOLUTION
    y_hat = predict(x, a).detach()
    ax.scatter(x[:, 0], y, s=18, label="data")
    ax.scatter(x[:, 0], y_hat, s=18, label="fit")
    ax.legend()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "plot_fit-checks", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
tiny_x = torch.tensor([[-2.0, 1.0], [1.0, 1.0], [4.0, 1.0]])
tiny_y = torch.tensor([7.0, 9.0, 8.0])
tiny_a = torch.tensor([3.0, 2.0], requires_grad=True)

fig, (ax, other_ax) = plt.subplots(1, 2)  # two axes; plot_fit is told to use the first
try:
    plot_fit(tiny_x, tiny_y, tiny_a, ax)
    fig.canvas.draw()
    drawn = [tuple(spot) for dots in ax.collections for spot in dots.get_offsets().tolist()]
    drawn += [tuple(spot) for line in ax.lines for spot in line.get_xydata().tolist()]
finally:
    plt.close(fig)

assert drawn, "Nothing was drawn on ax. Do you draw with ax.something, or with plt.something?"
data = list(zip([-2.0, 1.0, 4.0], tiny_y.tolist()))
assert set(data) <= set(drawn), (
    f"The data points {data} should be on the picture. Found: {drawn}. Are the data drawn, "
    "with x[:, 0] along the horizontal axis and y along the vertical one?"
)
assert len(drawn) > len(data) or ax.patches, "The data points are there. Where is the fitted line?"
assert tiny_a.requires_grad and tiny_a.tolist() == [3.0, 2.0], (
    f"A picture should leave a alone. It was [3, 2] and required grad. Now it is {tiny_a}. "
    "detach() gives a new tensor; what did you call that changed a itself?"
)
print("plot_fit: these examples pass.")

# %% [markdown]
# And here is your work, before and after fifteen epochs: your `fit`, drawn by your `plot_fit`.

# %%
with waits_for_answers():
    torch.manual_seed(1)
    a = torch.tensor([-1.0, 1.0], requires_grad=True)
    fig, (before, after) = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
    plot_fit(x, y, a, before)
    fit(x, y, a, lr=0.05, epochs=15, batch_size=10)
    plot_fit(x, y, a, after)
    before.set(xlabel="$x_1$", ylabel="$y$", title="before: slope -1.00, intercept 1.00")
    after.set(xlabel="$x_1$")
    after.set_title(f"after: slope {a[0].item():.2f}, intercept {a[1].item():.2f}")
    plt.show()

# %% [markdown]
# ## 9. The words
#
# You have met seven words that people in this field use every day. One has an older sister: a
# *model* is also called an *architecture*, above all when its formula is a large one.
#
# Here are their meanings, shuffled:
#
# - **A.** A small random bunch of rows from which one step is worked out.
# - **B.** A number that training changes in order to make the loss smaller. The slope is one.
# - **C.** The formula that turns inputs into predictions, before anybody has chosen the
#   numbers in it.
# - **D.** The number that the gradient is multiplied by. It decides how far a step goes.
# - **E.** What says, in one number, how far the predictions are from the truth.
# - **F.** One complete run through all the data.
# - **G.** The whole method: again and again, take a few random rows, find the gradient from
#   them, and step downhill.
#
# ### Exercise 7: `vocabulary`
#
# Which letter belongs to which word? Each is used once.

# %% nbgrader={"grade": false, "grade_id": "vocabulary", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Replace every "?" with a letter, then delete the lines below.
vocabulary = {
    "learning rate": "?",
    "epoch": "?",
    "minibatch": "?",
    "SGD": "?",
    "model/architecture": "?",
    "parameter": "?",
    "loss function": "?",
}
### BEGIN SOLUTION
vocabulary = {
    "learning rate": "D",
    "epoch": "F",
    "minibatch": "A",
    "SGD": "G",
    "model/architecture": "C",
    "parameter": "B",
    "loss function": "E",
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "vocabulary-checks", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
import hashlib

# This says whether all letters are right, and not which of them are.
terms = {"learning rate", "epoch", "minibatch", "SGD"}
terms |= {"model/architecture", "parameter", "loss function"}

assert set(vocabulary) == terms, (
    f"Seven words are asked for. Missing: {sorted(terms - set(vocabulary))}. "
    f"Not asked for: {sorted(set(vocabulary) - terms)}."
)
unanswered = [term for term, letter in vocabulary.items() if letter == "?"]
if unanswered:
    raise NotImplementedError(f"These words still wait for a letter: {', '.join(unanswered)}.")
letters = {term: str(letter).strip().upper() for term, letter in vocabulary.items()}
assert sorted(letters.values()) == list("ABCDEFG"), (
    f"Each letter from A to G belongs to exactly one word. Yours, in order: "
    f"{sorted(letters.values())}."
)
answer = " ".join(f"{term}={letters[term]}" for term in sorted(terms)).encode()
found = hashlib.scrypt(answer, salt=b"sgd", n=2**14, r=8, p=1, dklen=16).hex()
assert found == "9ee05aa41f6c0a42a6937ade7bb96603", (
    "Every word has a letter of its own, but not all of them have the right one yet."
)
print("vocabulary: every word has its letter.")

# %% [markdown]
# ## 10. Where this leads
#
# Look once more at the loop in your `fit`: take a minibatch, predict, measure, find the
# gradient, step. Nowhere does it ask what the model is. It needs numbers that can move, and a
# loss that says which way.
#
# So exchange the model. This is how the fastai library, in its 2019 spelling, teaches a
# computer to tell breeds of cats and dogs apart (newer versions say `vision_learner` instead
# of `create_cnn`):
#
# ```python
# learn = create_cnn(data, models.resnet34, metrics=error_rate)
# learn.fit(4)
# ```
#
# `data` is a heap of photographs, dealt out in minibatches. `4` is the number of epochs.
# `models.resnet34` is the architecture: instead of one dot product for each row it has whole
# layers of them, 34 deep, and instead of your two parameters more than twenty million.
#
# And the loop inside? Take a minibatch, predict, measure, find the gradient, step. The step has
# some refinements, and since the answers are now names of breeds, the loss function is one made
# for names. But it is your loop. Nothing of importance changes but the architecture.
#
# That is the whole secret, and you have just written it yourself.
