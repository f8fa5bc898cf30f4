"""Visible cases of 12-convolution: the numbers that the lecture prints, and a few you can check by hand."""

import numpy as np
import pytest

from autograder import assert_close, task

BACKSLASH = np.array([[1.0, -1.0], [-1.0, 1.0]])
SLASH = np.array([[-1.0, 1.0], [1.0, -1.0]])
PATTERNS = [BACKSLASH, SLASH]

X = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
IMAGES = {
    "\\": np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]),
    "/": np.array([[-1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]),
    "X": X,
    "O": -X,
}
# Where each image shows \ (first four places) and / (last four).
FEATURES = {
    "\\": np.array([1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0, -1.0]),
    "/": np.array([-1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0, -1.0]),
    "X": np.array([1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0]),
    "O": np.array([-1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0]),
}

A = np.array([[1, 2, 3, 0, 1], [0, 1, 5, 1, 0], [1, 0, 2, 2, 1], [1, 1, 2, 0, 0], [1, 0, 1, 1, 1]], dtype=np.float64)
K = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=np.float64)
A2 = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]], dtype=np.float64)
K2 = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]], dtype=np.float64)


def as_floats(signs):
    """Whole numbers +1 and -1 are as good as 1.0 and -1.0."""
    is_whole = isinstance(signs, np.ndarray) and signs.dtype.kind == "i"
    return signs.astype(np.float64) if is_whole else signs


@task("match_score", points=2)
def test_score_of_a_perfect_and_of_an_opposite_patch(student):
    r"""The pattern \ scores 4 on itself, -4 on /, and 2 or -2 on noisy patches."""
    assert_close(student.match_score(BACKSLASH, BACKSLASH), 4.0)
    assert_close(student.match_score(SLASH, BACKSLASH), -4.0)
    assert_close(student.match_score(np.array([[1.0, 1.0], [-1.0, 1.0]]), BACKSLASH), 2.0)
    assert_close(student.match_score(np.array([[-1.0, -1.0], [1.0, -1.0]]), BACKSLASH), -2.0)


@task("match_score", points=1)
def test_score_of_the_window_in_the_lecture(student):
    """The lecture's 3x3 window of grey values scores 19.9."""
    window = np.array([[0.0, 0.0, 0.0], [0.0, 0.3, 0.5], [0.0, 0.8, 1.0]])
    weights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    assert_close(student.match_score(window, weights), 19.9)


@task("feature_map", points=4)
def test_feature_maps_of_the_x(student):
    r"""The X shows \ on one diagonal of its map and / on the other; two rows of three columns have a map of one row."""
    assert_close(student.feature_map(X, BACKSLASH), np.array([[4.0, -4.0], [-4.0, 4.0]]))
    assert_close(student.feature_map(X, SLASH), np.array([[-4.0, 4.0], [4.0, -4.0]]))
    flat = np.array([[1.0, -1.0, -1.0], [1.0, 1.0, -1.0]])
    assert_close(student.feature_map(flat, BACKSLASH), np.array([[2.0, -2.0]]))


@task("features", points=3, hint=r"Look at the scores of the / image: 4, 2, -2 and -4. Which of them is a match?")
def test_features_of_the_four_images(student):
    r"""The features of \, /, X and O are those of the lecture; the X scores X 8, O -8, / 4 and \ 4."""
    calls = student.features.each([(image, PATTERNS) for image in IMAGES.values()])
    found = {}
    for name, wanted in FEATURES.items():
        found[name] = as_floats(next(calls))
        assert_close(found[name], wanted)
    scores = {name: float(found["X"] @ seen) for name, seen in found.items()}
    assert_close(scores, {"\\": 4.0, "/": 4.0, "X": 8.0, "O": -8.0})


@task("features", points=1)
def test_features_at_another_threshold(student):
    """With a threshold of -4 the X has +1 where its scores are -4, and -1 where they are 4."""
    found = student.features(X, PATTERNS, -4)
    assert_close(as_floats(found), np.array([-1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0]))


@task("classify", points=3)
def test_every_clean_image_is_recognised(student):
    r"""\, /, X and O are each called by their own name."""
    got = list(student.classify.each([(image, IMAGES, PATTERNS) for image in IMAGES.values()]))
    assert_close(got, list(IMAGES))


@task("classify", points=1)
def test_two_templates_of_other_names(student):
    """An O looks less unlike a falling stroke (-4) than a cross (-8), and a cross is a cross, in any order."""
    cross, falling = IMAGES["X"], IMAGES["\\"]
    templates = [{"cross": cross, "falling": falling}, {"falling": falling, "cross": cross}]
    over = [(image, each, PATTERNS) for each in templates for image in (IMAGES["O"], cross)]
    assert_close(list(student.classify.each(over)), ["falling", "cross"] * 2)


@task("conv_output_size", points=4)
def test_sizes_printed_in_the_lecture(student):
    """227, 64, 32 and 28 give 55, 29, 28 and 24, and pooling 24 by 2 gives 12."""
    assert_close(student.conv_output_size(227, 11, 4, 0), 55)
    assert_close(student.conv_output_size(64, 7, 2, 0), 29, hint="57 / 2 is 28.5: round down first, then add 1.")
    assert_close(student.conv_output_size(32, 5), 28)
    assert_close(student.conv_output_size(64, 5), 60)
    assert_close(student.conv_output_size(28, 5), 24)
    assert_close(student.conv_output_size(24, 2, stride=2), 12)


@task("conv_output_size", points=1)
def test_a_kernel_that_is_too_long(student):
    """A kernel of 6 fits once into 4 with a zero at each end, and one of 7 is a ValueError."""
    assert_close(student.conv_output_size(4, 6, 1, 1), 1)
    with pytest.raises(ValueError):
        student.conv_output_size(4, 7, 1, 1)


@task("conv2d", points=1)
@pytest.mark.parametrize(
    ("image", "kernel", "wanted"),
    [
        pytest.param(A, K, [[8, 9, 8], [8, 5, 9], [6, 5, 5]], id="first"),
        pytest.param(A2, K2, [[12, 12, 17], [10, 17, 19], [9, 6, 14]], id="second"),
    ],
)
def test_convolution_printed_in_the_lecture(student, image, kernel, wanted):
    """A 5x5 image and a 3x3 kernel give the 3x3 result of the lecture."""
    got = student.conv2d(image[None, None], kernel[None, None])
    assert_close(got, np.array(wanted, dtype=np.float64)[None, None])


@task("conv2d", points=2)
def test_padding_adds_zeros_on_all_sides(student):
    """Ones under a 3x3 kernel of ones: 9 in the middle, 6 at an edge, 4 in a corner."""
    got = student.conv2d(np.ones((1, 1, 3, 4)), np.ones((1, 1, 3, 3)), padding=1)
    assert_close(got, np.array([[[[4.0, 6.0, 6.0, 4.0], [6.0, 9.0, 9.0, 6.0], [4.0, 6.0, 6.0, 4.0]]]]))


@task("conv2d", points=2, hint="The image is black, so only the bias is left: b[o] at every place of output channel o.")
def test_shape_of_a_layer(student):
    """Five 5x5 kernels turn (2, 3, 32, 64) into (2, 5, 28, 60)."""
    got = student.conv2d(np.zeros((2, 3, 32, 64)), np.ones((5, 3, 5, 5)), np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    wanted = np.zeros((2, 5, 28, 60)) + np.arange(5.0)[:, None, None]  # a black image leaves the bias alone
    assert_close(got, wanted)


@task("conv2d", points=1)
def test_two_channels_and_a_stride(student):
    """1 2 3 4 and 10 20 30 40 in two channels, windows of two at a stride of two: 33 and 77."""
    x = np.array([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]]).reshape(1, 2, 1, 4)
    assert_close(student.conv2d(x, np.ones((1, 2, 1, 2)), None, 2), np.array([[[[33.0, 77.0]]]]))


@task("max_pool2d", points=1)
def test_largest_entry_of_every_window(student):
    """2x2 max pooling keeps one entry of four, and 24x24 becomes 12x12."""
    x = np.array([[1.0, 3.0, 2.0, 0.0], [5.0, 4.0, 1.0, 7.0], [-1.0, -3.0, 8.0, 6.0], [-2.0, -9.0, 6.0, 9.0]])
    assert_close(student.max_pool2d(x[None, None], 2), np.array([[[[5.0, 7.0], [-1.0, 9.0]]]]))
    assert_close(student.max_pool2d(np.ones((1, 5, 24, 24)), 2), np.ones((1, 5, 12, 12)))


@task("max_pool2d", points=2)
def test_mean_of_every_window(student):
    """2x2 average pooling takes the mean of four, and the window moves by the stride."""
    x = np.array([[1.0, 3.0, 2.0, 0.0], [5.0, 4.0, 1.0, 7.0], [-1.0, -3.0, 8.0, 6.0], [-2.0, -9.0, 6.0, 9.0]])
    assert_close(student.avg_pool2d(x[None, None], 2), np.array([[[[3.25, 2.5], [-3.75, 7.25]]]]))
    assert_close(student.avg_pool2d(x[None, None, :2], 2, 1), np.array([[[[3.25, 2.5, 2.5]]]]))


@task("max_pool2d", points=1)
def test_each_channel_by_itself(student):
    """Of 1 2 3 4 and 5 6 7 8 in two channels the largest are 4 and 8, and the means 2.5 and 6.5."""
    x = np.arange(1.0, 9.0).reshape(1, 2, 2, 2)
    assert_close(student.max_pool2d(x, 2), np.array([4.0, 8.0]).reshape(1, 2, 1, 1))
    assert_close(student.avg_pool2d(x, 2), np.array([2.5, 6.5]).reshape(1, 2, 1, 1))
