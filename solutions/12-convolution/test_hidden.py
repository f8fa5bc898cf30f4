"""Hidden cases of 12-convolution: fresh numbers, shapes whose axes all differ, borders, strides and side effects."""

import numpy as np
import pytest

from autograder import assert_close, assert_matches, assert_pure, require, task

BACKSLASH = np.array([[1.0, -1.0], [-1.0, 1.0]])
SLASH = np.array([[-1.0, 1.0], [1.0, -1.0]])
PATTERNS = [BACKSLASH, SLASH]

X = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
TEMPLATES = {
    "\\": np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]),
    "/": np.array([[-1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]),
    "X": X,
    "O": -X,
}
# By their pixels these are nearest to X; by their features they are a \ and a /.
NOT_AN_X = (
    np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]),
    np.array([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0], [1.0, 1.0, 1.0]]),
)


def as_floats(signs):
    """Whole numbers +1 and -1 are as good as 1.0 and -1.0."""
    is_whole = isinstance(signs, np.ndarray) and signs.dtype.kind == "i"
    return signs.astype(np.float64) if is_whole else signs


def ink(rng, *shape):
    """A random image of +1 and -1."""
    return rng.choice([-1.0, 1.0], size=shape)


def layer(rng, shape, kernels, *, bias=False):
    """Random x (N, C, H, W), w (O, C, kh, kw) and b."""
    x, w = rng.normal(size=shape), rng.normal(size=(kernels[0], shape[1], *kernels[1:]))
    return x, w, rng.normal(size=kernels[0]) if bias else None


def places(n, k, stride=1, padding=0):
    """Count, one by one, the starting points from which a kernel fits."""
    return len(range(0, n + 2 * padding - k + 1, stride))


def clear_winner(image, reference):
    """Whether the features of one template are more like those of ``image`` than all others are."""
    seen = reference.features(image, PATTERNS)
    scores = sorted(float(seen @ reference.features(clean, PATTERNS)) for clean in TEMPLATES.values())
    return scores[-1] > scores[-2]


@task("match_score", points=2)
def test_score_of_random_patches(student, reference, rng):
    """The score is the sum of the products, for patches of any shape."""
    shapes = [(2, 2), (3, 5), (1, 7), (5, 3), (4, 1)]
    assert_matches(
        student.match_score,
        reference.match_score,
        [(rng.normal(size=shape), rng.normal(size=shape)) for shape in shapes],
    )


@task("feature_map", points=4, hint="The map has one row for every row where the pattern fits, and likewise columns.")
def test_map_of_random_images(student, reference, rng):
    """The map of any image and pattern has the right shape and scores."""
    shapes = [((5, 7), (2, 3)), ((7, 5), (3, 2)), ((3, 3), (3, 3)), ((4, 11), (1, 5)), ((6, 6), (2, 2))]
    assert_matches(
        student.feature_map,
        reference.feature_map,
        [(rng.normal(size=image), rng.normal(size=pattern)) for image, pattern in shapes],
    )


@task("feature_map", points=2)
def test_map_finds_the_place_of_the_pattern(student, rng):
    """A pattern drawn on empty paper scores highest where it was drawn."""
    pattern = rng.uniform(0.5, 1.5, size=(2, 3))
    row, column = int(rng.integers(0, 5)), int(rng.integers(0, 9))
    image = np.zeros((6, 11))
    image[row : row + 2, column : column + 3] = pattern
    got = student.feature_map(image, pattern)
    require(got.shape == (5, 9), "The map does not have one entry for every place of the pattern.")
    assert_close(got[row, column], (pattern**2).sum())
    require(np.unravel_index(np.argmax(got), got.shape) == (row, column), "The highest score is at another place.")


@task("features", points=3, hint="One pattern after the other, and each map row by row.")
def test_features_stand_in_the_order_of_the_patterns(student, reference, rng):
    """Features of wide images and of patterns of several shapes keep their order."""
    image = ink(rng, 5, 3)
    over = [
        (ink(rng, 3, 3), PATTERNS),
        (image, [ink(rng, 2, 2), image[1:2].copy()]),  # a perfect match of three pixels scores 3, which is not 4
        (ink(rng, 3, 7), PATTERNS[::-1]),
        (ink(rng, 5, 3), [ink(rng, 2, 2), ink(rng, 1, 3), ink(rng, 2, 2)]),
        (ink(rng, 5, 7), [BACKSLASH]),
        (ink(rng, 7, 5), [SLASH, BACKSLASH, np.ones((2, 2))]),
        (ink(rng, 4, 5), [ink(rng, 2, 2) for _ in range(7)]),
    ]
    wanted = [reference.features(*arguments) for arguments in over]
    for got, want in zip(student.features.each(over), wanted, strict=True):
        assert_close(as_floats(got), want)


@task("features", points=3, hint="Compare each score with the threshold you are given; only an equal score counts.")
def test_only_a_score_equal_to_the_threshold_counts(student, reference, rng):
    """A higher score than the threshold is no match, and neither is a lower one."""
    image = np.concatenate([X, ink(rng, 4, 3)])  # holds scores of 4 and of -4 for certain
    over = [(image, PATTERNS, threshold) for threshold in (4, 2, 0, -2, -4)]
    wanted = [reference.features(*arguments) for arguments in over]
    for got, want in zip(student.features.each(over), wanted, strict=True):
        assert_close(as_floats(got), want)


@task("classify", points=3, hint="Compare features, not pixels: first features(...), then the dot products.")
def test_noisy_images_go_to_the_likeliest_class(student, reference, rng):
    """A smudged image is given the name of the template with the most similar features."""
    images = list(NOT_AN_X)
    while len(images) < 12:
        image = ink(rng, 3, 3)
        if clear_winner(image, reference):  # a tie may go either way
            images.append(image)
    over = [(image, TEMPLATES, PATTERNS) for image in images]
    assert_close(list(student.classify.each(over)), [reference.classify(*arguments) for arguments in over])


@task("classify", points=3, hint="Return a key of the templates you are given; their names and order may be any.")
def test_templates_of_other_names_and_order(student, rng):
    """Templates may have other names, stand in another order and be fewer, and all their scores may be negative."""
    names = {"\\": "falling", "/": "rising", "X": "cross", "O": "ring"}
    order = [str(name) for name in rng.permutation(list(names))]
    templates = {names[name]: TEMPLATES[name] for name in order}
    over = [(TEMPLATES[name], templates, PATTERNS) for name in order]
    wanted = [names[name] for name in order]
    # A clean O has the score -4 with \ and with /, and -8 with X: the least unlike has the name.
    for few in (("\\", "X"), ("X", "\\"), ("/", "X"), ("X", "/")):
        over.append((TEMPLATES["O"], {names[name]: TEMPLATES[name] for name in few}, PATTERNS))
        wanted.append(names[next(name for name in few if name != "X")])
    assert_close(list(student.classify.each(over)), wanted)


@task("conv_output_size", points=6, hint="Divide, round down, and only then add 1. Padding counts at both ends.")
def test_size_is_the_number_of_places(student, rng):
    """The size counts the starting points 0, s, 2s, … from which the kernel still fits."""
    over = []
    while len(over) < 40:
        n, k, stride, padding = (int(rng.integers(low, high)) for low, high in ((1, 60), (1, 12), (1, 6), (0, 5)))
        if k <= n + 2 * padding:
            over.append((n, k, stride, padding))
    over += [(64, 7, 2, 0), (5, 5, 3, 0), (2, 4, 2, 1), (29, 3), (30, 3, 2)]
    for got, arguments in zip(student.conv_output_size.each(over), over, strict=True):
        assert_close(got, places(*arguments))


@task("conv_output_size", points=4, hint="Compare k with the padded length, and raise ValueError where k is longer.")
def test_kernel_that_does_not_fit(student, rng):
    """A kernel longer than the padded input raises ValueError; one exactly as long gives 1."""
    n, padding = int(rng.integers(3, 9)), int(rng.integers(1, 4))
    assert_close(student.conv_output_size(n, n + 2 * padding, 3, padding), 1)
    assert_close(student.conv_output_size(n, 2, 1, padding), n + 2 * padding - 1)
    for excess in (1, 2, 7):
        with pytest.raises(ValueError):
            student.conv_output_size(n, n + excess)
        with pytest.raises(ValueError):
            student.conv_output_size(n, n + 2 * padding + excess, 3, padding)


@task("conv2d", points=8, hint="Every output sums over all channels, rows and columns of its window.")
def test_convolution_of_random_batches(student, reference, rng):
    """Batches, channels and kernels of any shape, without stride or padding."""
    shapes = [
        ((2, 3, 7, 11), (5, 3, 2)),
        ((3, 2, 11, 7), (1, 2, 5)),
        ((1, 5, 6, 7), (2, 1, 1)),
        ((5, 1, 5, 8), (7, 5, 3)),
        ((2, 7, 3, 5), (3, 3, 5)),
        ((3, 3, 5, 5), (3, 3, 3)),  # square everywhere: here a transposed axis keeps its shape
    ]
    assert_matches(student.conv2d, reference.conv2d, [layer(rng, *shape)[:2] for shape in shapes])


@task("conv2d", points=3, hint="This is cross-correlation: the kernel lies on the image as it is, not flipped.")
def test_kernel_is_not_flipped(student, rng):
    """One bright pixel prints the kernel backwards, as a kernel that is not flipped must."""
    kernel = rng.normal(size=(1, 1, 3, 3))
    impulse = np.zeros((1, 1, 5, 5))
    impulse[0, 0, 2, 2] = 1.0
    want = kernel[:, :, ::-1, ::-1].copy()
    assert_close(student.conv2d(impulse, kernel), want)


@task("conv2d", points=5, hint="With stride s the windows start at 0, s, 2s, …; a window that sticks out is left out.")
def test_convolution_with_a_stride(student, reference, rng):
    """Strides that divide the image and strides that do not."""
    over = [
        (*layer(rng, (2, 3, 12, 7), (5, 3, 2)), 2),
        (*layer(rng, (3, 1, 8, 11), (2, 2, 3)), 3),
        (*layer(rng, (1, 2, 7, 10), (3, 3, 4)), 2),
        (*layer(rng, (2, 2, 13, 6), (1, 1, 2)), 4),
        (*layer(rng, (2, 3, 9, 11), (2, 5, 3)), 5),
    ]
    assert_matches(student.conv2d, reference.conv2d, over)


@task("conv2d", points=5, hint="Zeros on all four sides: an output near the border sees a part of the image and zeros.")
def test_convolution_with_padding(student, reference, rng):
    """Padding of 1 and more, with and without a stride."""
    over = [
        (*layer(rng, (2, 3, 5, 7), (5, 3, 2)), 1, 1),
        (*layer(rng, (1, 2, 7, 4), (3, 2, 3)), 1, 2),
        (*layer(rng, (3, 1, 8, 5), (2, 3, 3)), 2, 1),
        (*layer(rng, (2, 2, 4, 9), (3, 5, 4)), 3, 2),
        (*layer(rng, (1, 3, 2, 3), (2, 5, 3)), 1, 3),
    ]
    assert_matches(student.conv2d, reference.conv2d, over)


@task("conv2d", points=3, hint="b[o] is added to every entry of output channel o, and to no other.")
def test_bias_belongs_to_the_output_channel(student, reference, rng):
    """Every output channel has a bias of its own, and None means no bias."""
    over = [
        (*layer(rng, (2, 3, 6, 7), (5, 3, 2), bias=True),),
        (*layer(rng, (1, 2, 5, 9), (3, 2, 4), bias=True), 2, 1),
        (*layer(rng, (3, 1, 4, 5), (2, 2, 2), bias=True), 1, 1),
        (*layer(rng, (2, 2, 4, 5), (1, 2, 3), bias=True),),
        (*layer(rng, (2, 3, 4, 5), (2, 1, 1), bias=True),),
        (*layer(rng, (4, 4, 6, 6), (4, 3, 3), bias=True),),  # N = O = H' = W': a bias on a wrong axis keeps its shape
        (*layer(rng, (2, 5, 4, 7), (3, 2, 3)),),
    ]
    assert_matches(student.conv2d, reference.conv2d, over)


@task("conv2d", points=3)
def test_convolution_is_linear_and_moves_with_the_image(student, rng):
    """Twice the image gives twice the answer, and a moved image gives the moved answer."""
    first, w, _ = layer(rng, (2, 3, 9, 11), (5, 3, 2))
    second, factor = rng.normal(size=first.shape), float(rng.uniform(2, 3))
    moved = np.zeros_like(first)
    moved[:, :, 2:, 3:] = first[:, :, :-2, :-3]
    corner = np.einsum("ncij,ocij->no", first[:, :, :3, :2], w)  # many functions are linear and treat all places alike
    a, b, both, after = student.conv2d.each([(first, w), (second, w), (first + factor * second, w), (moved, w)])
    require(a.shape == (2, 5, 7, 10), "The result does not have one entry for every kernel and every place.")
    assert_close(a[:, :, 0, 0], corner, name="first entry of each map")
    assert_close(both, a + factor * b, hint="The answer must be a sum of products: linear in x, without b.")
    assert_close(after[:, :, 2:, 3:], a[:, :, :-2, :-3], hint="Every place must be treated alike, wherever it lies.")


@task("conv2d", points=2, hint="Work on a copy: np.pad returns a new array, x += … does not.")
def test_convolution_leaves_its_arguments_alone(student, reference, rng):
    """Neither x nor w nor b is changed, and the result is a new array."""
    x, w, b = layer(rng, (2, 3, 5, 7), (5, 3, 2), bias=True)
    for stride, padding in ((1, 0), (2, 1)):
        want = reference.conv2d(x, w, b, stride, padding)
        assert_close(assert_pure(student.conv2d, x, w, b, stride, padding), want)


@task("max_pool2d", points=3, hint="Windows start at 0, s, 2s, … and may overlap; s is k only by default.")
def test_largest_entries_of_random_batches(student, reference, rng):
    """Any window and stride, overlapping or apart, on sizes that do not divide, and entries of any size."""
    over = [
        (1e5 * rng.normal(size=(1, 2, 4, 5)), 2),
        (rng.normal(size=(2, 3, 7, 11)), 2),
        (rng.normal(size=(3, 2, 7, 6)), 3, 2),
        (rng.normal(size=(1, 5, 8, 11)), 2, 3),
        (rng.normal(size=(2, 1, 5, 9)), 4, 1),
        (rng.normal(size=(3, 3, 6, 6)), 3),
    ]
    assert_matches(student.max_pool2d, reference.max_pool2d, over)


@task("max_pool2d", points=3, hint="The largest of -3 and -5 is -3: nothing but the window itself may take part.")
def test_largest_entry_may_be_negative(student, reference, rng):
    """Windows of negative entries, with the input left alone."""
    x = -rng.uniform(1.0, 9.0, size=(2, 3, 7, 5))
    assert_close(assert_pure(student.max_pool2d, x, 2), reference.max_pool2d(x, 2))
    assert_close(assert_pure(student.max_pool2d, x, 3, 2), reference.max_pool2d(x, 3, 2))
    assert_close(assert_pure(student.max_pool2d, x, 1), x, name="windows of one entry:")


@task("max_pool2d", points=5, hint="The mean of the k x k entries of each window, one channel at a time.")
def test_means_of_random_batches(student, reference, rng):
    """Average pooling with any window and stride and entries of any size, with the input left alone."""
    over = [
        (1e5 * rng.normal(size=(1, 2, 4, 5)), 2),
        (rng.normal(size=(2, 3, 7, 11)), 2),
        (rng.normal(size=(3, 2, 7, 6)), 3, 2),
        (rng.normal(size=(1, 5, 8, 11)), 2, 3),
        (rng.normal(size=(2, 1, 5, 9)), 4, 1),
        (rng.normal(size=(3, 3, 6, 6)), 3),
    ]
    assert_matches(student.avg_pool2d, reference.avg_pool2d, over)
    assert_pure(student.avg_pool2d, over[0][0], 2)
