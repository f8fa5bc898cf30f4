"""Visible cases of 06-softmax: the numbers of the lectures, and small sums that a pencil can check."""

import numpy as np

from autograder import assert_close, assert_pure, require, task


def eight_rows():
    """Return X (8, 4) and y (8,) of the lecture, fresh for every case."""
    X = np.array(
        [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5], [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]]
    )
    return X.astype(float), np.array([2, 2, 2, 1, 1, 1, 0, 0])


def printed_logits():
    """Return the logits (8, 3) that the lecture prints for the eight rows after its training."""
    return np.array(
        [
            [-33.7473, 2.1603, 34.0113],
            [-19.8732, 6.8174, 14.5250],
            [-62.3554, 29.1691, 37.2332],
            [-50.4478, 32.5872, 22.0757],
            [2.4817, 7.1825, -0.5795],
            [1.8612, 21.5579, -18.9747],
            [15.9636, 11.2257, -18.9673],
            [25.5124, 12.7910, -28.6972],
        ]
    )


def two_rows():
    """Return logits whose exponentials are [1, 2, 5] and [2, 1, 1], so their softmax can be done in the head."""
    return np.log(np.array([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]]))


@task("one_hot", points=2)
def test_one_hot_by_hand(student):
    """The labels 2, 0, 1, 2 of four classes; nobody is in the last one, and it has its column."""
    want = np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    assert_close(student.one_hot(np.array([2, 0, 1, 2]), 4), want)


@task("softmax", points=3)
def test_softmax_by_hand(student):
    """Exponentials 1, 2, 5 have the shares 1/8, 2/8, 5/8; the row below has its own sum."""
    assert_close(student.softmax(two_rows()), np.array([[0.125, 0.25, 0.625], [0.5, 0.25, 0.25]]))


@task("softmax", points=4)
def test_softmax_of_the_lecture(student):
    """The lecture's eight rows of logits give the probabilities that it prints."""
    want = np.array(
        [
            [3.7395e-30, 1.4699e-14, 1.0],
            [1.1505e-15, 4.4923e-04, 0.99955],
            [5.6052e-44, 3.1454e-04, 0.99969],
            [8.6765e-37, 0.99997, 2.7220e-05],
            [9.0027e-03, 0.99058, 4.2158e-04],
            [2.7913e-09, 1.0, 2.4940e-18],
            [0.99132, 8.6812e-03, 6.6979e-16],
            [1.0, 2.9863e-06, 2.8644e-24],
        ]
    )
    got = student.softmax(printed_logits())
    assert_close(np.shape(got), (8, 3), name="shape of the probabilities")
    # The logits are printed with four decimals, which leaves 1e-4 of each probability open; atol=0, because the
    # small ones are right as well. The one of 5.6e-44 is too small for single precision and is left out.
    certain = want > 1e-40
    assert_close(got[certain], want[certain], rtol=2e-3, atol=0)
    assert_close(got.sum(axis=1), np.ones(8), name="sums of the rows")


@task("softmax", points=1)
def test_softmax_of_large_scores(student):
    """Scores 0 and log 3 have the shares 1/4 and 3/4, and below them 20,000 and 20,000 have halves: no nan."""
    z = np.array([[0.0, np.log(3.0)], [20000.0, 20000.0], [-20000.0, 20000.0]])
    assert_close(student.softmax(z), np.array([[0.25, 0.75], [0.5, 0.5], [0.0, 1.0]]))


@task("entropy_bits", points=2)
def test_entropy_by_hand(student):
    """A fair coin holds 1 bit, a coin with two heads none; 1/2, 1/4, 1/8, 1/8 hold 1.75 bits."""
    fair, certain, skew = (np.array(p) for p in ([0.5, 0.5], [1.0, 0.0], [0.5, 0.25, 0.125, 0.125]))
    assert_close(list(student.entropy_bits.each([(fair,), (certain,), (skew,)])), [1.0, 0.0, 1.75])


@task("cross_entropy_bits", points=4)
def test_cross_entropy_bits_by_hand(student):
    """Believing in four equal chances costs 2 bits; a quarter for what is certain to happen costs 2 bits as well."""
    skew, even, sure = np.array([0.5, 0.25, 0.125, 0.125]), np.full(4, 0.25), np.array([0.0, 1.0, 0.0, 0.0])
    got = list(student.cross_entropy_bits.each([(skew, even), (even, skew), (sure, skew)]))
    assert_close(got, [2.0, 2.25, 2.0])


@task("cross_entropy", points=3)
def test_loss_by_hand(student):
    """True classes with the probabilities 5/8 and 1/4 cost (log 8/5 + log 4) / 2."""
    assert_close(student.cross_entropy(two_rows(), np.array([2, 1])), (np.log(8 / 5) + np.log(4.0)) / 2)


@task("cross_entropy", points=2)
def test_loss_of_the_lecture(student):
    """The lecture's printed logits cost .00237269 on its eight rows; equal logits cost log 3."""
    _, y = eight_rows()
    trained, ignorant = student.cross_entropy.each([(printed_logits(), y), (np.zeros((8, 3)), y)])
    # The default tolerance for a float32 answer would be as large as 1e-5; the digits themselves are wanted.
    assert_close(trained, 0.0023726928, rtol=1e-4, atol=0)
    assert_close(ignorant, np.log(3.0))


@task("cross_entropy", points=1)
def test_loss_of_large_scores(student):
    """A true class that lies 2000 below the largest score costs 2000, one that lies 2000 above the others costs 0."""
    z = np.array([[0.0, 2000.0], [2000.0, 0.0]])
    above, below = student.cross_entropy.each([(z, np.array([1, 0])), (z.copy(), np.array([0, 1]))])
    assert_close([above, below], [0.0, 2000.0])


@task("cross_entropy_backward", points=5)
def test_gradient_by_hand(student):
    """Probabilities minus one-hot rows, divided by 2 rows: [1, 2, -3] / 16 and [2, -3, 1] / 8."""
    want = np.array([[1.0, 2.0, -3.0], [4.0, -6.0, 2.0]]) / 16
    assert_close(student.cross_entropy_backward(two_rows(), np.array([2, 1])), want)


@task("cross_entropy_backward", points=3)
def test_gradient_pulls_and_pushes(student):
    """In each row the true class is pulled up, the others are pushed down, and the two balance."""
    undecided = printed_logits()[[1, 4, 6]]  # in the other rows p is 1 in single precision, and nothing pulls any more
    gradient = student.cross_entropy_backward(undecided, np.array([2, 1, 0]))
    assert_close(gradient.sum(axis=1), np.zeros(3), name="sums of the rows")
    # The printed probabilities of the middle one, less 1 at its true class.
    assert_close(3 * gradient[1], np.array([0.0090027, -0.00942, 0.00042158]), rtol=2e-3, atol=0, name="second row")
    true = np.eye(3, dtype=bool)[[2, 1, 0]]
    require(bool(np.all(gradient[true] < 0)), "the gradient at a true class is not negative")
    require(bool(np.all(gradient[~true] > 0)), "the gradient at another class is not positive")


@task("SoftmaxRegression", points=3)
def test_one_step_by_hand(student):
    """From zeros one step at learning rate 1 goes half a unit apart; it starts at the cost log 2."""
    model = student.SoftmaxRegression()
    costs = model.fit(np.array([[1.0], [3.0]]), np.array([0, 1]), k=2, lr=1.0, epochs=1)
    assert_close(costs, [np.log(2.0)], name="costs")
    assert_close(model.W, np.array([[-0.5, 0.5]]), name="W")
    assert_close(model.b, np.array([0.0, 0.0]), name="b")


@task("SoftmaxRegression", points=4)
def test_eight_rows_of_the_lecture(student):
    """After the lecture's 1000 epochs at learning rate 1 all eight rows are in their class; it starts at log 3."""
    model = student.SoftmaxRegression()
    costs = model.fit(*eight_rows(), k=3, lr=1.0, epochs=1000)
    assert_close(len(costs), 1000, name="number of costs")
    assert_close(costs[0], np.log(3.0), name="first cost")
    # The costs between jump about, and differently in every precision; where they end is always the same.
    X, y = eight_rows()
    assert_close(model.predict(X), y, name="classes")


@task("SoftmaxRegression", points=2)
def test_fit_from_a_given_start(student):
    """From b = (log 3, 0) two rows have the shares 3/4, 1/4; a step at rate 2 for the classes 0, 1 moves b by 1/2."""
    model, start = student.SoftmaxRegression(), (np.array([[2.0, -2.0]]), np.array([np.log(3.0), 0.0]))
    costs = assert_pure(model.fit, np.zeros((2, 1)), np.array([0, 1]), 2, 2.0, 1, *start)
    assert_close(costs, [(np.log(4 / 3) + np.log(4.0)) / 2], name="costs")
    assert_close(model.W, np.array([[2.0, -2.0]]), name="W")
    assert_close(model.b, np.array([np.log(3.0) - 0.5, 0.5]), name="b")


@task("SoftmaxRegression", points=1)
def test_each_fit_starts_anew(student):
    """A second fit gives what the first one gave, and a model stays as it is while another one learns."""
    X, y = np.array([[1.0], [3.0]]), np.array([0, 1])
    model, other = student.SoftmaxRegression(), student.SoftmaxRegression()
    for _ in range(2):
        assert_close(model.fit(X, y, 2, 1.0, 1), [np.log(2.0)], name="costs")
    other.fit(X, 1 - y, 2, 1.0, 1)
    assert_close([model.W, other.W], [np.array([[-0.5, 0.5]]), np.array([[0.5, -0.5]])], name="W")
