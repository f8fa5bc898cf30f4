"""Hidden cases of 03-linear-regression: one to six features, slopes, learning rates on both sides of the limit."""

import numpy as np

from autograder import assert_close, assert_falls, assert_gradient, assert_matches, assert_pure, require, task

# Examples and features: pairwise different, and one square; A = [X, 1] has more rows than columns.
SIZES = [(7, 1), (5, 2), (11, 3), (6, 4), (7, 5), (13, 6), (5, 3)]


def draw(rng, m, n):
    """Return random X (m, n), y (m, 1), W (n, 1), b (1,)."""
    return rng.normal(size=(m, n)), rng.normal(size=(m, 1)), rng.normal(size=(n, 1)), rng.normal(size=1)


def exams():
    """Return X (5, 3) and y (5, 1) of the lecture, fresh for every case."""
    X = np.array([[73.0, 80.0, 75.0], [93.0, 88.0, 93.0], [89.0, 91.0, 90.0], [96.0, 98.0, 100.0], [73.0, 66.0, 70.0]])
    return X, np.array([[152.0], [185.0], [180.0], [196.0], [142.0]])


@task("hypothesis", points=4)
def test_hypothesis_matches(student, reference, rng):
    """Predictions are right for one to six features, for one example, and where both numbers agree."""
    over = [(X, W, b) for X, _, W, b in (draw(rng, *size) for size in [*SIZES, (1, 3), (4, 4)])]
    assert_matches(student.hypothesis, reference.hypothesis, over)


@task("hypothesis", points=2)
def test_predicting_changes_nothing(student, rng):
    """The predictions are a new array; X, W and b stay as they were, also where W is 0."""
    for scale in (1.0, 0.0):
        X, _, W, b = draw(rng, 5, 3)
        W *= scale
        assert_close(assert_pure(student.hypothesis, X, W, b), X @ W + b)


@task("cost", points=5)
def test_cost_matches(student, reference, rng):
    """The cost is the mean of the squared errors, for any number of examples and errors of any size."""
    over = [(rng.normal(size=(m, 1)), 3 * rng.normal(size=(m, 1))) for m in (5, 2, 7, 1, 11, 23)]
    over.append((1e5 * rng.normal(size=(3, 1)), rng.normal(size=(3, 1))))
    assert_matches(student.cost, reference.cost, over)


@task("cost", points=4)
def test_cost_is_a_mean_of_squares(student, rng):
    """All data twice cost the same, errors three times as large nine times as much; pred and y stay as they were."""
    pred, y = rng.normal(size=(7, 1)), rng.normal(size=(7, 1))
    once = float(((pred - y).ravel() ** 2).sum()) / 7
    assert_close(assert_pure(student.cost, pred, y), once)
    costs = student.cost.each([(np.tile(pred, (2, 1)), np.tile(y, (2, 1))), (y + 3 * (pred - y), y.copy())])
    assert_close(next(costs), once, name="cost of the data twice")
    assert_close(next(costs), 9 * once, name="cost of errors three times as large")


@task("cost_gradient", points=10)
def test_gradient_is_the_slope(student, reference, rng):
    """Both parts of the gradient are the slopes of the cost."""
    for m, n in [(7, 3), (5, 2), (4, 4)]:
        X, y, W, b = draw(rng, m, n)
        of = cost_on(reference, X, y)
        assert_gradient(student.cost_gradient, of=of, at=(W, b), wrt=(0, 1), given=(X, y, W, b))


def cost_on(reference, X, y):
    """Return the cost as a function of W and b alone."""
    return lambda W, b: reference.cost(reference.hypothesis(X, W, b), y)


@task("cost_gradient", points=5)
def test_gradient_matches(student, reference, rng):
    """Gradients are right for one to six features and for a single example."""
    assert_matches(student.cost_gradient, reference.cost_gradient, [draw(rng, *size) for size in [*SIZES, (1, 2)]])


@task("cost_gradient", points=3)
def test_gradient_at_the_minimum(student, rng):
    """At the line of smallest cost the gradient is 0, and half a unit to the side it is not."""
    X, y, _, _ = draw(rng, 11, 3)
    theta = np.linalg.lstsq(np.column_stack([X, np.ones(11)]), y, rcond=None)[0]
    W, b = theta[:3], theta[3]
    aside = 2 / 11 * X.T @ np.full((11, 1), 0.5), np.array([1.0])  # all errors grow by 1/2
    got = student.cost_gradient.each([(X.copy(), y.copy(), W, b), (X.copy(), y.copy(), W.copy(), b + 0.5)])
    # Room for float32, whose errors of 1e-7 meet numbers of the size of 1.
    assert_close(next(got), (np.zeros((3, 1)), np.zeros(1)), atol=1e-5)
    assert_close(next(got), aside, atol=1e-5)


@task("cost_gradient", points=2)
def test_gradient_leaves_its_arguments_alone(student, rng):
    """X, y, W and b stay as they were."""
    X, y, W, b = draw(rng, 5, 3)
    error = X @ W + b - y
    want = 2 / 5 * X.T @ error, 2 * error.mean(axis=0)
    assert_close(assert_pure(student.cost_gradient, X, y, W, b), want)


@task("gradient_descent", points=4)
def test_fifty_steps_match(student, reference, rng):
    """Fifty steps from zero and from a given start end where they should, with the right costs on the way."""
    over = []
    for number, size in enumerate(SIZES):
        X, y, W, b = draw(rng, *size)
        start = [(), (W, b), (W, None), (None, b)][number % 4]
        over.append((X, y, 0.05, 50 - number, *start))
    # Fifty steps: room for gradients that were computed in float32.
    assert_matches(student.gradient_descent, reference.gradient_descent, over, rtol=1e-5, atol=1e-6)


@task("gradient_descent", points=2)
def test_long_run_on_the_exams(student):
    """W, b and cost of the exams at epochs 0, 100, …, 600, and the costs on the way, which fall at every step."""
    table = [
        (0.294, 0.294, 0.297, 0.003, 29661.800781),
        (0.674, 0.661, 0.676, 0.008, 1.563634),
        (0.679, 0.655, 0.677, 0.008, 1.497607),
        (0.684, 0.649, 0.677, 0.008, 1.435026),
        (0.689, 0.643, 0.678, 0.008, 1.375730),
        (0.694, 0.638, 0.678, 0.009, 1.319511),
        (0.699, 0.633, 0.679, 0.009, 1.266222),
    ]
    W, b, history = np.zeros((3, 1)), np.zeros(1), []
    for number, (*weights, bias, want) in enumerate(table):
        W, b, costs = student.gradient_descent(*exams(), 1e-5, 100 if number else 1, W, b)
        history += costs
        epoch = [100 * number]
        printed = [np.reshape(weights, (3, 1))]
        assert_close([W], printed, rtol=0, atol=1e-3, name="epoch {}: W", labels=epoch)
        assert_close([b], [np.array([bias])], rtol=0, atol=1e-3, name="epoch {}: b", labels=epoch)
        # Near its end the lecture's run, in float32, strays in the third decimal.
        assert_close([costs[-1]], [want], rtol=1e-5, atol=1e-2, name="epoch {}: cost", labels=epoch)
    assert_falls(history, name="costs")
    want = [29661.800781, 9298.520508, 2915.712891, 915.040527]
    assert_close(history[:4], want, rtol=1e-5, name="first costs")
    # The lecture prints 1.564621 for epoch 96, less than for the epochs that follow; the right cost is 1.567.
    late = [1.567015, 1.566340, 1.565658, 1.564987, 1.564298]
    assert_close(history[95:100], late, rtol=0, atol=1e-2, name="costs of epochs 96 to 100")


# The predictions of the exams after so many steps, computed: deck 002 prints those after 1 to 20, and deck 001, whose
# epochs begin at 1, those after 1 to 3 and 95 to 99; they agree to .0001. Of epoch 96, after 95 steps, deck 001 has two
# wrong: 180.9591 and 140.1310.
PREDICTIONS = {
    1: (67.2578, 80.8397, 79.6523, 86.7394, 61.6605),
    2: (104.9128, 126.0990, 124.2466, 135.3015, 96.1821),
    3: (125.9942, 151.4381, 149.2133, 162.4896, 115.5097),
    4: (137.7968, 165.6247, 163.1912, 177.7112, 126.3307),
    5: (144.4044, 173.5674, 171.0168, 186.2331, 132.3891),
    6: (148.1035, 178.0144, 175.3980, 191.0042, 135.7812),
    7: (150.1744, 180.5042, 177.8509, 193.6753, 137.6805),
    8: (151.3336, 181.8983, 179.2240, 195.1707, 138.7440),
    9: (151.9824, 182.6789, 179.9928, 196.0079, 139.3396),
    10: (152.3454, 183.1161, 180.4231, 196.4765, 139.6733),
    11: (152.5485, 183.3610, 180.6640, 196.7389, 139.8602),
    12: (152.6620, 183.4982, 180.7988, 196.8857, 139.9651),
    13: (152.7253, 183.5752, 180.8742, 196.9678, 140.0240),
    14: (152.7606, 183.6184, 180.9164, 197.0138, 140.0571),
    15: (152.7802, 183.6427, 180.9399, 197.0395, 140.0759),
    16: (152.7909, 183.6565, 180.9530, 197.0538, 140.0865),
    17: (152.7968, 183.6643, 180.9603, 197.0617, 140.0927),
    18: (152.7998, 183.6688, 180.9644, 197.0662, 140.0963),
    19: (152.8014, 183.6715, 180.9665, 197.0686, 140.0985),
    20: (152.8020, 183.6731, 180.9677, 197.0699, 140.0999),
    95: (152.7713, 183.6970, 180.9597, 197.0632, 140.1316),
    96: (152.7708, 183.6973, 180.9596, 197.0631, 140.1320),
    97: (152.7704, 183.6976, 180.9594, 197.0630, 140.1324),
    98: (152.7700, 183.6979, 180.9593, 197.0629, 140.1328),
    99: (152.7696, 183.6982, 180.9592, 197.0628, 140.1332),
}


@task("gradient_descent", points=1)
def test_printed_predictions(student):
    """The five predictions on the way to epoch 100, as the lecture prints them, epoch by epoch."""
    W, b, before = np.zeros((3, 1)), np.zeros(1), 0
    for steps, printed in PREDICTIONS.items():
        W, b, _ = student.gradient_descent(*exams(), 1e-5, steps - before, W, b)
        before = steps
        # Four decimals are printed; float32 strays in the third.
        got = student.hypothesis(exams()[0], W, b)
        want = np.reshape(printed, (5, 1))
        assert_close([got], [want], rtol=0, atol=2e-3, name="predictions after {} steps", labels=[steps])


@task("gradient_descent", points=2)
def test_costs_from_another_start(student):
    """From the start of the lecture's second program the exams cost 31427, 9852.6, 3090.1 and 970.4."""
    W0, b0 = np.array([[0.4743], [-0.5612], [0.0278]]), np.array([-0.0733])
    _, _, costs = student.gradient_descent(*exams(), 1e-5, 4, W0, b0)
    # The start is known to four decimals only.
    assert_close(costs, [31427.130859, 9852.556641, 3090.071289, 970.390503], rtol=3e-4)


@task("gradient_descent", points=2)
def test_on_both_sides_of_the_limit(student):
    """On the exams the learning rates 1e-2, 1e-3, 1e-4 and 4.7e-5 diverge; 4.4e-5 and 1e-5 converge."""
    for lr in (1e-2, 1e-3, 1e-4, 4.7e-5):
        _, _, costs = student.gradient_descent(*exams(), lr, 30 if lr < 1e-4 else 5)
        require(not costs[-1] <= 10 * costs[0], "The costs stay small at a learning rate above the limit.")
    for lr, end in ((4.4e-5, 0.957), (1e-5, 1.4350)):
        _, _, costs = student.gradient_descent(*exams(), lr, 300)
        assert_close(costs[-1], end, rtol=0, atol=1e-2)  # float32 strays in the third decimal


@task("gradient_descent", points=2)
def test_descent_leaves_its_arguments_alone(student, rng):
    """X, y, W0 and b0 stay as they were, and the results are new arrays."""
    X, y, W, b = draw(rng, 7, 3)
    error = X @ W + b - y
    want = W - 0.1 * 2 / 7 * X.T @ error, b - 0.1 * 2 * error.mean(axis=0), [float(np.mean(error**2))]
    assert_close(assert_pure(student.gradient_descent, X, y, 0.1, 1, W, b), want)
    got = assert_pure(student.gradient_descent, X, y, 0.0, 2, W, b)
    assert_close(got, (W, b, want[2] * 2), name="with a learning rate of 0:")


@task("max_stable_lr", points=4)
def test_limits_match(student, reference, rng):
    """The limit is right for one to six features, with and without an offset, for few and many examples."""
    scales = (1.0, 9.0, 2.0, 1.0, 5.0, 3.0, 0.1)
    over = [(scale * rng.normal(size=size) + rng.normal(),) for size, scale in zip(SIZES, scales, strict=True)]
    assert_matches(student.max_stable_lr, reference.max_stable_lr, [*over, (rng.normal(size=(2, 5)),)])


@task("max_stable_lr", points=2)
def test_limit_separates(student, rng):
    """A little below your limit gradient descent converges, a little above it diverges."""
    for m, n in ((7, 2), (11, 3)):
        X = rng.normal(size=(m, n)) * np.arange(1, n + 1) + 1
        A = np.hstack([X, np.ones((m, 1))])
        limit = student.max_stable_lr(X)
        require(np.ndim(limit) == 0 and np.isfinite(limit) and limit > 0, "The limit is no number above 0.")
        growth = [largest_factor(A, share * float(limit)) for share in (0.99, 1.01)]
        require(growth[0] < 1, "Below your limit gradient descent diverges already.")
        require(growth[1] > 1, "Above your limit gradient descent still converges.")


def largest_factor(A, lr):
    """Return by how much one step of learning rate ``lr`` stretches the worst direction of the parameters."""
    return np.abs(np.linalg.eigvalsh(np.eye(A.shape[1]) - lr * 2 / len(A) * A.T @ A)).max()


@task("normal_equation", points=4)
def test_solutions_match(student, reference, rng):
    """W and b are right for one to six features, near the data and far from 0, and where one line meets every point."""
    over = [draw(rng, *size)[:2] for size in SIZES] + [exams()]
    corners = np.vstack([np.zeros(3), 2.0 * np.eye(3)])  # as many examples as unknowns: A is square
    over.append((corners + rng.uniform(-0.2, 0.2, size=(4, 3)), rng.normal(size=(4, 1))))
    over += [(X + 3, y - 10) for X, y, _, _ in (draw(rng, 7, 2), draw(rng, 11, 4))]
    # The columns of the exams are nearly parallel: A^T A, which may be inverted, loses six of the sixteen digits.
    assert_matches(student.normal_equation, reference.normal_equation, over, rtol=1e-4, atol=1e-6)


@task("normal_equation", points=2)
def test_no_line_is_better(student, rng):
    """At your W and b the errors have mean 0 and are at right angles to every feature; X and y stay as they were."""
    X, y, _, _ = draw(rng, 11, 3)
    W, b = assert_pure(student.normal_equation, X, y)
    assert_close((np.shape(W), np.shape(b)), ((3, 1), (1,)), name="shapes of W and b")
    error = X @ W + b - y
    assert_close(X.T @ error, np.zeros((3, 1)), atol=1e-6, name="features times errors")
    assert_close(error.mean(axis=0), np.zeros(1), atol=1e-6, name="mean error")


METHODS = ("sgd", "momentum", "adagrad", "rmsprop", "adam")


@task("walk", points=0)
def test_ways_match(student, reference, rng):
    """All five methods go the right way through valleys of one to five weights."""
    over = [
        (method, rng.uniform(0.5, 2.0, size=n), rng.normal(size=n), rng.uniform(0.05, 0.2), 31 - n)
        for n in range(1, 6)
        for method in METHODS
    ]
    assert_matches(student.walk, reference.walk, over)


@task("walk", points=0)
def test_on_a_plain(student, reference):
    """Where the slope is about 1e-8, what is added to the root decides how far a step goes."""
    over = [(method, np.array([1e-8, 3e-8]), np.array([1.0, -0.5]), 0.1, 4) for method in METHODS]
    assert_matches(student.walk, reference.walk, over)


@task("walk", points=0)
def test_walking_changes_nothing(student, reference, rng):
    """The valley and the start stay as they were; no step at all gives one row, the start."""
    valley, start = rng.uniform(0.5, 2.0, size=3), rng.normal(size=3)
    for steps, method in enumerate(METHODS):
        way = assert_pure(student.walk, method, valley, start, 0.1, steps)
        assert_close(way, reference.walk(method, valley, start, 0.1, steps))
