"""Visible cases of 03-linear-regression: the numbers that the lectures print, and sums that a pencil can check."""

import numpy as np

from autograder import assert_close, assert_falls, task


def lab():
    """Return X (3, 1) and y (3, 1) of the first lab, fresh for every case: three points on the line y = x."""
    return np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [2.0], [3.0]])


def exams():
    """Return X (5, 3), three exams of five students, and y (5, 1), their final scores."""
    X = np.array([[73.0, 80.0, 75.0], [93.0, 88.0, 93.0], [89.0, 91.0, 90.0], [96.0, 98.0, 100.0], [73.0, 66.0, 70.0]])
    return X, np.array([[152.0], [185.0], [180.0], [196.0], [142.0]])


@task("hypothesis", points=4)
def test_hypothesis_by_hand(student):
    """With the weights 10 and 1 and the bias 1/2, the rows (1, 2), (3, 4), (5, 6) give 12.5, 34.5, 56.5."""
    X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    got = student.hypothesis(X, np.array([[10.0], [1.0]]), np.array([0.5]))
    assert_close(got, np.array([[12.5], [34.5], [56.5]]))


@task("cost", points=6)
def test_cost_of_three_slopes(student):
    """For the points (1, 1), (2, 2), (3, 3), the slopes 0, 1 and 2 cost 14/3, 0 and 14/3."""
    X, y = lab()
    costs = student.cost.each([(slope * X, y.copy()) for slope in (0.0, 1.0, 2.0)])
    assert_close(next(costs), 14 / 3)
    assert_close(next(costs), 0.0)
    assert_close(next(costs), 14 / 3)


@task("cost_gradient", points=6)
def test_gradient_by_hand(student):
    """Small gradients by hand: of the first lab at 0 it is -28/3 and -4; of two features it is [-7, -10] and -3."""
    X, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0], [2.0]])
    got = student.cost_gradient.each(
        [(*lab(), np.zeros((1, 1)), np.zeros(1)), (X, y, np.zeros((2, 1)), np.zeros(1)), (X, y, np.ones((2, 1)), -y[1])]
    )
    assert_close(next(got), (np.array([[-28 / 3]]), np.array([-4.0])))
    assert_close(next(got), (np.array([[-7.0], [-10.0]]), np.array([-3.0])))
    assert_close(next(got), (np.array([[9.0], [12.0]]), np.array([3.0])))  # the errors are 0 and 3


@task("cost_gradient", points=4)
def test_gradient_on_both_sides_of_the_minimum(student):
    """On the first lab, the gradient at the slope 1 is 0; at the slopes 0 and 2 it is -28/3 and 28/3."""
    over = [(*lab(), np.array([[slope]]), np.zeros(1)) for slope in (0.0, 1.0, 2.0)]
    gradients = student.cost_gradient.each(over)
    assert_close(next(gradients), (np.array([[-28 / 3]]), np.array([-4.0])))
    assert_close(next(gradients), (np.zeros((1, 1)), np.zeros(1)))
    assert_close(next(gradients), (np.array([[28 / 3]]), np.array([4.0])))


@task("gradient_descent", points=4)
def test_first_step_of_the_lab(student):
    """From W = 0, b = 0 and cost 4.6667, one step leads to .0933 and .0400; for y = [2, 4, 6] to twice as much."""
    X, y = lab()
    runs = student.gradient_descent.each([(X, y, 0.01, 1), (X.copy(), 2 * y, 0.01, 1), (X.copy(), 2 * y, 0.01, 1001)])
    assert_close(next(runs), (np.array([[0.28 / 3]]), np.array([0.04]), [14 / 3]))
    assert_close(next(runs), (np.array([[0.56 / 3]]), np.array([0.08]), [56 / 3]))
    W, b, costs = next(runs)
    assert_close(W, np.array([[1.971]]), rtol=0, atol=6e-4, name="W at epoch 1000")
    assert_close(b, np.array([0.066]), rtol=0, atol=6e-4, name="b at epoch 1000")
    assert_close(costs[-1], 0.000633, rtol=0, atol=1e-6, name="cost at epoch 1000")


@task("gradient_descent", points=4)
def test_table_of_the_lab(student):
    """W, b and cost of the first lab at epochs 0, 100, …, 1000, every hundred going on where the last one ended."""
    table = [
        (0.093, 0.040, 4.666667),
        (0.873, 0.289, 0.012043),
        (0.900, 0.227, 0.007442),
        (0.921, 0.179, 0.004598),
        (0.938, 0.140, 0.002842),
        (0.951, 0.110, 0.001756),
        (0.962, 0.087, 0.001085),
        (0.970, 0.068, 0.000670),
        (0.976, 0.054, 0.000414),
        (0.981, 0.042, 0.000256),
        (0.985, 0.033, 0.000158),
    ]
    W, b = np.zeros((1, 1)), np.zeros(1)
    for number, (want_w, want_b, want_cost) in enumerate(table):
        W, b, costs = student.gradient_descent(*lab(), 0.01, 100 if number else 1, W, b)
        # The lecture prints three decimals of W and b, after the step, and six of the cost, before it.
        epoch = [100 * number]
        assert_close([W], [np.array([[want_w]])], rtol=0, atol=6e-4, name="epoch {}: W", labels=epoch)
        assert_close([b], [np.array([want_b])], rtol=0, atol=6e-4, name="epoch {}: b", labels=epoch)
        assert_close([costs[-1]], [want_cost], rtol=0, atol=1e-6, name="epoch {}: cost", labels=epoch)


@task("gradient_descent", points=4)
def test_costs_of_the_exams(student):
    """The exam costs 29661.80, 9298.52, …, 1.619 of epochs 0 to 20, falling all the way, and the five predictions."""
    X, y = exams()
    W, b, costs = student.gradient_descent(X, y, 1e-5, 20)
    printed = [29661.800781, 9298.520508, 2915.713135, 915.040527, 287.936005, 91.371017, 29.758139, 10.445305]
    printed += [4.391228, 2.493135, 1.897688, 1.710541, 1.651413, 1.632387, 1.625923, 1.623412, 1.622141, 1.621253]
    printed += [1.620500, 1.619770]
    # The lecture computes in float32, which shows in the third decimal: 1e-2 is fine enough at the end.
    assert_close(costs, printed, rtol=1e-5, atol=1e-2, name="costs")
    predictions = exams()[0] @ W + b
    want = np.array([[152.802], [183.6731], [180.9677], [197.0699], [140.1]])
    assert_close(predictions, want, rtol=0, atol=2e-3, name="predictions")  # float32 again
    assert_close(np.mean((predictions - exams()[1]) ** 2), 1.619033, rtol=0, atol=1e-2, name="cost after 20 steps")
    assert_falls(costs, name="costs")


@task("max_stable_lr", points=4)
def test_limits_by_hand(student):
    """For the rows 2, 0, -2 the limit is 3/8, for 3 and -3 it is 1/9; for the five exams it is 4.544e-5."""
    rows = [np.array([[2.0], [0.0], [-2.0]]), np.array([[3.0], [-3.0]]), exams()[0]]
    limits = student.max_stable_lr.each([(X,) for X in rows])
    assert_close(next(limits), 3 / 8)
    assert_close(next(limits), 1 / 9)
    assert_close(next(limits), 4.544042589e-5, rtol=1e-5, atol=0)


@task("normal_equation", points=4)
def test_lines_by_hand(student):
    """Through (1, 1), (2, 2), (3, 3) goes y = x; nearest to (0, 0), (1, 1), (2, 1) is y = x/2 + 1/6."""
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [1.0]])
    lines = student.normal_equation.each([lab(), (X, y)])
    assert_close(next(lines), (np.array([[1.0]]), np.array([0.0])))
    assert_close(next(lines), (np.array([[0.5]]), np.array([1 / 6])))


@task("walk", points=0)
def test_two_steps_of_each_method(student):
    """Two steps from (2, 1), in a valley that is a hundred times as steep in w2 as in w1, for all five methods."""
    ways = {
        "sgd": (0.01, [[1.98, 0.0], [1.9602, 0.0]]),
        "momentum": (0.01, [[1.98, 0.0], [1.9422, -0.9]]),
        "adagrad": (0.1, [[1.9, 0.9], [1.831125, 0.833104]]),
        "rmsprop": (0.1, [[1.683772, 0.683772], [1.473875, 0.498871]]),
        "adam": (0.1, [[1.9, 0.9], [1.800166, 0.800412]]),
    }
    valley, start = np.array([1.0, 100.0]), np.array([2.0, 1.0])
    for method, (lr, want) in ways.items():
        # Six decimals are written here.
        got = student.walk(method, valley, start, lr, 2)
        assert_close([got], [np.array([[2.0, 1.0], *want])], rtol=0, atol=1e-5, name="the way of {}", labels=[method])


@task("walk", points=0)
def test_cost_after_a_hundred_steps(student):
    """From (10, 1) and a cost of 100, a hundred steps lead to 1.322, .000438, .0375, .4115 and .00145."""
    ends = {
        "sgd": (0.018, 1.322),
        "momentum": (0.01, 0.0004379),
        "adagrad": (1.0, 0.0375),
        "rmsprop": (0.1, 0.4115),
        "adam": (0.3, 0.001451),
    }
    valley, start = np.array([1.0, 100.0]), np.array([10.0, 1.0])
    for method, (lr, want) in ends.items():
        way = student.walk(method, valley, start, lr, 100)
        assert_close([np.shape(way)], [(101, 2)], name="shape of the way of {}", labels=[method])
        with np.errstate(over="ignore"):  # who walks uphill comes far
            cost = float(0.5 * valley @ way[-1] ** 2)
        # Four digits are written here.
        assert_close([cost], [want], rtol=1e-3, name="cost of {}", labels=[method])
