"""Visible cases of 14-capstone: the circuits of the lectures, sums by pencil, and slopes of small inputs."""

import numpy as np

from autograder import assert_close, assert_gradient, digits28, inside, label_permutation, require, task


def leaves(student, *values):
    """Return one tensor that requires a gradient for each of the values."""
    return [student.Tensor(np.array(value, dtype=np.float64), requires_grad=True) for value in values]


def convolved(x, w, b, stride=1, padding=0):
    """Convolve as the formula says, one output at a time."""
    kh, kw = w.shape[2:]
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    padded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    oh, ow = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    y = np.zeros((len(x), len(w), oh, ow))
    for n, o, i, j in np.ndindex(y.shape):
        y[n, o, i, j] = np.sum(padded[n, :, i * stride :, j * stride :][:, :kh, :kw] * w[o]) + b[o]
    return y


@task("Tensor", points=3)
def test_two_circuits_of_the_lectures(student):
    """(x + y) * z at (-2, 5, -4) is -12 with gradients -4, -4, 3; w * x + b at -2, 5, 3 is -7 with 5, -2, 1."""
    x, y, z = leaves(student, -2.0, 5.0, -4.0)
    f = (x + y) * z
    assert_close(f.data, np.array(-12.0), name="value")
    f.backward()
    assert_close([x.grad, y.grad, z.grad], [np.array(-4.0), np.array(-4.0), np.array(3.0)], name="gradients")
    w, x, b = leaves(student, -2.0, 5.0, 3.0)
    f = w * x + b
    assert_close(f.data, np.array(-7.0), name="value")
    f.backward()
    assert_close([w.grad, x.grad, b.grad], [np.array(5.0), np.array(-2.0), np.array(1.0)], name="gradients")


@task("Tensor", points=2, hint="A tensor that is used twice receives two gradients: add them.")
def test_a_tensor_that_is_used_twice(student):
    """a * a + a has the slope 2a + 1: 7 at 3, and -1 at -1."""
    (a,) = leaves(student, [3.0, -1.0])
    (a * a + a).sum().backward()
    assert_close(a.grad, np.array([7.0, -1.0]))


@task("Tensor", points=2)
def test_dog_or_wolf(student):
    """The lecture's animal has the loss .3125, and pulls w41 by -.225 and w42 by .675."""
    (w,) = leaves(student, np.full((4, 2), 0.5))
    x = student.Tensor(np.array([[0.2, 0.3, 0.1, 0.9]]))
    loss = ((x @ w - np.array([[1.0, 0.0]])) ** 2).sum() * 0.5
    assert_close(loss.data, np.array(0.3125), name="loss")
    loss.backward()
    assert_close(w.grad, np.outer([0.2, 0.3, 0.1, 0.9], [-0.25, 0.75]), name="gradient")


@task("Tensor", points=2)
def test_sigmoid_circuit(student):
    """The lecture's sigmoid circuit gives .73; its gradients are -.20, -.39, .20 for w and .39, -.59 for x."""
    w0, x0, w1, x1, w2 = nodes = leaves(student, 2.0, -1.0, -3.0, -2.0, -3.0)
    f = (w0 * x0 + w1 * x1 + w2).sigmoid()
    assert_close(f.data, np.array(0.73), atol=5e-3, name="value")  # two printed digits
    f.backward()
    want = [np.array(slope) for slope in (-0.20, 0.39, -0.39, -0.59, 0.20)]
    assert_close([node.grad for node in nodes], want, rtol=0, atol=5e-3, name="gradients")


@task(
    "Tensor",
    points=2,
    hint="Each of the three rows that use b adds its part to its gradient, and the mean divides by all six entries. "
    "Which of the two is missing?",
)
def test_a_bias_is_used_by_every_row(student):
    """A bias that is added to three rows receives three gradients; in a mean of six entries, three sixths."""
    rows = student.Tensor(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    (b,) = leaves(student, [10.0, 20.0])
    shifted = rows + b
    assert_close(shifted.data, np.array([[11.0, 22.0], [13.0, 24.0], [15.0, 26.0]]))
    shifted.mean().backward()
    assert_close(b.grad, np.array([0.5, 0.5]))


@task("Tensor", points=2)
def test_functions_of_one_tensor(student):
    """3 f(1) + 4 f(2) has 3 and 4 times the slopes of f: 1, 1 for relu and reshape, e, e² for exp, 1, 1/2 for log."""
    for name, slope in [("relu", [1.0, 1.0]), ("exp", [np.e, np.e**2]), ("log", [1.0, 0.5])]:
        (a,) = leaves(student, [1.0, 2.0])
        (getattr(a, name)() * np.array([3.0, 4.0])).sum().backward()
        assert_close([a.grad], [np.array([3.0, 4.0]) * slope], name="gradient for {}", labels=[name])
    (a,) = leaves(student, [1.0, 2.0])
    column = a.reshape(2, -1)
    assert_close(column.data, np.array([[1.0], [2.0]]))
    (column * np.array([[3.0], [4.0]])).sum().backward()
    assert_close(a.grad, np.array([3.0, 4.0]))


@task("Tensor", points=1)
def test_sum_along_an_axis(student):
    """Two row sums, the first counted 10 times and the second 20 times: every entry of a row has this slope."""
    (a,) = leaves(student, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    rows = a.sum(axis=1)
    assert_close(rows.data, np.array([6.0, 15.0]), name="value")
    (rows * np.array([10.0, 20.0])).sum().backward()
    assert_close(a.grad, np.array([[10.0] * 3, [20.0] * 3]), name="gradient")


@task("Tensor", points=1)
def test_losses_add_up(student):
    """After backward() of b and then of 3b, with b = 2a, the gradient of a is 2 + 6 = 8."""
    (a,) = leaves(student, [1.0, 2.0])
    b = a * 2.0
    b.sum().backward()
    assert_close(a.grad, np.full(2, 2.0), name="gradient")
    (b * 3.0).sum().backward()
    assert_close(a.grad, np.full(2, 8.0), name="gradient")


@task("Tensor", points=1)
def test_each_operand_has_a_gradient_of_its_own(student):
    """After two calls of backward() for 2(a + b) both gradients are 4: neither is written into by way of the other."""
    a, b = leaves(student, [1.0, 2.0], [3.0, 4.0])
    for slope in (2.0, 4.0):
        ((a + b) * 2.0).sum().backward()
        assert_close([a.grad, b.grad], [np.full(2, slope)] * 2, name="gradients")


@task("Tensor", points=1)
def test_a_constant_keeps_none(student):
    """In w * x only w requires a gradient: it receives x, and the .grad of x stays None."""
    (w,) = leaves(student, [1.0, 2.0])
    x = student.Tensor(np.array([3.0, 4.0]))
    y = w * x
    assert_close([w.requires_grad, x.requires_grad, y.requires_grad], [True, False, True], name="requires_grad")
    y.sum().backward()
    assert_close(w.grad, np.array([3.0, 4.0]), name="gradient")
    require(x.grad is None, "A tensor that requires no gradient has one.")


def new_data(Tensor, x):
    """Runs beside the student's code: make a tensor of x, and write other numbers into its data."""
    tensor = Tensor(x)
    tensor.data[...] = 7.0
    return tensor.data, x


@task("Tensor", points=1)
def test_data_are_a_copy(student):
    """A tensor of the array [1, 2] has data of its own: new numbers in .data leave that array alone."""
    data, x = inside(student, new_data)(student.Tensor, np.array([1.0, 2.0]))
    assert_close(data, np.array([7.0, 7.0]), name="data")
    assert_close(x, np.array([1.0, 2.0]), name="array that the tensor was made of")


@task("Tensor", points=1)
def test_sigmoid_at_1000(student):
    """At -1000, 0 and 1000 the sigmoid is 0, 1/2 and 1, and its slope 0, 1/4 and 0."""
    (a,) = leaves(student, [-1000.0, 0.0, 1000.0])
    s = a.sigmoid()
    assert_close(s.data, np.array([0.0, 0.5, 1.0]), name="value")
    s.sum().backward()
    assert_close(a.grad, np.array([0.0, 0.25, 0.0]), name="gradient")


def long_chain(Tensor):
    """Runs beside the student's code: a number to which 1 is added 3000 times; its value and its gradient."""
    leaf = end = Tensor(np.array(2.0), requires_grad=True)
    for _ in range(3000):
        end = end + 1.0
    end.backward()
    return end.data, leaf.grad


@task("Tensor", points=1)
def test_a_long_chain(student):
    """A number to which 1 is added 3000 times has the gradient 1."""
    assert_close(inside(student, long_chain)(student.Tensor), (np.array(3002.0), np.array(1.0)))


def cubes(x):
    return (x**3).sum()


def half_of_a_square(x):
    return (x * type(x)(x.data)).sum()  # the second factor counts as a constant, so half of the gradient is missing


def and_x_itself(x):
    return (x * type(x)(x.data) + x).sum()


@task("gradcheck", points=1)
def test_check_of_cubes_and_of_half_a_square(student, rng):
    """Cubes are right; x² with one x taken for a constant is off by a third, and x² + x by the largest x / (3x + 2)."""
    at = rng.uniform(0.5, 3.0, size=4)
    (x,) = leaves(student, at)
    require(0.0 <= student.gradcheck(inside(student, cubes), [x]) < 1e-6, "The check finds fault with right gradients.")
    # The engine says x, the slope is 2x: |x - 2x| / (|x| + |2x|). With x added, it says x + 1, and the slope is 2x + 1.
    assert_close(student.gradcheck(inside(student, half_of_a_square), [x]), 1 / 3, rtol=1e-6)
    want = float(np.max(at / (3 * at + 2)))
    assert_close(student.gradcheck(inside(student, and_x_itself), [x]), want, rtol=1e-6)


@task("gradcheck", points=1)
def test_check_with_a_large_eps(student):
    """Over a step of .5 to both sides the slope of x³ at 1 is 3.25, not 3: the check finds .25 / 6.25 = .04."""
    (x,) = leaves(student, [1.0, 10.0])
    assert_close(student.gradcheck(inside(student, cubes), [x], 0.5), 0.04, rtol=1e-6)


@task("gradcheck", points=1)
def test_check_leaves_the_data_alone(student):
    """After the check of x² with one x taken for a constant, which finds 1/3, x is 1 and 2 as before."""
    (x,) = leaves(student, [1.0, 2.0])
    assert_close(student.gradcheck(inside(student, half_of_a_square), [x]), 1 / 3, rtol=1e-6)
    assert_close(x.data, np.array([1.0, 2.0]), rtol=0, atol=1e-12, name="data after the check")


@task("im2col", points=4)
def test_windows_by_hand(student):
    """The 2x2 windows of two 3x3 channels have eight numbers each, and padding brings zeros."""
    x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    x = np.concatenate([x, 10.0 * x], axis=1)
    want = np.array([[1.0, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]])
    assert_close(student.im2col(x, 2, 2, 1, 0), np.concatenate([want, 10.0 * want], axis=1))
    corner = np.array([[0.0, 0, 0, 0, 1, 2, 0, 4, 5]])
    assert_close(student.im2col(x[:, :1], 3, 3, 3, 1), corner)


@task("conv2d_fast", points=6)
def test_convolutions_of_the_lecture(student):
    """The lecture's two 5x5 images, each under its kernel; a bias is added to each channel of the answer."""
    a = [[1.0, 2, 3, 0, 1], [0, 1, 5, 1, 0], [1, 0, 2, 2, 1], [1, 1, 2, 0, 0], [1, 0, 1, 1, 1]]
    b = [[3.0, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
    w = np.array([[[[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]], [[[0.0, 1, 2], [2, 2, 0], [0, 1, 2]]]])
    x = np.array([[a], [b]])
    got = student.conv2d_fast(x, w, np.array([0.0, 100.0]))
    assert_close(np.shape(got), (2, 2, 3, 3), name="shape of the answer")
    assert_close(got[0, 0], np.array([[8.0, 9, 8], [8, 5, 9], [6, 5, 5]]), name="first image under the first kernel")
    want = np.array([[112.0, 112, 117], [110, 117, 119], [109, 106, 114]])
    assert_close(got[1, 1], want, name="second image under the second kernel, with its bias")


@task("conv2d_backward", points=6)
def test_slopes_of_a_small_convolution(student):
    """For two small images, the three gradients are the slopes of the loss, with and without stride and padding."""
    rng = np.random.default_rng(0)
    at = rng.normal(size=(2, 2, 3, 4)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    for stride, padding in ((1, 0), (2, 1)):
        dout = rng.normal(size=convolved(*at, stride, padding).shape)
        assert_gradient(
            student.conv2d_backward,
            of=lambda x, w, b, stride=stride, padding=padding: convolved(x, w, b, stride, padding),
            at=at,
            wrt=(0, 1, 2),
            dout=dout,
            given=(dout, at[0], at[1], stride, padding),
        )


@task("max_pool2d_backward", points=3)
def test_gradient_goes_to_the_largest_entry(student):
    """Of each 2x2 window, the largest entry receives everything, and the fifth column nothing."""
    x = np.array([[[[1.0, 3.0, 2.0, 0.0, 9.0], [5.0, 4.0, 1.0, 7.0, 9.0]]]])
    want = np.array([[[[0.0, 0.0, 0.0, 0.0, 0.0], [10.0, 0.0, 0.0, -20.0, 0.0]]]])
    assert_close(student.max_pool2d_backward(np.array([[[[10.0, -20.0]]]]), x, 2), want)


@task("max_pool2d_backward", points=1)
def test_one_of_four_equal_entries(student):
    """In a window of four equal entries one receives the 5, and the others nothing."""
    got = student.max_pool2d_backward(np.array([[[[5.0]]]]), np.ones((1, 1, 2, 2)), 2)
    assert_close(np.sort(got.ravel()), np.array([0.0, 0.0, 0.0, 5.0]), name="entries, sorted")


def first_step(Tensor, Optimizer, lr):
    p = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    p.grad = np.array([2.0, -4.0])
    Optimizer([p], lr).step()
    return p.data


@task("SGD", points=2)
def test_first_steps(student):
    """With gradients 2 and -4 and a rate of .5, SGD goes from (1, 2) to (0, 4), and Adam's first step is the rate."""
    step = inside(student, first_step)
    assert_close(step(student.Tensor, student.SGD, 0.5), np.array([0.0, 4.0]), name="SGD")
    assert_close(step(student.Tensor, student.Adam, 0.5), np.array([0.5, 2.5]), name="Adam")


def two_steps(Tensor, Adam):
    """Runs beside the student's code: two steps of Adam, for a number with large and one with small gradients."""
    large, small = Tensor(np.array(1.0), requires_grad=True), Tensor(np.array(2.0), requires_grad=True)
    optimizer = Adam([large, small], 0.5)
    for gradient in (2.0, -4.0):
        large.grad, small.grad = np.array(gradient), np.array(1e-6)
        optimizer.step()
    return large.data, small.data


@task("SGD", points=2)
def test_two_steps_of_adam(student):
    """Two steps of Adam, rate .5: gradients of 2 and -4 take 1 to .6831, a millionth each time takes 2 to 1.0099."""
    want = np.array(0.683052), np.array(1.009901)
    assert_close(inside(student, two_steps)(student.Tensor, student.Adam), want, rtol=1e-5)


@task("train_digits", points=3, needs=("two_circuits_of_the_lectures",), call_s=60.0)
def test_zeros_and_ones(student, rng):
    """Trained on zeros and ones that have other names, your network tells nine of ten new ones apart."""
    data = digits28()
    seen, new = np.flatnonzero(data.train_labels < 2), rng.permutation(np.flatnonzero(data.test_labels < 2))
    label_permutation(
        lambda renamed: student.train_digits(data.train_images[seen], renamed, data.test_images[new], seed=1),
        predict=lambda predicted: predicted,
        train_labels=data.train_labels[seen],
        labels=data.test_labels[new],
        at=0.9,
        classes=10,
        rng=rng,
    )
