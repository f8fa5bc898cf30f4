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


@task("make_model", points=5)
def test_model_has_7850_parameters(student):
    """784 weights for each of 10 digits and 10 biases are 7,850 parameters; an empty image gives the biases."""
    model = student.make_model()
    assert_close(tuple(model.weight.shape), (10, 784), name="shape of the weight")
    assert_close(tuple(model.bias.shape), (10,), name="shape of the bias")
    assert_close(model(torch.zeros(3, 784)), model.bias.detach().repeat(3, 1), name="logits of empty images")


@task("make_model", points=1)
def test_two_models_have_weights_of_their_own(student):
    """Ones for all weights of one model leave the weights of another one as they are."""
    first, second = student.make_model(), student.make_model()
    first.load_state_dict({"weight": torch.ones(10, 784), "bias": torch.ones(10)})
    assert_close(first(torch.zeros(1, 784)), torch.ones(1, 10), name="logits of the first model")
    require(not torch.equal(second.weight.detach(), torch.ones(10, 784)), "Two models share their weights.")


@task("train", points=3, hint="cross_entropy takes logits and gives a mean; a learning rate of 0 changes nothing.")
def test_cost_of_knowing_nothing(student, rng):
    """A model with ten equal logits costs ln 10 = 2.302585, in every epoch when the learning rate is 0."""
    x, y = torch.linspace(0, 1, 12 * 784).reshape(12, 1, 28, 28), torch.arange(12) % 10
    for bias in (0.0, float(rng.uniform(1, 3))):  # of the 3, which one of the twelve is: then it costs something else
        costs = student.train(linear(student, bias=[(3, bias)]), recipes.data_loader(x, y, 4), 3, 0.0)
        assert_close(costs, [math.log(9 + math.exp(bias)) - bias / 12] * 3, rtol=1e-5)


@task("train", points=3)
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


@task("train", points=1)
def test_gradients_from_before_have_no_part(student):
    """One step with learning rate ½ on one three takes its bias to .45, whatever .grad held before the training."""
    model = linear(student)
    x, y = torch.zeros(1, 1, 28, 28), torch.tensor([3])
    student.train(recipes.poisoned(model, 100.0), recipes.data_loader(x, y, 1), 1, 0.5)
    step = torch.full((10,), -0.05)
    step[3] = 0.45
    assert_close(model.bias, step, name="bias")


@task("train", points=1)
def test_a_short_last_batch_counts_like_the_others(student):
    """Two threes and one zero in batches of two: the cost of an epoch is the mean of the costs of both batches."""
    model = linear(student, bias=[(3, 1.0)])
    costs = student.train(model, recipes.data_loader(torch.zeros(3, 1, 28, 28), torch.tensor([3, 3, 0]), 2), 2, 0.0)
    assert_close(costs, [math.log(9 + math.e) - 0.5] * 2, rtol=1e-5, name="costs")


@task("train", points=1)
def test_a_weight_without_ink_stays(student):
    """Ten steps on empty images move the biases, and a weight of 1 is still 1: SGD keeps its other settings."""
    model = linear(student, entries=[((0, 5), 1.0)])
    costs = student.train(model, recipes.data_loader(torch.zeros(1, 1, 28, 28), torch.tensor([3]), 1), 10, 1.0)
    assert_close(costs[0], math.log(10), rtol=1e-5, name="first cost")
    require(0 <= costs[9] < costs[0] and float(model.bias.detach()[3]) > 0.9, "The cost does not fall.")
    assert_close(float(model.weight.detach()[0, 5]), 1.0, rtol=1e-6, name="weight without a gradient")


@task("train", points=1)
def test_three_epochs_ask_the_loader_three_times(student):
    """Sixteen images one by one, shuffled by the loader: three epochs meet each once, in three orders."""
    x = (torch.arange(16) / 16)[:, None, None, None].repeat(1, 1, 28, 28)  # each image its own grey
    model = linear(student)
    watch = build(student, recipes.watch_inputs(model))
    student.train(model, recipes.data_loader(x, torch.arange(16) % 10, 1, True), 3, 0.001)
    firsts = [float(row[0]) for row in watch.first_values()]
    require(len(firsts) == 48, "Three epochs of sixteen batches should call model(...) 48 times.")
    epochs = [firsts[:16], firsts[16:32], firsts[32:]]
    require(
        all(sorted(epoch) == [i / 16 for i in range(16)] for epoch in epochs),
        "An epoch does not meet every batch once.",
    )
    require(epochs[0] != epochs[1] and epochs[1] != epochs[2], "Two epochs use the same order of batches.")


@task("train", points=2, needs=("model_has_7850_parameters",))
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


@task("evaluate", points=4, hint="The model was trained on pixels between 0 and 1. What are these?")
def test_grey_is_not_black(student):
    """Where a pixel above one half means 1 and below it means 0, greys of 127 and less are 0, 128 and more are 1."""
    raw = images(0, 1, 60, 127, 128, 200, 255)
    models = [linear(student, entries=[((1, 0), 1.0)], bias=[(0, level)]) for level in HALF]
    right = torch.tensor([0, 0, 0, 0, 1, 1, 1])
    got = list(student.evaluate.each([(model, raw, labels) for model in models for labels in (right, 1 - right)]))
    assert_close(got, [1.0, 0.0, 1.0, 0.0])


@task("evaluate", points=3)
def test_every_pixel_has_its_place(student):
    """Ink in the third row, second column is pixel 2 · 28 + 1 = 57 of a row of 784."""
    model = linear(student, entries=[((4, 57), 1.0), ((5, 30), 1.0)])
    raw = torch.zeros(3, 28, 28, dtype=torch.uint8)
    raw[0, 2, 1] = 255
    raw[1, 1, 2] = 255
    raw[2, 2, 1] = 255
    got = list(student.evaluate.each([(model, raw, torch.tensor(labels)) for labels in ([4, 5, 4], [4, 4, 4])]))
    assert_close(got, [1.0, 2 / 3])


@task("evaluate", points=1)
def test_dark_images_are_dark(student):
    """Where the darkest pixel of all images is 100, it is still below one half: 255 is what becomes 1."""
    model = linear(student, entries=[((1, 0), 1.0)], bias=[(0, 0.5)])
    got = list(student.evaluate.each([(model, images(100, 60), torch.tensor(labels)) for labels in ([0, 0], [0, 1])]))
    assert_close(got, [1.0, 0.5])


@task("evaluate", points=1)
def test_three_hundred_images(student):
    """Of 300 images the first 256 are recognised and the last 44 are not: 256 / 300."""
    labels = torch.tensor([7] * 256 + [1] * 44)
    assert_close(student.evaluate(linear(student, bias=[(7, 1.0)]), images(*[0] * 300), labels), 256 / 300)


@task("evaluate", points=1)
def test_measuring_leaves_the_model_alone(student):
    """model.training and what stood in .grad are after the measurement what they were, in both modes."""
    model = linear(student, bias=[(7, 1.0)])
    for mode in (True, False):
        model.train(mode)
        got = student.evaluate(recipes.poisoned(model, 3.0), images(0, 0), torch.tensor([7, 1]))
        assert_close(got, 0.5)
        require(model.training is mode, "model.training is not what it was before the measurement.")
        grad = model.get_parameter.keep("bias").grad
        require(grad is not None, "Measuring cleared the gradients of the model.")
        assert_close(grad, torch.full((10,), 3.0), name=".grad afterwards")


@task("predict_one", points=3)
def test_one_grey_image(student):
    """A grey of 127 is a 0 for this model, one of 128 is a 1: a plain int."""
    for level in HALF:
        model = linear(student, entries=[((1, 0), 1.0)], bias=[(0, level)])
        got = list(student.predict_one.each([(model, images(grey)[0]) for grey in (127, 128, 1, 255)]))
        assert_close(got, [0, 1, 0, 1])


@task("predict_one", points=1)
def test_asking_leaves_the_mode_alone(student):
    """After the answer model.training is what it was before, in both modes."""
    model = linear(student, bias=[(7, 1.0)])
    for mode in (True, False):
        model.train(mode)
        assert_close(student.predict_one(model, images(0)[0]), 7)
        require(model.training is mode, "model.training is not what it was before the question.")


@task("confusion_matrix", points=2)
def test_confusion_by_hand(student):
    """Of four zeros one is taken for a 2, of two twos one for a 1: rows are the true classes."""
    y, p = np.array([0, 0, 0, 0, 2, 2]), np.array([0, 0, 2, 0, 2, 1])
    assert_close(student.confusion_matrix(y, p, 3), np.array([[3, 0, 1], [0, 0, 0], [0, 1, 1]]))


@task("confusion_matrix", points=1)
def test_classes_that_do_not_occur(student):
    """Two zeros and a one make a table of 4 by 4 if there are four classes."""
    want = np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    assert_close(student.confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 4), want)


@task("confusion_matrix", points=1)
def test_every_table_starts_from_zero(student):
    """Asked twice for the same labels, the second table is the first one again."""
    y, p = np.array([0, 1, 1]), np.array([1, 1, 0])
    for got in student.confusion_matrix.each([(y, p, 2), (y, p, 2)]):
        assert_close(got, np.array([[0, 1], [1, 1]]))


def put(model, layers):
    """Put weights and biases into the layers of a model, the first one first, and return it."""
    values = [value for layer in layers for value in layer]
    state = model.state_dict()
    shapes = [tuple(value.shape) for value in values]
    require(
        [tuple(value.shape) for value in state.values()] == shapes,
        "The parameters do not have the documented shapes.",
    )
    model.load_state_dict(dict(zip(state, values, strict=True)))
    return model


@task("make_dnn", points=0, hint="One nn.Linear from each size to the next: 784, the hidden sizes, 10.")
def test_layers_of_the_deep_network(student):
    """A hidden layer of 128 makes 101,770 parameters, layers of 64 and 32 make 52,650, none makes 7,850."""
    for hidden, count in (((128,), 101_770), ((64, 32), 52_650), ((), 7_850)):
        model = student.make_dnn(hidden)
        sizes = [784, *hidden, 10]
        shapes = [shape for i in range(len(sizes) - 1) for shape in ((sizes[i + 1], sizes[i]), (sizes[i + 1],))]
        state = model.state_dict()
        assert_close([tuple(value.shape) for value in state.values()], shapes, name="shapes of the parameters")
        assert_close(sum(value.numel() for value in state.values()), count, name="number of parameters")
        assert_close(tuple(model(torch.zeros(3, 784)).shape), (3, 10), name="shape of the logits")


@task("make_dnn", points=0, needs=("layers_of_the_deep_network",))
def test_two_hidden_numbers_make_an_absolute_value(student):
    """Hidden numbers ReLU(x) and ReLU(-x) for the first pixel x: score 3 adds them to |x|, score 7 takes one away."""
    first, last = torch.zeros(2, 784), torch.zeros(10, 2)
    first[:, 0] = torch.tensor([1.0, -1.0])
    last[3], last[7, 0] = 1.0, -1.0
    model = put(student.make_dnn((2,)), [(first, torch.zeros(2)), (last, torch.zeros(10))])
    x = torch.zeros(3, 784)
    x[:, 0] = torch.tensor([0.5, -2.0, 1.0])
    want = torch.zeros(3, 10)
    want[:, 3], want[:, 7] = torch.tensor([0.5, 2.0, 1.0]), torch.tensor([-0.5, 0.0, -1.0])
    assert_close(model(x), want, name="logits")
