"""Visible cases of 13-cnn: sizes, shapes, and models so simple that their answers are known beforehand."""

import math

import torch

from autograder import assert_close, digits28, require, task

FC = (10, 7 * 7 * 64)
SHAPES = {(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), FC, (10,)}


def parameters(model):
    """The parameters of a CNN by their names, once it is certain that they have the documented shapes."""
    state = model.state_dict()
    shapes = sorted(tuple(value.shape) for value in state.values())
    hint = "Two convolutions of 3x3 and one linear layer, each with a bias: is one missing, or too many?"
    assert_close(len(shapes), 6, name="number of parameter tensors:", hint=hint)
    assert_close(shapes, sorted(SHAPES), name="shapes of the parameters, in order of size:", hint=hint)
    return state


def constant_model(student, logits):
    """A CNN that gives the same ten logits for every image: zero weights in fc, the logits as its bias."""
    model = student.CNN()
    state = parameters(model)
    for name, value in state.items():
        if tuple(value.shape) == FC:
            state[name] = torch.zeros(FC)
        if tuple(value.shape) == (10,):
            state[name] = torch.tensor(logits)
    model.load_state_dict(state)
    return model


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


@task("CNN", points=5)
def test_number_of_parameters(student):
    """The model has 320 + 18,496 + 31,370 = 50,186 parameters, in six tensors."""
    assert_close(sum(math.prod(value.shape) for value in parameters(student.CNN()).values()), 50186)


@task("CNN", points=4)
def test_shape_of_the_logits(student):
    """Images (N, 1, 28, 28) become logits (N, 10), for one image and for five."""
    model = student.CNN()
    for count in (1, 5):
        logits = model(shades(count))
        assert_close(tuple(logits.shape), (count, 10))
        require(bool(torch.isfinite(logits).all()), "Some logits are not finite.")
    require(bool((logits[0] - logits[4]).abs().max() > 1e-6), "Two different images have the same logits.")


@task(
    "CNN", points=4, hint="cross_entropy takes logits: softmax is inside the loss and must not be in the model as well."
)
def test_logits_are_plain_scores(student):
    """With zero weights in fc the logits are its bias, whatever the image."""
    bias = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -9.0]
    assert_close(constant_model(student, bias)(shades(3)), torch.tensor([bias] * 3))


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


@task("train", points=6)
def test_loss_falls(student):
    """Twenty steps on real digits: the second epoch costs less than the first."""
    images, labels = some_images(160)
    model = student.CNN()
    before = cost_of(model, images, labels)
    costs = student.train(model, images, labels, epochs=2, batch_size=16, lr=2e-3, seed=1)
    after = cost_of(model, images, labels)
    require(len(costs) == 2, "There must be one cost for each epoch.")
    require(0 < costs[1] < 0.98 * costs[0] < math.inf, "The second epoch does not cost clearly less than the first.")
    require(after < 0.98 * before, "After the training your model does not cost clearly less than before.")


@task(
    "train", points=6, hint="The mean of the batches' costs, one number an epoch; a learning rate of 0 changes nothing."
)
def test_cost_of_knowing_nothing(student, rng):
    """A model with ten equal logits costs ln 10 = 2.302585, in every epoch when the learning rate is 0."""
    images, labels = some_images(30)
    for logits in ([0.0] * 10, rng.uniform(-1, 1, size=10).tolist()):  # the second one knows something, and costs that
        model = constant_model(student, logits)
        costs = student.train(model, images, labels, epochs=3, batch_size=10, lr=0.0, seed=1)
        want = float(torch.nn.functional.cross_entropy(torch.tensor([logits] * 30), labels))
        assert_close(costs, [want] * 3, rtol=1e-5)


@task("accuracy", points=3)
def test_accuracy_of_a_model_that_always_says_seven(student):
    """A model that always says seven is right as often as there are sevens."""
    model = constant_model(student, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    images, _ = some_images(8)
    assert_close(student.accuracy(model, images, torch.tensor([7, 1, 7, 2, 3, 4, 7, 5])), 0.375)
    assert_close(student.accuracy(model, images, torch.tensor([7, 7, 7, 7, 7, 7, 7, 7])), 1.0)


@task("accuracy", points=3, hint="Count the hits of all batches, and divide by N once, at the end.")
def test_every_image_counts_the_same(student):
    """Five images in batches of two: the last one alone counts a fifth, not a third."""
    model = constant_model(student, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    images, _ = some_images(5)
    mostly, rarely = torch.tensor([7, 7, 0, 7, 0]), torch.tensor([0, 0, 7, 0, 7])
    got = list(student.accuracy.each([(model, images, mostly, 2), (model, images, rarely, 2)]))
    assert_close(got, [0.6, 0.4])
