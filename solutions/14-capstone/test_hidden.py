"""Hidden cases of 14-capstone: slopes at random shapes, graphs with many paths, borders, speed, and a training."""

import numpy as np

from autograder import (
    assert_close,
    assert_gradient,
    assert_matches,
    assert_pure,
    cpu_seconds,
    digits28,
    inside,
    label_permutation,
    require,
    speed_ratio,
    task,
)

# --- Tensor: functions that run in the worker on tensors, and here on arrays that have a tensor's methods


class Plain(np.ndarray):
    """An array with the methods of a Tensor, so that one function serves both sides."""

    def relu(self):
        return np.maximum(self, 0.0)

    def sigmoid(self):
        return 1.0 / (1.0 + np.exp(-self))

    def exp(self):
        return np.exp(self)

    def log(self):
        return np.log(self)


def plain(function):
    """Return ``function`` for arrays instead of tensors."""
    return lambda *arrays: np.asarray(function(*(each.view(Plain) for each in arrays)))


def added(a, b):
    return (a + b) ** 2 + 2.0 * a


def multiplied(a, b):
    return a * b * 0.5 + 3.0


def matrices(a, b):
    return (a @ b) ** 2


def powers(a, b):
    return a**3 + a**-1.0 + b**0.5 * a**2 + (a + -1.5) ** 2


def summed(a, b):
    return (
        (a.sum() * b.sum() + a.sum(axis=0) * b.sum(axis=0, keepdims=True))
        * a.sum(axis=1, keepdims=True)
        * b.sum(axis=1).reshape(5, 1)
    )


def averaged(a, b):
    return (
        (a.mean() * b.mean() + a.mean(axis=0) * b.mean(axis=0, keepdims=True))
        * a.mean(axis=1, keepdims=True)
        * b.mean(axis=1).reshape(5, 1)
    )


def of_rows(a, b):
    return a.sum(axis=-1) * b.mean(axis=-1)


def of_columns(a, b):
    return a.sum(axis=0, keepdims=True) * b.mean(axis=0, keepdims=True)


def of_three_axes(a, b):
    return a.reshape(5, 1, 3).sum(axis=2) * b.reshape(1, 5, 3).mean(axis=2).reshape(5, 1)


def activated(a, b):
    return (a + -1.5).relu() * b + (b + -1.5).sigmoid() * a


def exponentials(a, b):
    return (a * b).exp() + (a + b).log() * a


def reshaped(a, b):
    return a.reshape(-1, 5) * b.reshape(3, 5) * b.reshape(15).sum()


REDUCTIONS = [summed, averaged, of_rows, of_columns, of_three_axes]
OPERATIONS = [added, multiplied, powers, *REDUCTIONS, activated, exponentials, reshaped]


def operands(rng, function):
    """Return two positive arrays: (5, 3) both, or matrices that can be multiplied."""
    shapes = ((5, 3), (3, 2)) if function is matrices else ((5, 3), (5, 3))
    return tuple(rng.uniform(0.5, 2.5, size=shape) for shape in shapes)


def values(Tensor, f, arrays):
    return f(*[Tensor(each) for each in arrays]).data


def slopes(Tensor, f, arrays):
    """The gradients of the sum of all entries of f."""
    leaves = [Tensor(each, requires_grad=True) for each in arrays]
    f(*leaves).sum().backward()
    return [each.grad for each in leaves]


def assert_slopes(student, function, at, run):
    """Compare the engine's gradients of the sum of ``function`` with its numeric slopes; ``run`` is in the worker."""
    of = plain(function)
    assert_gradient(
        run,
        of=lambda *arrays: np.sum(of(*arrays)),
        at=at,
        wrt=tuple(range(len(at))),
        given=(student.Tensor, inside(student, function), [each.copy() for each in at]),
    )


@task("Tensor", points=3)
def test_values_of_every_operation(student, rng):
    """Every operation computes what numpy computes, at once."""
    run = inside(student, values)
    for function in [*OPERATIONS, matrices]:
        arrays = operands(rng, function)
        want = plain(function)(*arrays)
        assert_close(run(student.Tensor, inside(student, function), list(arrays)), want)


@task("Tensor", points=6)
def test_slopes_of_every_operation(student, rng):
    """The gradient of every operation is its slope."""
    run = inside(student, slopes)
    for function in [*OPERATIONS, matrices]:
        assert_slopes(student, function, operands(rng, function), run)


def both(a, b):
    return a * b + a + (b + a) * b


@task("Tensor", points=6, hint="A gradient has the shape of the data that it belongs to: sum over what was broadcast.")
def test_slopes_of_what_was_broadcast(student, rng):
    """+ and * of other shapes: a row, a column, a column and a row, one more axis, a single number."""
    run = inside(student, slopes)
    for left, right in [((5, 3), (3,)), ((5, 1), (5, 3)), ((5, 1), (1, 3)), ((2, 5, 3), (5, 1)), ((), (2, 3))]:
        assert_slopes(student, both, (rng.normal(size=left), rng.normal(size=right)), run)


def diamond(a, b):
    left = a * b
    right = (left + a).sigmoid()
    return (left * right + left).exp() * right + a


def square_of_itself(a, b):
    product = a @ a
    return product @ product * b


@task(
    "Tensor",
    points=4,
    hint="Where each operation by itself is right: only when all its users have paid in may a tensor hand on.",
)
def test_slopes_of_diamonds(student, rng):
    """Tensors that are used in several places, near and far."""
    run = inside(student, slopes)
    assert_slopes(student, diamond, (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))), run)
    assert_slopes(student, square_of_itself, (rng.normal(size=(3, 3)), rng.normal(size=(3, 3))), run)


def plain_sum(a, b):
    return a + b  # hands the same array to both


def two_losses(Tensor, f, arrays):
    """The same gradients as those of slopes, in two parts that share what f computed."""
    leaves = [Tensor(each, requires_grad=True) for each in arrays]
    shared = f(*leaves)
    (shared * 0.25).sum().backward()
    (shared * 0.5 + shared * 0.25).sum().backward()
    return [each.grad for each in leaves]


def without_a_sum(Tensor, f, arrays):
    """The same gradients, asked of a tensor of several entries."""
    leaves = [Tensor(each, requires_grad=True) for each in arrays]
    f(*leaves).backward()
    return [each.grad for each in leaves]


@task("Tensor", points=4)
def test_gradients_of_two_losses_add_up(student, rng):
    """A second backward() adds to .grad, also where both losses share a part of their computation."""
    at = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    run = inside(student, two_losses)
    for function in (both, diamond, plain_sum):
        assert_slopes(student, function, at, run)


@task("Tensor", points=2)
def test_backward_of_several_entries(student, rng):
    """backward() of a tensor of several entries gives the gradient of their sum."""
    run = inside(student, without_a_sum)
    assert_slopes(student, both, (rng.normal(size=(5, 1)), rng.normal(size=(1, 3))), run)


def chain(Tensor, x, length):
    leaf = Tensor(x, requires_grad=True)
    end = leaf
    for _ in range(length):
        end = end * 0.999 + leaf
    end.sum().backward()
    return end.data, leaf.grad


@task(
    "Tensor",
    points=4,
    hint="Where Python gives up: it allows about 1000 calls inside one another. Keep a list of what is to do.",
)
def test_a_chain_of_thousands(student, rng):
    """A chain of 2,000 operations has a value and a gradient."""
    x = rng.normal(size=3)
    factor = sum(0.999**k for k in range(1001))
    want = factor * x, np.full(3, factor)
    got = inside(student, chain)(student.Tensor, x, 1000)
    assert_close(got, want)


def doublings(Tensor, x, times):
    leaf = Tensor(x, requires_grad=True)
    end = leaf
    for _ in range(times):
        end = end + end
    (end * end).sum().backward()
    return leaf.grad


@task("Tensor", points=3, hint="Visit every tensor once, and not along every path that leads to it.")
def test_every_tensor_is_visited_once(student, rng):
    """Thirty thousand paths lead from the loss to x, and its gradient takes a few additions."""
    run = inside(student, doublings)
    x = rng.uniform(1, 3, size=2)
    before = cpu_seconds(student)
    assert_close(run(student.Tensor, x, 14), x * 2.0 * 4.0**14)
    # A path costs two microseconds at the least, and passing each tensor once nearly nothing.
    require(cpu_seconds(student) - before < 0.05, "The gradient is handed on along every path by itself.")


def with_constants(Tensor, x, y):
    leaf, constant = Tensor(x, requires_grad=True), Tensor(y)
    fixed = constant * constant + 1.0
    loss = (leaf * constant + fixed @ leaf + constant).sum()
    loss.backward()
    required = [leaf, constant, fixed, loss, leaf.relu(), constant.exp(), fixed @ leaf]
    return [bool(each.requires_grad) for each in required], constant.grad, leaf.grad


@task("Tensor", points=3)
def test_constants_receive_no_gradient(student, rng):
    """A result requires a gradient if one of its operands does, and what requires none keeps None."""
    x, y = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    slope = y + (y * y + 1.0).sum(axis=0)[:, None]
    required, constant, leaf = inside(student, with_constants)(student.Tensor, x, y)
    assert_close(required, [True, False, False, True, True, False, True], name="requires_grad")
    assert_close(constant, None, name="grad of a constant")
    assert_close(leaf, slope, name="gradient of the leaf")


def beginnings(Tensor, SGD, x):
    whole = Tensor([1, 2], requires_grad=True)
    p = Tensor(x, requires_grad=True)
    (p * p + whole.sum()).sum().backward()
    SGD([p], 0.2).step()
    return whole.data, whole.grad, p.data


@task("Tensor", points=2)
def test_data_are_floats_of_its_own(student, rng):
    """Whole numbers become floats, and the array that a tensor was made of stays as it was."""
    x = rng.normal(size=(3, 2))
    want = np.array([1.0, 2.0]), np.array([6.0, 6.0]), x - 0.2 * 2.0 * x
    call = inside(student, beginnings).record(student.Tensor, student.SGD, x)
    assert_close(call.result, want, atol=1e-12)
    require(not call.changed, "The array that a tensor was made of was changed by a step.")


def far_out(Tensor, name, z):
    leaf = Tensor(z, requires_grad=True)
    end = getattr(leaf, name)()
    end.sum().backward()
    return end.data, leaf.grad


def cross_entropy(z, y):
    return (z.exp().sum(axis=1, keepdims=True).log() + z * y * -3.0).mean()


@task("Tensor", points=3)
def test_sigmoid_far_out_and_cross_entropy(student, rng):
    """At ±1000 the sigmoid is 1 and 0 and its slope 0; relu, exp and log are right far out, and a cross entropy is."""
    run = inside(student, far_out)
    z = np.array([-1000.0, 0.0, 1000.0])
    assert_close(run(student.Tensor, "sigmoid", z.copy()), (np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.25, 0.0])))
    ends = [-1e5, 1e5], [-20.0, 20.0], [1e-6, 1e6]
    low, wide, positive = (np.array(each) * rng.uniform(0.9, 1.0) for each in ends)
    assert_close(run(student.Tensor, "relu", low.copy()), (np.maximum(low, 0.0), np.array([0.0, 1.0])))
    assert_close(run(student.Tensor, "exp", wide.copy()), (np.exp(wide), np.exp(wide)))
    assert_close(run(student.Tensor, "log", positive.copy()), (np.log(positive), 1.0 / positive))
    at = rng.normal(size=(5, 3)), rng.uniform(size=(5, 3))
    assert_slopes(student, cross_entropy, at, inside(student, slopes))


# --- gradcheck: the last input of each function says how wrong its gradient is, and 0 makes it right. So neither the
# function nor the shapes tell what the check must find, and no constant is the answer.


def network(x, w, b, wrong):
    Tensor = type(b)
    return ((x @ w + b).sigmoid() ** 2).mean() + (b * Tensor(b.data) * wrong).sum()


def unused(a, b, wrong):
    Tensor = type(a)
    return (a * a).sum() + (a * Tensor(a.data) * wrong).sum()


def flat(a, b, wrong):
    Tensor = type(b)
    # Rounding gives a numeric slope of about 1e-10 for a.
    return (a * 0.1 + a * 0.2 + a * -0.3).sum() + (b + b * Tensor(b.data) * wrong).sum()


def planted(rng, shapes, last, error):
    """Return positive arrays, and for the last of them an error in one entry; no slope but a planned one is near 0."""
    arrays = [rng.uniform(0.5, 1.5, size=shape) for shape in shapes]
    wrong = np.zeros(shapes[last])
    wrong.flat[-1] = error
    return [*arrays, wrong]


def tensors(Tensor, arrays):
    return [Tensor(each.copy(), requires_grad=True) for each in arrays]


@task("gradcheck", points=4)
def test_check_finds_one_wrong_entry(student, reference, rng):
    """Right gradients are right, also of an input without a slope or a use; one wrong entry is found, and its error."""
    for function, shapes, last in [
        (network, [(5, 3), (3, 2), (2,)], 2),
        (unused, [(2, 3), (7,)], 0),
        (flat, [(7,), (2, 3)], 1),
    ]:
        check = inside(student, function)
        for wrong in rng.permutation([0.0, rng.uniform(0.5, 2.0)]):
            arrays = planted(rng, shapes, last, wrong)
            if function is unused:
                arrays[0] *= 1e-5  # an error is measured by the size of the slopes, however small
            got = student.gradcheck(check, tensors(student.Tensor, arrays))
            if wrong:
                assert_close(got, reference.gradcheck(function, tensors(reference.Tensor, arrays)), rtol=1e-4)
            else:
                # A flat function differs by about 1e-10, and the formula divides that by 1e-8.
                most = 0.1 if function is flat else 1e-5
                require(0.0 <= got < most, "The check finds fault with right gradients.")


def check_after_backward(Tensor, gradcheck, f, arrays):
    leaves = [Tensor(each, requires_grad=True) for each in arrays]
    (leaves[0] * leaves[0]).sum().backward()
    return gradcheck(f, leaves), leaves[0].data


def cube(x, wrong):
    Tensor = type(x)
    return (x**3).sum() + (x * Tensor(x.data) * wrong).sum()


@task("gradcheck", points=3)
def test_check_ignores_the_past_and_moves_by_eps(student, reference, rng):
    """What stands in .grad does not matter, the data are afterwards as before, and eps is the way that is gone."""
    f = inside(student, cube)
    for wrong in rng.permutation([0.0, rng.uniform(0.5, 2.0)]):
        x, error = planted(rng, [(3, 2)], 0, wrong)
        got, after = inside(student, check_after_backward)(student.Tensor, student.gradcheck, f, [x.copy(), error])
        want = reference.gradcheck(cube, tensors(reference.Tensor, [x, error]))
        # Right gradients show nothing but rounding, 1e-10 to 1e-8; an old one in .grad shows at least a tenth.
        assert_close(got, want, rtol=1e-4, atol=1e-6, name="error")
        assert_close(after, x, rtol=0, atol=1e-12, name="data after the check")
    x, eps = rng.uniform(0.5, 1.5, size=4), rng.uniform(0.05, 0.2)
    # The slope of x³ is 3x²; over a step of eps to both sides it is 3x² + eps².
    want = float(np.max(eps**2 / (6 * x**2 + eps**2)))
    got = student.gradcheck(f, tensors(student.Tensor, [x, np.zeros(4)]), eps=eps)
    assert_close(got, want, rtol=1e-6, name="error with a large eps")


# --- convolution and pooling

GEOMETRIES = [  # shape of x, shape of w without its channels, stride, padding
    ((2, 3, 7, 11), (5, 3, 2), 1, 0),
    ((3, 2, 11, 8), (1, 2, 5), 2, 0),
    ((2, 1, 8, 7), (3, 5, 3), 1, 2),
    ((1, 5, 9, 6), (2, 3, 4), 2, 1),
    ((2, 3, 5, 13), (4, 2, 3), 3, 2),
    ((3, 3, 6, 6), (3, 3, 3), 2, 2),
]


def layers(rng):
    """Return x, w, b, stride and padding of several layers."""
    for shape, (outputs, kh, kw), stride, padding in GEOMETRIES:
        w = rng.normal(size=(outputs, shape[1], kh, kw))
        yield rng.normal(size=shape), w, rng.normal(size=outputs), stride, padding


@task("im2col", points=4, hint="A row for each (n, i, j), and in it an entry for each (c, p, q), the last fastest.")
def test_windows_of_random_batches(student, reference, rng):
    """The windows of random batches, with strides and padding of all kinds."""
    over = [(x, *w.shape[2:], stride, padding) for x, w, _, stride, padding in layers(rng)]
    assert_matches(student.im2col, reference.im2col, over)


@task("im2col", points=2)
def test_windows_are_a_new_array(student, rng):
    """The rows are a new array, also where no window overlaps another, and x stays as it was."""
    x = rng.normal(size=(2, 3, 4, 6))
    want = x.reshape(2, 3, -1).transpose(0, 2, 1).reshape(48, 3).copy()
    assert_close(assert_pure(student.im2col, x, 1, 1, 1, 0), want)
    one = rng.normal(size=(5, 1, 2, 3))
    want = one.reshape(5, 6).copy()
    assert_close(assert_pure(student.im2col, one, 2, 3, 1, 0), want)


@task("conv2d_fast", points=5)
def test_convolution_of_random_batches(student, reference, rng):
    """Batches, channels, kernels, strides and padding of all kinds, each kernel with its bias."""
    assert_matches(student.conv2d_fast, reference.conv2d_fast, list(layers(rng)))


@task("conv2d_fast", points=1)
def test_convolution_leaves_its_arguments_alone(student, reference, rng):
    """x, w and b stay as they were, and the result is a new array."""
    x, w, b = rng.normal(size=(2, 3, 5, 7)), rng.normal(size=(2, 3, 1, 1)), rng.normal(size=2)
    want = reference.conv2d_fast(x, w, b)
    assert_close(assert_pure(student.conv2d_fast, x, w, b), want)


def one_by_one(x, w, b, stride, padding):
    """The rival: a sum for each output."""
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    oh, ow = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    y = np.zeros((len(x), len(w), oh, ow))
    for n in range(len(x)):
        for o in range(len(w)):
            for i in range(oh):
                for j in range(ow):
                    window = padded[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
                    y[n, o, i, j] = (window * w[o]).sum() + b[o]
    return y


@task("conv2d_fast", points=8, call_s=30.0)
def test_twenty_times_as_fast_as_loops(student, reference, rng, measure):
    """For 16 images of 28x28 with 8 channels, conv2d_fast is at least 20 times as fast as a sum for each output."""
    w, b = rng.normal(size=(16, 8, 3, 3)), rng.normal(size=16)
    over = [(rng.normal(size=(16, 8, 28, 28)), w, b, 1, 1) for _ in range(10)]
    gots, ratio = speed_ratio(student.conv2d_fast, one_by_one, over)
    for got, arguments in zip(gots, over, strict=True):
        assert_close(got, reference.conv2d_fast(*arguments))
    measure("speed ratio", ratio, "×")
    require(
        ratio >= 20,
        "The convolution is not 20 times as fast as a sum for each output.",
        hint="Where does Python still go around in a loop? One matrix product can do the work of all of them.",
    )


def assert_conv_slopes(student, reference, rng, shape, kernels, stride, padding):
    """Compare the three gradients of one layer with numeric slopes."""
    x, w = rng.normal(size=shape), rng.normal(size=(kernels[0], shape[1], *kernels[1:]))
    b = rng.normal(size=kernels[0])
    dout = rng.normal(size=reference.conv2d_fast(x, w, b, stride, padding).shape)
    assert_gradient(
        student.conv2d_backward,
        of=lambda x, w, b: reference.conv2d_fast(x, w, b, stride, padding),
        at=(x, w, b),
        wrt=(0, 1, 2),
        dout=dout,
        given=(dout, x, w, stride, padding),
    )


@task("conv2d_backward", points=4)
def test_slopes_of_a_plain_convolution(student, reference, rng):
    """Without stride and padding, the three gradients are the slopes."""
    assert_conv_slopes(student, reference, rng, (2, 3, 5, 7), (2, 3, 2), 1, 0)
    assert_conv_slopes(student, reference, rng, (3, 2, 4, 4), (3, 3, 3), 1, 0)


@task("conv2d_backward", points=3, hint="The frame of zeros is no part of x: its gradient is cut off at the end.")
def test_slopes_with_padding(student, reference, rng):
    """With a padding of 1 and 2, dx belongs to x and not to its frame."""
    assert_conv_slopes(student, reference, rng, (2, 2, 4, 3), (3, 3, 2), 1, 1)
    assert_conv_slopes(student, reference, rng, (1, 3, 3, 5), (2, 2, 3), 1, 2)


@task("conv2d_backward", points=3, hint="Window i begins at i * stride, and rows that no window reaches receive zeros.")
def test_slopes_with_a_stride(student, reference, rng):
    """With strides of 2 and 3, also where windows stick out and are left out."""
    assert_conv_slopes(student, reference, rng, (2, 2, 6, 7), (3, 3, 2), 2, 0)
    assert_conv_slopes(student, reference, rng, (1, 3, 8, 5), (2, 2, 3), 3, 2)


@task("conv2d_backward", points=4)
def test_gradients_of_random_layers(student, reference, rng):
    """Stride 2 with padding 2 and all other geometries, with every argument left alone."""
    over = []
    for x, w, b, stride, padding in layers(rng):
        dout = rng.normal(size=reference.conv2d_fast(x, w, b, stride, padding).shape)
        over.append((dout, x, w, stride, padding))
    assert_matches(student.conv2d_backward, reference.conv2d_backward, over)
    dout, x, w, stride, padding = over[0]
    assert_pure(student.conv2d_backward, dout, x, w, stride, padding)


@task("max_pool2d_backward", points=3)
def test_slopes_of_pooling(student, reference, rng):
    """Windows of all sizes, leftover rows and columns, negative entries, and every argument left alone."""
    over = []
    for shape, k in [((2, 3, 7, 11), 2), ((3, 2, 6, 9), 3), ((1, 5, 8, 5), 4), ((2, 1, 5, 3), 1), ((3, 3, 6, 6), 2)]:
        x = -rng.permutation(np.arange(1.0, np.prod(shape) + 1)).reshape(shape)  # no two are equal
        over.append((rng.normal(size=(*shape[:2], shape[2] // k, shape[3] // k)), x, k))
    assert_matches(student.max_pool2d_backward, reference.max_pool2d_backward, over)
    assert_pure(student.max_pool2d_backward, *over[0])


@task("max_pool2d_backward", points=3, hint="Where several entries are the maximum, choose one of them.")
def test_one_of_equal_maxima(student, rng):
    """Of equal maxima one receives the gradient, whole."""
    x = rng.integers(0, 2, size=(2, 3, 6, 8)).astype(np.float64)
    x[0, 0, :2, :2] = 1.0
    dout = rng.uniform(1, 2, size=(2, 3, 3, 4))
    dx = student.max_pool2d_backward(dout.copy(), x.copy(), 2)
    assert_close(np.shape(dx), x.shape, name="shape of dx")
    windows, entries = (each.reshape(2, 3, 3, 2, 4, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4) for each in (dx, x))
    assert_close((windows != 0).sum(axis=1), np.ones(len(windows), dtype=int), name="entries with a gradient")
    assert_close(windows.sum(axis=1), dout.ravel(), name="gradient of a window")
    largest = entries == entries.max(axis=1, keepdims=True)
    require(bool(largest[windows != 0].all()), "An entry that is not the maximum receives a gradient.")


# --- optimizers


def steps(Tensor, Optimizer, start, gradients, lr):
    """Data of the parameters after steps with these gradients; None stands for a parameter without one."""
    params = [Tensor(each, requires_grad=True) for each in start]
    optimizer = Optimizer(params, lr)
    for each in gradients:
        optimizer.zero_grad()
        for p, g in zip(params, each, strict=True):
            p.grad = g.copy()  # which zero_grad() may fill with zeros
        optimizer.step()
    return [p.data for p in params]


def drawn(rng, count):
    """Return two parameters, and as many pairs of gradients."""
    shapes = (3, 2), (2,)
    start = [rng.normal(size=shape) for shape in shapes]
    return start, [[rng.normal(size=shape) for shape in shapes] for _ in range(count)]


@task("SGD", points=2)
def test_steps_of_sgd(student, rng):
    """Three steps of SGD, for two parameters at once, with small and with large gradients."""
    start, gradients = drawn(rng, 3)
    for scale in (1.0, 1e5):
        given = [[scale * g for g in each] for each in gradients]
        want = [p - 0.3 * sum(g) for p, g in zip(start, zip(*given, strict=True), strict=True)]
        assert_close(inside(student, steps)(student.Tensor, student.SGD, start, given, 0.3), want)


@task("SGD", points=3)
def test_steps_of_adam(student, reference, rng):
    """Eleven steps of Adam, for two parameters at once, with small and with large gradients."""
    start, gradients = drawn(rng, 11)
    for scale in (1.0, 1e-6, 1e4):
        given = [[scale * g for g in each] for each in gradients]
        want = steps(reference.Tensor, reference.Adam, start, given, 0.05)
        assert_close(inside(student, steps)(student.Tensor, student.Adam, start, given, 0.05), want)


def forgotten(Tensor, Optimizer, x, g):
    moved, still = Tensor(x, requires_grad=True), Tensor(x, requires_grad=True)
    optimizer = Optimizer([moved, still], 0.5)
    moved.grad = g
    optimizer.step()
    optimizer.zero_grad()
    return moved.data, still.data, np.zeros(x.shape) if moved.grad is None else moved.grad


@task("SGD", points=1)
def test_gradients_that_are_none_or_forgotten(student, rng):
    """A parameter without a gradient stays, and zero_grad() leaves None or zeros."""
    x, g = rng.normal(size=(3, 2)), rng.uniform(1, 2, size=(3, 2))
    for optimizer, step in ((student.SGD, 0.5 * g), (student.Adam, 0.5 * g / (g + 1e-8))):
        got = inside(student, forgotten)(student.Tensor, optimizer, x, g.copy())
        assert_close(got, (x - step, x, np.zeros(x.shape)))


# --- digits: the grader counts, and every class has a secret name. Predictions that nobody learned are all wrong.


def answers(student, seen, labels, unseen):
    """Train with one seed; return the predictions."""
    call = student.train_digits.record(seen, labels, unseen, seed=1)
    require(not call.changed, "An array was changed in place.")
    return call.result


def redrawn(images, rng):
    """Return copies whose ink is a little lighter or darker in every pixel, so that none is one of digits28."""
    ink = images.astype(int) + rng.integers(-9, 10, size=images.shape)
    return np.where(images > 0, ink.clip(1, 255), 0).astype(np.uint8)


@task("train_digits", points=1, needs=("two_circuits_of_the_lectures",), call_s=60.0)
def test_one_seed_gives_one_result(student, rng):
    """Trained twice with the same seed on the same 300 digits, your network answers alike."""
    data = digits28()
    few, order = rng.choice(1297, size=300, replace=False), rng.permutation(500)
    seen, unseen = redrawn(data.train_images[few], rng), redrawn(data.test_images[order], rng)

    def twice(renamed):
        first, again = (answers(student, seen, renamed, unseen) for _ in range(2))
        hint = "All chance comes from the seed that you are given."
        assert_close(again, first, name="answers with the same seed", hint=hint)
        return first

    # Networks of all kinds reach .8 and more after 300 digits.
    label_permutation(
        twice,
        predict=lambda predicted: predicted,
        train_labels=data.train_labels[few],
        labels=data.test_labels[order],
        at=0.6,
        rng=rng,
    )


@task("train_digits", points=6, needs=("two_circuits_of_the_lectures",), call_s=60.0)
def test_digits_that_you_have_not_seen(student, rng):
    """Trained on 1,297 digits, your network is right for 93 of 100 new ones."""
    data = digits28()
    order = rng.permutation(500)
    seen, unseen = redrawn(data.train_images, rng), redrawn(data.test_images[order], rng)
    label_permutation(
        lambda renamed: answers(student, seen, renamed, unseen),
        predict=lambda predicted: predicted,
        train_labels=data.train_labels,
        labels=data.test_labels[order],
        at=0.93,
        rng=rng,
    )
