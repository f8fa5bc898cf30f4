"""Visible cases of 11-mnist-linear: models so simple that a pencil knows their answers, and one real training."""

import math

import numpy as np
import torch

from autograder import assert_close, build, digits28, recipes, require, task

# Both lie between 127/255 and 128/255. Whoever divides by 254 or 256 moves one of these greys across one of them.
HALF = (0.5, 0.499)


def linear(student, entries=(), bias=()):
    """Build a linear model of zeros in the worker, but for W[j, pixel] and b[j] that are given as pairs."""
    weight, b = torch.zeros(10, 784), torch.zeros(10)
    for place, value in entries:
        weight[place] = value
    for place, value in bias:
        b[place] = value
    return build(student, recipes.linear(weight, b))


def images(*first_pixels):
    """Raw images, uint8 (N, 28, 28), of paper but for their first pixels."""
    raw = torch.zeros(len(first_pixels), 28, 28, dtype=torch.uint8)
    raw[:, 0, 0] = torch.tensor(first_pixels, dtype=torch.uint8)
    return raw


@task("make_model", points=6)
def test_model_has_7850_parameters(student):
    """784 weights for each of 10 digits and 10 biases are 7,850 parameters; an empty image gives the biases."""
    model = student.make_model()
    assert_close(tuple(model.weight.shape), (10, 784), name="shape of the weight")
    assert_close(tuple(model.bias.shape), (10,), name="shape of the bias")
    assert_close(model(torch.zeros(3, 784)), model.bias.detach().repeat(3, 1), name="logits of empty images")


@task("train", points=4, hint="cross_entropy takes logits and gives a mean; a learning rate of 0 changes nothing.")
def test_cost_of_knowing_nothing(student, rng):
    """A model with ten equal logits costs ln 10 = 2.302585, in every epoch when the learning rate is 0."""
    x, y = torch.linspace(0, 1, 12 * 784).reshape(12, 1, 28, 28), torch.arange(12) % 10
    for bias in (0.0, float(rng.uniform(1, 3))):  # of the 3, which one of the twelve is: then it costs something else
        costs = student.train(linear(student, bias=[(3, bias)]), recipes.data_loader(x, y, 4), 3, 0.0)
        assert_close(costs, [math.log(9 + math.exp(bias)) - bias / 12] * 3, rtol=1e-5)


@task("train", points=4)
def test_one_step_by_hand(student):
    """From zeros, one step with learning rate ½ on two threes takes the bias of the 3 to .45, all others to -.05."""
    x = torch.zeros(2, 1, 28, 28)
    x[0, 0, 0, 5] = 1.0  # one pixel of ink, in the first of the two
    model = linear(student)
    costs = student.train(model, recipes.data_loader(x, torch.tensor([3, 3]), 2), 1, 0.5)
    assert_close(costs, [math.log(10)], rtol=1e-5, name="costs")
    step = torch.full((10,), -0.05)
    step[3] = 0.45
    weight = torch.zeros(10, 784)
    weight[:, 5] = step / 2  # the pixel is inked in half of the images
    assert_close(model.bias, step, name="bias")
    assert_close(model.weight, weight, name="weight")


@task("train", points=4, needs=("model_has_7850_parameters",))
def test_digits_are_learned(student):
    """After 20 epochs on digits28 (batch 32, learning rate .1) 9 of 10 unseen digits are recognised."""
    data = digits28()
    x = torch.from_numpy(data.train_images)[:, None].float() / 255
    model = student.make_model()
    costs = student.train(model, recipes.data_loader(x, torch.from_numpy(data.train_labels), 32, True), 20, 0.1)
    require(len(costs) == 20, "There must be one cost for each epoch.")
    require(0 <= costs[19] < 0.5 * costs[0] < math.inf, "The cost of the last epoch is not even half of the first.")
    unseen = torch.from_numpy(data.test_images).flatten(start_dim=1).float() / 255
    hits = (unseen @ model.weight.detach().T + model.bias.detach()).argmax(dim=1) == torch.from_numpy(data.test_labels)
    require(float(hits.float().mean()) >= 0.90, "Fewer than 90 % of the unseen digits are recognised.")


@task("evaluate", points=4)
def test_accuracy_of_a_model_that_always_says_seven(student):
    """A model that always says seven is right as often as there are sevens."""
    model = linear(student, bias=[(7, 1.0)])
    sevens = torch.tensor([7, 1, 7, 2, 3, 4, 7, 5])
    got = list(student.evaluate.each([(model, images(*range(8)), sevens), (model, images(5), torch.tensor([7]))]))
    assert_close(got, [0.375, 1.0])


@task("evaluate", points=6, hint="The model was trained on pixels between 0 and 1. What are these?")
def test_grey_is_not_black(student):
    """Where a pixel above one half means 1 and below it means 0, greys of 127 and less are 0, 128 and more are 1."""
    raw = images(0, 1, 60, 127, 128, 200, 255)
    models = [linear(student, entries=[((1, 0), 1.0)], bias=[(0, level)]) for level in HALF]
    right = torch.tensor([0, 0, 0, 0, 1, 1, 1])
    got = list(student.evaluate.each([(model, raw, labels) for model in models for labels in (right, 1 - right)]))
    assert_close(got, [1.0, 0.0, 1.0, 0.0])


@task("evaluate", points=4)
def test_every_pixel_has_its_place(student):
    """Ink in the third row, second column is pixel 2 · 28 + 1 = 57 of a row of 784."""
    model = linear(student, entries=[((4, 57), 1.0), ((5, 30), 1.0)])
    raw = torch.zeros(3, 28, 28, dtype=torch.uint8)
    raw[0, 2, 1] = 255
    raw[1, 1, 2] = 255
    raw[2, 2, 1] = 255
    got = list(student.evaluate.each([(model, raw, torch.tensor(labels)) for labels in ([4, 5, 4], [4, 4, 4])]))
    assert_close(got, [1.0, 2 / 3])


@task("predict_one", points=4)
def test_one_grey_image(student):
    """A grey of 127 is a 0 for this model, one of 128 is a 1: a plain int."""
    for level in HALF:
        model = linear(student, entries=[((1, 0), 1.0)], bias=[(0, level)])
        got = list(student.predict_one.each([(model, images(grey)[0]) for grey in (127, 128, 1, 255)]))
        assert_close(got, [0, 1, 0, 1])


@task("confusion_matrix", points=4)
def test_confusion_by_hand(student):
    """Of four zeros one is taken for a 2, of two twos one for a 1: rows are the true classes."""
    y, p = np.array([0, 0, 0, 0, 2, 2]), np.array([0, 0, 2, 0, 2, 1])
    assert_close(student.confusion_matrix(y, p, 3), np.array([[3, 0, 1], [0, 0, 0], [0, 1, 1]]))
