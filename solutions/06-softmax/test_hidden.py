"""Hidden cases of 06-softmax: fresh inputs, extremes, and what must not be touched."""

import numpy as np

from autograder import assert_close, assert_gradient, assert_matches, assert_pure, require, task

SHAPES = [(7, 3), (2, 5), (11, 2), (3, 7), (4, 4)]


def labels(rng, n, k):
    """Return n labels of k classes, drawn so that the last class does not occur every time."""
    return rng.integers(0, k, size=n)


def logits_and_labels(rng):
    """Return logits of every shape, with labels."""
    return [(rng.normal(scale=2.0, size=shape), labels(rng, *shape)) for shape in SHAPES]


def distributions(rng, k, count=1):
    """Return ``count`` rows of k probabilities, none of them small."""
    weights = rng.uniform(0.2, 1.0, size=(count, k))
    return weights / weights.sum(axis=1, keepdims=True)


def far_out(rng):
    """Return logits where exp overflows, where a row lies far below another, and where all of a row's exp are 0."""
    return [
        np.array([[0.0, -1000.0, -2000.0], [0.0, 1.0, 2.0]]),
        np.array([[1000.0, 1001.0, -1000.0], [-1001.0, -1000.0, -1000.5]]),
        1e4 * rng.uniform(-2, 2, size=(5, 4)),
    ]


@task("one_hot", points=3)
def test_one_hot_matches(student, reference, rng):
    """Every label has its column, also in classes that nobody is in."""
    over = [(labels(rng, n, k), k) for n, k in SHAPES]
    assert_matches(student.one_hot, reference.one_hot, [*over, (np.array([1, 0, 1]), 6)])


@task("softmax", points=4)
def test_softmax_matches(student, reference, rng):
    """The probabilities are right, row by row, for any number of rows and classes."""
    assert_matches(student.softmax, reference.softmax, [(z,) for z, _ in logits_and_labels(rng)])


@task("softmax", points=3)
def test_softmax_ignores_a_shift(student, rng):
    """A number added to all scores of a row changes none of its probabilities, which sum to 1."""
    over = []
    for n, k in SHAPES:
        z = rng.normal(size=(n, k))
        over += [(z,), (z + rng.uniform(-9, 9, size=(n, 1)),)]
    ratios = [np.exp(z[:, :1] - z[:, 1:2]) for (z,) in over]  # of the first two probabilities; no shift changes them
    probabilities = list(student.softmax.each(over))
    for plain, shifted, ratio in zip(probabilities[::2], probabilities[1::2], ratios[::2], strict=True):
        assert_close(plain.sum(axis=1), np.ones(len(plain)), name="sums of the rows")
        assert_close(shifted, plain)
        assert_close(shifted[:, :1], ratio * shifted[:, 1:2], name="first column")


@task("softmax", points=3)
def test_softmax_far_out(student, reference, rng):
    """Scores of thousands give probabilities, not nan."""
    assert_matches(student.softmax, reference.softmax, [(z,) for z in far_out(rng)])


@task("softmax", points=2)
def test_softmax_leaves_its_argument_alone(student, rng):
    """The scores stay as they were."""
    p = assert_pure(student.softmax, rng.normal(size=(5, 3)))
    assert_close(p.sum(axis=1), np.ones(5), name="sums of the rows")


@task("entropy_bits", points=2)
def test_entropy_matches(student, reference, rng):
    """The entropy is right for any number of outcomes, impossible ones among them."""
    over = [(distributions(rng, k)[0],) for k in (2, 3, 5, 7)]
    over.append((np.concatenate([[0.0], distributions(rng, 4)[0], [0.0]]),))
    assert_matches(student.entropy_bits, reference.entropy_bits, over)


@task("entropy_bits", points=1)
def test_entropy_is_largest_when_even(student, rng):
    """K equal chances hold log2(K) bits, and no other K chances hold as many."""
    even, other = student.entropy_bits.each([(np.full(5, 0.2),), (np.array([0.1, 0.3, 0.2, 0.25, 0.15]),)])
    assert_close(even, np.log2(5.0))
    require(0 < other < even, "uneven chances should hold fewer bits than even ones")


@task("cross_entropy_bits", points=2)
def test_cross_entropy_bits_matches(student, reference, rng):
    """The average surprise of a believer in Q is right for any number of outcomes, also if Q hardly expects one."""
    over = [tuple(distributions(rng, k, count=2)) for k in (2, 3, 5, 7, 11)]
    over.append((distributions(rng, 4)[0], np.append(0.9999 * distributions(rng, 3)[0], 0.0001)))
    assert_matches(student.cross_entropy_bits, reference.cross_entropy_bits, over)


@task("cross_entropy_bits", points=2)
def test_no_belief_beats_the_truth(student, rng):
    """H(P, P) is the entropy of P, and every other belief Q costs more."""
    p = distributions(rng, 5)[0]
    others = [np.roll(p, 1), p[::-1].copy(), np.full(5, 0.2), 0.9 * p + 0.1 * np.eye(5)[0]]
    truth, *costs = student.cross_entropy_bits.each([(p, p), *((p, q) for q in others)])
    assert_close(truth, float(-np.sum(p * np.log2(p))))
    require(
        all(truth <= cost < np.inf for cost in costs), "some belief Q costs less than the truth P, or infinitely much"
    )
    require(costs[3] > truth, "a belief that is not P costs no more than P")


@task("cross_entropy_bits", points=2)
def test_what_never_happens_costs_nothing(student, reference, rng):
    """Outcomes with p = 0 add nothing, also where q is 0; where P is certain, only its own outcome counts."""
    p, q = distributions(rng, 3, count=2)
    over = [
        (np.append(p, 0.0), np.append(0.6 * q, 0.4)),
        (np.append(p, 0.0), np.append(q, 0.0)),
        (np.insert(p, 1, 0.0), np.insert(q, 1, 0.0)),
        (np.array([0.0, 0.0, 1.0]), q),
        (np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])),
    ]
    assert_matches(student.cross_entropy_bits, reference.cross_entropy_bits, over)


@task("cross_entropy", points=3)
def test_loss_matches(student, reference, rng):
    """The loss is the mean over the rows, for any number of rows and classes."""
    assert_matches(student.cross_entropy, reference.cross_entropy, logits_and_labels(rng))


@task("cross_entropy", points=2)
def test_loss_is_a_surprise(student, rng):
    """The loss is the mean of -log p at the true classes: log 2 times as many units as bits, whatever the shift."""
    for n, k in SHAPES[:3]:
        p, y = distributions(rng, k, count=n), labels(rng, n, k)
        bits = float(np.mean(np.log2(1.0 / p[np.arange(n), y])))
        plain, shifted = student.cross_entropy.each([(np.log(p), y), (np.log(p) + rng.uniform(-9, 9, size=(n, 1)), y)])
        assert_close(plain, np.log(2.0) * bits)
        assert_close(shifted, np.log(2.0) * bits)


@task("cross_entropy", points=3)
def test_loss_far_out(student, reference, rng):
    """A true class that lies 2000 below the largest score costs 2000; a clear and right answer costs nothing."""
    first, second, wide = far_out(rng)
    over = [
        (first, np.array([2, 2])),
        (second, np.array([2, 0])),
        (second, np.array([1, 1])),
        (first, np.array([0, 0])),
    ]
    assert_matches(student.cross_entropy, reference.cross_entropy, [*over, (wide, labels(rng, *wide.shape))])


@task("cross_entropy", points=1)
def test_loss_leaves_its_arguments_alone(student, rng):
    """Logits and labels stay as they were."""
    z, y = rng.normal(size=(5, 3)), labels(rng, 5, 3)
    want = float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(5), y]))
    assert_close(assert_pure(student.cross_entropy, z, y), want)


@task("cross_entropy_backward", points=7)
def test_gradient_is_the_slope(student, reference, rng):
    """The gradient is the slope of the mean loss, in batches of 7, 3 and 4 rows."""
    for n, k in [(7, 3), (3, 5), (4, 4)]:
        z, y = rng.normal(size=(n, k)), labels(rng, n, k)
        of = loss_for(reference.cross_entropy, y)
        assert_gradient(student.cross_entropy_backward, of=of, at=z, given=(z, y))


def loss_for(loss, y):
    """Return ``loss`` as a function of its first argument alone."""
    return lambda at: loss(at, y)


@task("cross_entropy_backward", points=3)
def test_gradient_far_out(student, reference, rng):
    """A wrong answer far out still has its full gradient, a right one has none."""
    over = [(z, labels(rng, *z.shape)) for z in far_out(rng)]
    assert_matches(student.cross_entropy_backward, reference.cross_entropy_backward, over)


@task("cross_entropy_backward", points=2)
def test_gradient_leaves_its_arguments_alone(student, rng):
    """Logits and labels stay as they were."""
    z, y = rng.normal(size=(5, 3)), labels(rng, 5, 3)
    gradient = assert_pure(student.cross_entropy_backward, z, y)
    assert_close(gradient.sum(axis=1), np.zeros(5), name="sums of the rows")
    require(bool(np.all(gradient[np.arange(5), y] < 0)), "the gradient at a true class is not negative")


def eight_rows():
    """Return X (8, 4) and y (8,) of the lecture."""
    X = np.array(
        [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5], [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]]
    )
    return X.astype(float), np.array([2, 2, 2, 1, 1, 1, 0, 0])


@task("SoftmaxRegression", points=4)
def test_costs_of_a_calm_run(student):
    """At learning rate .1 the costs fall from log 3 over .704199 (step 100) to .248214 (step 999); 8 of 8 are right."""
    model = student.SoftmaxRegression()
    costs = model.fit(*eight_rows(), k=3, lr=0.1, epochs=1000)
    assert_close(len(costs), 1000, name="number of costs")
    # Single and double precision agree to 1e-6 on this run.
    want = [
        1.098612,
        0.704199,
        0.622999,
        0.565717,
        0.515291,
        0.467662,
        0.421278,
        0.375402,
        0.329766,
        0.285072,
        0.248214,
    ]
    assert_close([*costs[::100], costs[999]], want, rtol=0, atol=3e-6, name="costs")
    X, y = eight_rows()
    assert_close(model.predict(X), y, name="classes")


@task("SoftmaxRegression", points=4)
def test_fit_matches(student, reference, rng):
    """From given starts, costs, weights and biases are right."""
    X, y = rng.normal(size=(11, 3)), labels(rng, 11, 5)
    W0, b0 = rng.normal(size=(3, 5)), rng.normal(size=5)
    both = {"W0": W0, "b0": b0}
    for start, epochs in [(both, 13), ({"W0": W0}, 13), ({"b0": b0}, 13), ({}, 13), (both, 0)]:
        expected, model = reference.SoftmaxRegression(), student.SoftmaxRegression()
        costs = expected.fit(X, y, k=5, lr=0.5, epochs=epochs, **start)
        copies = {name: each.copy() for name, each in start.items()}
        assert_close(model.fit(X.copy(), y.copy(), k=5, lr=0.5, epochs=epochs, **copies), costs, name="costs")
        assert_close(model.W, expected.W, name="W")
        assert_close(model.b, expected.b, name="b")


@task("SoftmaxRegression", points=1)
def test_every_epoch_is_a_step(student, reference):
    """Every epoch takes its step, also where the cost rises, hardly changes, or is nearly zero."""
    X, y = np.array([[1.0], [-1.0], [2.0]]), np.array([0, 0, 1])
    far = 40.0 * np.array([[-1.0, 0.0], [1.0, -1.0], [0.0, 1.0]]), np.array([0, 1, 2])  # solved by the first step
    for lr, k, rows, answers in ((30.0, 2, X, y), (1e-12, 2, X, y), (0.5, 3, *far)):
        expected, model = reference.SoftmaxRegression(), student.SoftmaxRegression()
        costs = expected.fit(rows, answers, k=k, lr=lr, epochs=6)
        # Single precision knows a cost of 3e-5 to within 1e-7.
        got = model.fit(rows.copy(), answers.copy(), k=k, lr=lr, epochs=6)
        assert_close(got, costs, rtol=1e-5, atol=1e-6, name="costs")
        assert_close((model.W, model.b), (expected.W, expected.b), rtol=1e-5, atol=1e-6, name="W and b")


@task("SoftmaxRegression", points=2)
def test_wild_run_ends_well(student, rng):
    """At learning rate 1 the cost jumps about, yet from any start all eight rows end in their class, below .01."""
    W0, b0 = rng.normal(size=(4, 3)), rng.normal(size=3)
    model = student.SoftmaxRegression()
    costs = model.fit(*eight_rows(), k=3, lr=1.0, epochs=1000, W0=W0, b0=b0)
    # 400 random starts, in single and in double precision, all ended below .00295 with 8 of 8.
    require(abs(costs[999]) < 0.01, "the last cost is not below .01")
    X, y = eight_rows()
    assert_close(model.predict(X), y, name="classes")


@task("SoftmaxRegression", points=2)
def test_classes_of_new_rows(student, reference, rng):
    """Rows that fit has not seen are put where their score is largest, several at once or one."""
    X, y, new = rng.normal(size=(11, 2)), labels(rng, 11, 5), rng.normal(size=(40, 2))
    W0, b0 = rng.normal(size=(2, 5)), rng.normal(size=5)
    expected, model = reference.SoftmaxRegression(), student.SoftmaxRegression()
    expected.fit(X, y, k=5, lr=0.5, epochs=7, W0=W0, b0=b0)
    best = np.sort(new @ expected.W + expected.b, axis=1)
    new = new[best[:, -1] - best[:, -2] > 1e-3]  # no row whose class is a matter of rounding
    model.fit(X.copy(), y.copy(), k=5, lr=0.5, epochs=7, W0=W0.copy(), b0=b0.copy())
    for rows in (new, new[:1]):
        assert_close(model.predict(rows.copy()), expected.predict(rows))


@task("SoftmaxRegression", points=2)
def test_fit_starts_anew_and_changes_nothing(student, reference, rng):
    """Every fit starts anew, from zeros or a given start, in each of two models; data and starts stay as they were."""
    X, y = rng.normal(size=(7, 3)), labels(rng, 7, 3)  # nobody is in the last of the four classes
    W0, b0 = rng.normal(size=(3, 4)), rng.normal(size=4)
    model, other = student.SoftmaxRegression(), student.SoftmaxRegression()
    runs = [(model, X, 0.5, ()), (other, X[:, :2], 0.5, ()), (model, -X, 0.3, (None, b0)), (model, X, 0.0, ())]
    for each, rows, lr, start in runs:
        ours = reference.SoftmaxRegression()
        costs = ours.fit(rows, y, 4, lr, 5, *start)
        assert_close(each.fit(rows.copy(), y.copy(), 4, lr, 5, *start), costs, name="costs")
        assert_close((each.W, each.b), (ours.W, ours.b), name="W and b")
        if each is other:
            kept = ours.W, ours.b
    assert_close((other.W, other.b), kept, name="W and b of the other model")
    first = assert_pure(model.fit, X, y, 4, 0.5, 5, W0, b0)
    assert_close(len(first), 5, name="number of costs")
    require(first[4] < first[0], "five steps did not lower the cost")
    assert_close(assert_pure(model.fit, X, y, 4, 0.5, 5, W0, b0), first, name="costs of the second fit")
    assert_close(assert_pure(model.predict, X).shape, (7,), name="shape of the classes")
