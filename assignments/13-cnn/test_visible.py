"""Visible cases of 13-cnn: sizes, shapes, and models so simple that their answers are known beforehand."""

import math

import torch

from autograder import assert_close, build, digits28, inside, recipes, require, task

FC = (10, 7 * 7 * 64)
SHAPES = {(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), FC, (10,)}


def parameters(model):
    """The parameters of a CNN by their names, once it is certain that they have the documented shapes."""
    state = model.state_dict()
    shapes = sorted(tuple(value.shape) for value in state.values())
    hint = (
        "Two convolutions of 3x3 that keep the size, and one linear layer, each with a bias: is one missing, too many, "
        "or of another size?"
    )
    assert_close(len(shapes), 6, name="number of parameter tensors:", hint=hint)
    assert_close(shapes, sorted(SHAPES), name="shapes of the parameters, in order of size:", hint=hint)
    return state


def with_values(model, values):
    """Put the tensors of ``values``, found by their shapes, into a CNN, and zeros everywhere else."""
    state = parameters(model)
    model.load_state_dict(
        {name: values.get(tuple(value.shape), torch.zeros(value.shape)) for name, value in state.items()}
    )
    return model


def linear_layer(weight, bias):
    """Runs beside the student's code: a model of one linear layer, for images (N, 1, 28, 28)."""
    import torch

    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
    with torch.no_grad():
        model[1].weight.copy_(weight)
        model[1].bias.copy_(bias)
    return model


def linear_model(student, weight=None, bias=None):
    """One linear layer with weight (10, 784) and bias (10,), zeros by default, as a model to train or to measure.

    It needs no CNN, so that train and accuracy can be right before the CNN is.
    """
    weight = torch.zeros(10, 784) if weight is None else weight
    return inside(student, linear_layer).keep(weight, torch.zeros(10) if bias is None else torch.tensor(bias))


def one_grey_pixel():
    """One image, uint8 (1, 28, 28), with a pixel of 51, which is .2, and the label 0."""
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 14, 14] = 51
    return image, torch.tensor([0])


def shades(count):
    """Inputs for a CNN, float32 (count, 1, 28, 28): from black to white, no two pixels alike."""
    return torch.linspace(0, 1, count * 28 * 28).reshape(count, 1, 28, 28)


def some_images(count):
    """The first training images of digits28, uint8 (count, 28, 28), and their labels, int64 (count,)."""
    digits = digits28()
    return torch.from_numpy(digits.train_images[:count]), torch.from_numpy(digits.train_labels[:count])


def cost_of(model, images, labels):
    """The mean cross entropy of a CNN on raw images."""
    with torch.no_grad():
        return float(torch.nn.functional.cross_entropy(model(images[:, None].float() / 255), labels))


@task("CNN", points=4)
def test_number_of_parameters(student):
    """The model has 320 + 18,496 + 31,370 = 50,186 parameters, in six tensors."""
    assert_close(sum(math.prod(value.shape) for value in parameters(student.CNN()).values()), 50186)


@task("CNN", points=3)
def test_shape_of_the_logits(student):
    """Images (N, 1, 28, 28) become logits (N, 10), for one image and for five."""
    model = student.CNN()
    for count in (1, 5):
        logits = model(shades(count))
        assert_close(tuple(logits.shape), (count, 10))
        require(bool(torch.isfinite(logits).all()), "Some logits are not finite.")
    require(bool((logits[0] - logits[4]).abs().max() > 1e-6), "Two different images have the same logits.")


@task(
    "CNN",
    points=3,
    hint="With these weights only the bias of fc is left. What do you do to it? (The softmax is inside cross_entropy.)",
)
def test_logits_are_plain_scores(student):
    """With zero weights in fc the logits are its bias, whatever the image."""
    bias = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -9.0]
    model = with_values(student.CNN(), {(10,): torch.tensor(bias)})
    assert_close(model(shades(3)), torch.tensor([bias] * 3))


@task("CNN", points=3)
def test_channels_with_and_without_ink(student):
    """After layer2 channel c is c - 32 everywhere: ReLU cuts off what is below 0, and fc reads channel by channel."""
    # The first convolution gives -1 everywhere, the second its bias plus what is left of the first channel.
    centre = torch.zeros(64, 32, 3, 3)
    centre[:, 0, 1, 1] = 1.0
    fc = torch.zeros(10, 64, 49)
    for row in range(10):
        fc[row, 7 * row] = 1 / 49  # row j is the mean over the 49 places of channel 7 j
    values = {
        (32,): torch.full((32,), -1.0),
        (64, 32, 3, 3): centre,
        (64,): torch.arange(64.0) - 32,
        FC: fc.reshape(FC),
    }
    logits = with_values(student.CNN(), values)(shades(2))
    assert_close(logits, torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 10.0, 17.0, 24.0, 31.0]] * 2), rtol=1e-5)


@task("CNN", points=3, hint="nn.Linear draws smaller weights by itself; nn.init.xavier_uniform_ draws them anew.")
def test_weights_of_fc_are_drawn_by_xavier(student):
    """The weights of fc fill the interval of xavier_uniform, ± sqrt(6 / (3136 + 10)) = ± .0437."""
    weight = next(value for value in parameters(student.CNN()).values() if tuple(value.shape) == FC)
    bound = math.sqrt(6 / (3136 + 10))
    largest = float(weight.abs().max())
    assert_close(largest, 0.0437, rtol=0.01, name="the largest weight:")
    require(largest <= 1.0001 * bound, "The largest weight lies outside of the interval.")


@task("feature_shapes", points=6)
def test_shapes_on_the_way(student):
    """28x28 is halved twice: (N, 32, 14, 14), (N, 64, 7, 7), (N, 3136), (N, 10)."""
    model = student.CNN()
    for count in (1, 5):
        got = student.feature_shapes(model, shades(count))
        assert_close(got, [(count, 32, 14, 14), (count, 64, 7, 7), (count, 3136), (count, 10)])


@task("train", points=4)
def test_loss_falls(student):
    """Twenty steps on real digits: the second epoch costs less than the first."""
    images, labels = some_images(160)
    model = linear_model(student)
    before = cost_of(model, images, labels)
    costs = student.train(model, images, labels, epochs=2, batch_size=16, lr=2e-3, seed=1)
    after = cost_of(model, images, labels)
    require(len(costs) == 2, "There must be one cost for each epoch.")
    require(0 < costs[1] < 0.98 * costs[0] < math.inf, "The second epoch does not cost clearly less than the first.")
    require(after < 0.98 * before, "After the training your model does not cost clearly less than before.")


@task(
    "train", points=4, hint="The mean of the batches' costs, one number an epoch; a learning rate of 0 changes nothing."
)
def test_cost_of_knowing_nothing(student, rng):
    """A model with ten equal logits costs ln 10 = 2.302585, in every epoch when the learning rate is 0."""
    images, labels = some_images(30)
    for logits in ([0.0] * 10, rng.uniform(-1, 1, size=10).tolist()):  # the second one knows something, and costs that
        model = linear_model(student, bias=logits)
        costs = student.train(model, images, labels, epochs=3, batch_size=10, lr=0.0, seed=1)
        want = float(torch.nn.functional.cross_entropy(torch.tensor([logits] * 30), labels))
        assert_close(costs, [want] * 3, rtol=1e-5)


@task("train", points=1)
def test_three_steps_of_adam(student):
    """A model of zeros and one image with one grey pixel: with a rate of .5 Adam's costs are ln 10, 1.3112, 0.6027."""
    costs = student.train(linear_model(student), *one_grey_pixel(), epochs=3, batch_size=1, lr=0.5, seed=1)
    assert_close(costs, [2.302585, 1.311234, 0.602709], rtol=1e-4)


@task("train", points=1)
def test_gradients_from_before_have_no_part(student):
    """The costs of three steps of Adam are the same, whatever .grad held before the training."""
    model = recipes.poisoned(linear_model(student), 3.0)
    costs = student.train(model, *one_grey_pixel(), epochs=3, batch_size=1, lr=0.5, seed=1)
    assert_close(costs, [2.302585, 1.311234, 0.602709], rtol=1e-4)


@task("train", points=1)
def test_three_epochs_have_three_orders(student):
    """Twenty-four images in batches of two: no epoch has the order of the file, and none that of the one before."""
    images = (10 * torch.arange(24, dtype=torch.uint8))[:, None, None].repeat(1, 28, 28)  # each its own grey
    watch = build(student, recipes.watch_inputs(model := linear_model(student)))
    student.train(model, images, torch.arange(24) % 10, epochs=3, batch_size=2, lr=0.01, seed=1)
    firsts = [float(row[0]) for row in watch.first_values()]
    require(len(firsts) == 36, "Three epochs of twelve batches should call model(...) 36 times.")
    epochs = [firsts[:12], firsts[12:24], firsts[24:]]
    require(
        all(epoch != sorted(epoch) for epoch in epochs), "An epoch goes through the images in the order of the file."
    )
    require(epochs[0] != epochs[1] and epochs[1] != epochs[2], "Two consecutive epochs use the same order.")


@task("train", points=1)
def test_one_seed_gives_one_training(student):
    """Two models of zeros, trained with one seed, have the same costs; with another seed the costs are others."""
    images, labels = some_images(12)
    first, again, other = (
        student.train(linear_model(student), images, labels, epochs=2, batch_size=4, lr=2e-3, seed=seed)
        for seed in (1, 1, 2)
    )
    require(len(first) == 2 and all(math.isfinite(cost) for cost in first), "There must be one finite cost an epoch.")
    assert_close(again, first, rtol=1e-5)
    require(max(abs(a - b) for a, b in zip(first, other, strict=True)) > 1e-5, "Two seeds gave the same training.")


@task("accuracy", points=2)
def test_accuracy_of_a_model_that_always_says_seven(student):
    """A model that always says seven is right as often as there are sevens."""
    model = linear_model(student, bias=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    images, _ = some_images(8)
    assert_close(student.accuracy(model, images, torch.tensor([7, 1, 7, 2, 3, 4, 7, 5])), 0.375)
    assert_close(student.accuracy(model, images, torch.tensor([7, 7, 7, 7, 7, 7, 7, 7])), 1.0)


@task("accuracy", points=2, hint="Count the hits of all batches, and divide by N once, at the end.")
def test_every_image_counts_the_same(student):
    """Five images in batches of two: the last one alone counts a fifth, not a third."""
    model = linear_model(student, bias=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    images, _ = some_images(5)
    mostly, rarely = torch.tensor([7, 7, 0, 7, 0]), torch.tensor([0, 0, 7, 0, 7])
    got = list(student.accuracy.each([(model, images, mostly, 2), (model, images, rarely, 2)]))
    assert_close(got, [0.6, 0.4])


@task("accuracy", points=1)
def test_grey_images_are_divided_by_255(student):
    """A model that says 0 where the first pixel is above .3, otherwise 1: pixels of 1 and 51 are not, one of 102 is."""
    weight = torch.zeros(10, 784)
    weight[0, 0] = 1.0
    model = linear_model(student, weight, [0.0, 0.3] + [-9.0] * 8)
    images = torch.tensor([1, 51, 102], dtype=torch.uint8)[:, None, None].repeat(1, 28, 28)
    labels = [torch.tensor(each) for each in ([1, 1, 0], [1, 1, 1], [0, 0, 1])]
    assert_close(list(student.accuracy.each([(model, images, each) for each in labels])), [1.0, 2 / 3, 0.0])


@task("accuracy", points=1)
def test_measuring_leaves_the_model_alone(student):
    """After measuring, the parameters are what they were, and so is what stood in their .grad."""
    model = build(student, recipes.poisoned(linear_model(student, bias=[0.0] * 7 + [1.0, 0.0, 0.0]), 3.0))
    images, _ = some_images(4)
    assert_close(student.accuracy(model, images, torch.tensor([7, 1, 7, 7])), 0.75)
    assert_close(model.state_dict()["1.bias"], torch.tensor([0.0] * 7 + [1.0, 0.0, 0.0]), name="bias afterwards")
    grad = model.get_parameter.keep("1.bias").grad
    require(grad is not None, "Measuring cleared the gradients of the model.")
    assert_close(grad, torch.full((10,), 3.0), name=".grad afterwards")


ROWS = torch.tensor([5, 0, 1, 2, 4]), torch.tensor([6, 3])
SETTINGS = {"epochs": 1, "batch_size": 1, "seed": 3}


@task("train_and_validate", points=0, hint="Which images were trained on? Each share has its own images and labels.")
def test_accuracies_of_a_model_that_says_seven(student):
    """Without a step a model goes on saying seven: right for 2 of the 3 images to train on, and for 1 of 2 others."""
    bias = [0.0] * 7 + [1.0, 0.0, 0.0]
    images, labels = torch.zeros(8, 28, 28, dtype=torch.uint8), torch.tensor([7, 1, 7, 7, 2, 7, 3, 7])
    for size, want in ((3, (2 / 3, 0.5)), (5, (0.6, 0.5)), (1, (1.0, 0.5))):
        model = linear_model(student, bias=bias)
        got = student.train_and_validate(model, images, labels, *ROWS, size=size, lr=0.0, **SETTINGS)
        assert_close(tuple(got), want, atol=1e-6, name="the two accuracies")


@task("train_and_validate", points=0, hint="Train first, then measure twice.")
def test_accuracies_after_the_training(student):
    """A model that knows nothing says zero for all; after some steps on threes it says three."""
    images, labels = torch.zeros(8, 28, 28, dtype=torch.uint8), torch.tensor([3, 3, 3, 0, 3, 3, 3, 3])
    model = linear_model(student)
    got = student.train_and_validate(model, images, labels, *ROWS, size=3, lr=0.1, **SETTINGS)
    assert_close(tuple(got), (1.0, 0.5), atol=1e-6, name="the two accuracies")
