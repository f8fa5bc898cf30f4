"""Visible cases of 04-five-rewrites: the numbers of the lectures, and small sums that a pencil can check."""

import pytest
import torch

from autograder import assert_close, assert_without, build, inside, recipes, require, task


def dog_wolf():
    """Return x (1, 4), y (1, 2) and w (4, 2) of assignment 01, float64 and fresh for every case."""
    x = torch.tensor([[0.2, 0.3, 0.1, 0.9]], dtype=torch.float64)
    return x, torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.full((4, 2), 0.5, dtype=torch.float64)


def exam(dtype=torch.float64):
    """Return the three marks X (5, 3) and the final marks y (5, 1) of the lectures, fresh for every case."""
    X = [[73, 80, 75], [93, 88, 93], [89, 91, 90], [96, 98, 100], [73, 66, 70]]
    return torch.tensor(X, dtype=dtype), torch.tensor([[152], [185], [180], [196], [142]], dtype=dtype)


def zero_model(student):
    """Build an nn.Linear(3, 1) of zeros, float64, in the worker."""
    return build(student, recipes.linear(torch.zeros(1, 3, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)))


def with_weights(model, weight, bias):
    """Put weight (dout, din) and bias (dout,) into a module of the student's, whatever their names are there."""
    state = model.state_dict()
    wanted = {tuple(value.shape): value for value in (weight, bias)}
    shapes = sorted(tuple(value.shape) for value in state.values())
    require(
        shapes == sorted(wanted),
        "The module does not register exactly the two documented parameters.",
        hint="Compare the shapes in model.state_dict() with the documented ones, (dout, din) and (dout,).",
    )
    model.load_state_dict({name: wanted[tuple(value.shape)] for name, value in state.items()})
    return model


def line_through_zero(student):
    """Build an nn.Linear(1, 1) without bias, whose weight is 2, in the worker; return it with two examples x and y."""
    model = build(student, recipes.linear(torch.tensor([[2.0]])))
    return model, torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [2.0]])


def two_layers(first, second):
    """Runs beside the student's code: two layers of one number each; the first has a bias, which is 0."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1, bias=False))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (first, 0.0, second), strict=True):
            parameter.fill_(value)
    return model


def of_its_own(first, second, x):
    """Give two modules different weights (2, 2) and biases; return the outputs of the first one."""
    with_weights(first, torch.tensor([[1.0, -1.0], [0.0, 1.0]]), torch.tensor([0.0, -5.0]))
    with_weights(second, torch.full((2, 2), 7.0), torch.full((2,), 7.0))
    return first(x)


@task("step_manual", points=2)
def test_three_rows_by_hand(student):
    """Errors of 2, 1 and -1 cost 3, and their gradient [5, 3] is summed over the rows."""
    x, y = torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0], [2.0], [2.0]])
    w, loss = student.step_manual(x, y, torch.ones(2, 1), 0.1)
    assert_close(loss, 3.0, name="loss")
    assert_close(w, torch.tensor([[0.5], [0.7]]), name="new w")


@task("step_manual", points=3)
def test_dog_or_wolf(student):
    """The animal of assignment 01 costs .3125; a step takes the weights of its tail to .50225 and .49325."""
    w, loss = student.step_manual(*dog_wolf(), 0.01)
    rows = [[0.5005, 0.4985], [0.50075, 0.49775], [0.50025, 0.49925], [0.50225, 0.49325]]
    assert_close(loss, 0.3125, name="loss")
    assert_close(w, torch.tensor(rows, dtype=torch.float64), name="new w")


@task("step_manual", points=1)
def test_new_w_has_the_dtype_of_w(student):
    """Of x, y and w in float64 the new w is float64, and of float32 it is float32."""
    for dtype in (torch.float64, torch.float32):
        x, y, w = (each.to(dtype) for each in dog_wolf())
        new, loss = student.step_manual(x, y, w, 0.0)
        assert_close((new, loss), (torch.full((4, 2), 0.5, dtype=dtype), 0.3125))
        require(new.dtype == dtype, "The new w has another dtype than w.")


@task("step_manual", points=1)
def test_the_gradient_is_a_formula(student):
    """The gradient of step_manual is derived by hand: no backward(), no torch.autograd.grad."""
    x, y = torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0], [2.0], [2.0]])
    w, loss = assert_without(student.step_manual, x, y, torch.ones(2, 1), 0.2)
    assert_close(loss, 3.0, name="loss")
    assert_close(w, torch.tensor([[0.0], [0.4]]), name="new w")


@task("step_autograd", points=3)
def test_slope_of_a_parabola(student):
    """The slope of 2w² + 5 at 2 is 8, so a step of 1/8 goes from 2 to 1, and one of 1/4 from 2 to 0."""
    # Half the squares of 2w - 0, 0w - 1 and 0w - 3 are 2w², 1/2 and 9/2.
    x = torch.tensor([[2.0], [0.0], [0.0]], dtype=torch.float64)
    y = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64)
    for lr, wanted in ((0.125, 1.0), (0.25, 0.0)):
        w, loss = student.step_autograd(x, y, torch.tensor([[2.0]], dtype=torch.float64, requires_grad=True), lr)
        assert_close(loss, 13.0, name="loss")
        assert_close(w, torch.tensor([[wanted]], dtype=torch.float64), name="new w")


@task("step_autograd", points=4)
def test_autograd_agrees_with_the_hand(student):
    """A dog and a wolf cost .625 together; a step of .3 takes the weights of their tails to .5225 and .3125."""
    x, y, w = dog_wolf()
    x, y = torch.cat([x, x.flip(1)]), torch.cat([y, y.flip(1)])
    w, loss = student.step_autograd(x, y, w.requires_grad_(), 0.3)
    assert_close(loss, 0.625, name="loss")
    rows = [[0.3125, 0.5225], [0.5, 0.44], [0.44, 0.5], [0.5225, 0.3125]]
    assert_close(w, torch.tensor(rows, dtype=torch.float64), name="new w")


@task("step_autograd", points=1)
def test_an_old_gradient_has_no_part(student):
    """The slope of 2w² at 2 is 8, whatever w.grad holds before the step; a step of 1/8 goes to 1."""
    w = build(student, recipes.on_device(torch.tensor([[2.0]], requires_grad=True), "cpu"))  # it keeps its .grad
    w.sum.keep().backward()  # now its .grad is 1
    got = student.step_autograd(torch.tensor([[2.0]]), torch.tensor([[0.0]]), w, 0.125)
    _ = w.grad  # tells "never cleared" from "cleared too late"
    assert_close(got, (torch.tensor([[1.0]]), 8.0))


@task(
    "step_autograd",
    points=3,
    needs=("slope_of_a_parabola",),
    hint="backward() fills the .grad of leaves. What was the tensor that you return made of, and does it ask for one?",
)
def test_result_is_ready_for_the_next_step(student):
    """The new w is a leaf with requires_grad=True, so that the next step can start from it."""
    x, y, w = dog_wolf()
    w, _ = student.step_autograd(x, y, w.requires_grad_(), 0.3)
    assert_close(tuple(w.shape), (4, 2), name="shape of the new w")
    require(w.requires_grad and w.is_leaf, "The new w is no leaf that asks for a gradient.")
    require(w.dtype == torch.float64, "The new w has another dtype than w.")


@task("make_sequential", points=2)
def test_sequential_of_one_layer(student):
    """With the weights [1, 2, 3] and the bias 4 the row [1, 10, 100] gives 1 + 20 + 300 + 4 = 325."""
    model = with_weights(student.make_sequential(3, 1), torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([4.0]))
    assert_close(model(torch.tensor([[1.0, 10.0, 100.0]])), torch.tensor([[325.0]]))


@task("make_sequential", points=1)
def test_two_rows_through_one_of_two_models(student):
    """Two rows give [-1, -2] and [2, -4], below zero as well, and a second model has weights of its own."""
    models = student.make_sequential(2, 2), student.make_sequential(2, 2)
    outputs = of_its_own(*models, torch.tensor([[2.0, 3.0], [3.0, 1.0]]))
    assert_close(outputs, torch.tensor([[-1.0, -2.0], [2.0, -4.0]]))


@task("step_functional", points=3)
def test_first_steps_of_the_lecture(student):
    """On the exam rows the first costs are 29661.80, 9298.52, 2915.71, 915.04; w begins .294, .294, .297, b .003."""
    model = zero_model(student)
    losses = [student.step_functional(model, *exam(), 1e-5)]
    # Printed with three digits; the slide repeats the third weight in the column of the second, which is .294.
    assert_close(model.weight, torch.tensor([[0.294, 0.294, 0.297]], dtype=torch.float64), rtol=0, atol=5e-4, name="w")
    assert_close(model.bias, torch.tensor([0.003], dtype=torch.float64), rtol=0, atol=5e-4, name="b")
    losses += [student.step_functional(model, *exam(), 1e-5) for _ in range(3)]
    # The lectures computed in float32, which moves their costs by 5e-7 of the value at most.
    assert_close(losses, [29661.800781, 9298.520508, 2915.712891, 915.040527], rtol=2e-6, name="losses")


@task("step_functional", points=1)
def test_every_parameter_takes_a_step(student):
    """In two layers, 2x + 0 and then 3h, all three numbers move: by .6, .6 and .4 at x = 1, y = 5 and lr = .1."""
    model = inside(student, two_layers).keep(2.0, 3.0)
    loss = student.step_functional(model, torch.tensor([[1.0]]), torch.tensor([[5.0]]), 0.1)
    assert_close(loss, 1.0, name="loss")
    want = [torch.tensor([[1.4]]), torch.tensor([-0.6]), torch.tensor([[2.6]])]
    assert_close(list(model.state_dict().values()), want, name="parameters")


@task("step_functional", points=1)
def test_an_old_gradient_of_a_model_has_no_part(student):
    """A line with the slope 2 costs 2 at (1, 0) and (1, 2); a step of .5 takes it to 1, whatever its .grad held."""
    model, x, y = line_through_zero(student)
    assert_close(student.step_functional(recipes.poisoned(model, 3.0), x, y, 0.5), 2.0, name="loss")
    assert_close(model.weight, torch.tensor([[1.0]]), name="weight")


@task("fit_optimizer", points=2)
def test_costs_of_the_lecture(student):
    """On the exam rows the costs of deck 002 come out, from 29661.80 at epoch 0 to 1.6191 at epoch 20."""
    printed = [
        29661.800781,
        9298.520508,
        2915.713135,
        915.040527,
        287.936005,
        91.371017,
        29.758139,
        10.445305,
        4.391228,
    ]
    printed += [2.493135, 1.897688, 1.710541, 1.651413, 1.632387, 1.625923, 1.623412, 1.622141, 1.621253, 1.6205]
    printed += [1.61977, 1.619033]
    losses = student.fit_optimizer(zero_model(student), *exam(), 1e-5, 21)
    assert_close(losses, printed, rtol=2e-6, atol=5e-5, name="losses")  # the lecture computed in float32


@task("fit_optimizer", points=1)
def test_first_step_of_adam(student):
    """Adam's first step is the learning rate, .25: the slope goes from 2 to 1.75, the cost from 2 to 1.5625."""
    model, x, y = line_through_zero(student)
    assert_close(student.fit_optimizer(model, x, y, 0.25, 2, "Adam"), [2.0, 1.5625], name="losses")


@task("fit_optimizer", points=1)
def test_another_optimizer_is_refused(student):
    """The name "Momentum" is a ValueError, and the model stays as it was."""
    model, x, y = line_through_zero(student)
    assert_close(student.fit_optimizer(model, x, y, 0.25, 1, "SGD"), [2.0], name="losses")
    with pytest.raises(ValueError):
        student.fit_optimizer(model, x, y, 0.25, 1, "Momentum")
    assert_close(model.weight, torch.tensor([[1.5]]), name="weight")


@task("fit_optimizer", points=1)
def test_training_starts_from_cleared_gradients(student):
    """A line with the slope 2 has the costs 2 and 1.25 with lr = .25, whatever its .grad held before."""
    model, x, y = line_through_zero(student)
    losses = student.fit_optimizer(recipes.poisoned(model, 3.0), x, y, 0.25, 2)
    assert_close(losses, [2.0, 1.25], name="losses")


@task("OneLayerNet", points=3)
def test_module_by_hand(student):
    """With W = [[1, 2, 3], [0, -1, 1]] and b = [4, 5] the row [1, 10, 100] gives [325, 95]."""
    weight, bias = torch.tensor([[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]]), torch.tensor([4.0, 5.0])
    model = with_weights(student.OneLayerNet(3, 2), weight, bias)
    assert_close(model(torch.tensor([[1.0, 10.0, 100.0]])), torch.tensor([[325.0, 95.0]]))


@task("OneLayerNet", points=1)
def test_two_rows_through_one_of_two_modules(student):
    """Two rows give [-1, -2] and [2, -4], below zero as well, and a second module has weights of its own."""
    modules = student.OneLayerNet(2, 2), student.OneLayerNet(2, 2)
    outputs = of_its_own(*modules, torch.tensor([[2.0, 3.0], [3.0, 1.0]]))
    assert_close(outputs, torch.tensor([[-1.0, -2.0], [2.0, -4.0]]))


@task("OneLayerNet", points=1)
def test_backward_reaches_both_parameters(student):
    """For the rows [1, 2] and [3, 4], the sum of all outputs has the slopes [4, 6] for W and 2 for b."""
    model = with_weights(student.OneLayerNet(2, 1), torch.tensor([[1.0, 1.0]]), torch.tensor([0.0]))
    model.forward.keep(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum.keep().backward()
    slopes = [model.get_parameter.keep(name).grad for name in sorted(model.state_dict())]
    require(all(slope is not None for slope in slopes), "backward() reaches no parameter of the module.")
    slopes.sort(key=lambda slope: slope.ndim)
    assert_close(slopes, [torch.tensor([2.0]), torch.tensor([[4.0, 6.0]])], name="slopes")


@task("MultivariateLinearRegression", points=4)
def test_predictions_of_the_lecture(student):
    """With the weights after 20 steps the five predictions are 152.802, 183.6731, 180.9677, 197.0699, 140.1."""
    weight, bias = torch.tensor([[0.668994, 0.665952, 0.675754]]), torch.tensor([0.007797])
    model = with_weights(student.MultivariateLinearRegression(), weight, bias)
    printed = torch.tensor([[152.802], [183.6731], [180.9677], [197.0699], [140.1]])
    assert_close(model(exam(torch.float32)[0]), printed, rtol=0, atol=1e-3)
