"""Hidden cases of 04-five-rewrites: fresh inputs of any size, old gradients, and steps one after the other."""

import math

import numpy as np
import pytest
import torch

from autograder import (
    assert_close,
    assert_matches,
    assert_pure,
    assert_without,
    build,
    inside,
    recipes,
    require,
    task,
)

# Whichever way a gradient is asked of PyTorch, one of these is called.
AUTOGRAD = ("torch.autograd.backward", "torch.autograd.grad", "torch.autograd.forward_ad.make_dual")

SIZES = [(7, 3, 5), (1, 5, 2), (11, 2, 3), (5, 7, 1), (13, 1, 2), (4, 4, 4)]  # N, din, dout


def normal(rng, *shape):
    """Draw a float64 tensor of this shape."""
    return torch.from_numpy(rng.normal(size=shape))


def draw(rng, sizes, *, asks=False):
    """Draw x, y and w of a step, and a learning rate at which w neither stays nor flies away."""
    n, din, dout = sizes
    return normal(rng, n, din), normal(rng, n, dout), normal(rng, din, dout).requires_grad_(asks), 0.1 / n


def far(rng, *, asks=False):
    """Draw a step whose targets are far away, so that its gradient is large."""
    x, y, w, lr = draw(rng, (5, 3, 2), asks=asks)
    return x, 1e5 * y, w, lr


def trusted_linear(weight, bias=None):
    """The nn.Linear that recipes.linear(weight, bias) builds in the worker, here."""
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer


def exam():
    """The three marks X (5, 3) and the final marks y (5, 1) of the lectures, float64."""
    X = [[73, 80, 75], [93, 88, 93], [89, 91, 90], [96, 98, 100], [73, 66, 70]]
    y = [[152], [185], [180], [196], [142]]
    return torch.tensor(X, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)


def put(model, weight, bias):
    """Put weight and bias into a module of the student's, found there by their shapes, and return their names."""
    state = model.state_dict()
    names = {tuple(value.shape): name for name, value in state.items()}
    shapes = sorted(tuple(value.shape) for value in state.values())
    wanted = sorted([tuple(weight.shape), tuple(bias.shape)])
    require(shapes == wanted, "The module does not register exactly the two documented parameters.")
    model.load_state_dict({names[tuple(weight.shape)]: weight, names[tuple(bias.shape)]: bias})
    return names[tuple(weight.shape)], names[tuple(bias.shape)]


def linear_layer(weight, bias, x):
    """What a linear layer gives."""
    return x @ weight.T + bias


def keeps_dtype(new, w):
    """Fail unless the new w has the very dtype of w, so that the next step can start from it."""
    require(new.dtype == w.dtype, "The new w has another dtype than w.", hint="Float64 in, float64 out.")


def is_sequential(model):
    """Runs beside the student's code: whether a model is an nn.Sequential."""
    import torch

    return isinstance(model, torch.nn.Sequential)


def stays_apart(first, second):
    """Fail if another module changes with the parameters of ``first``."""
    before = second.state_dict()
    put(first, *(torch.full_like(value, 7.0) for value in sorted(first.state_dict().values(), key=lambda v: -v.ndim)))
    after = second.state_dict()
    kept = all(torch.equal(before[name], after[name]) for name in before)
    require(kept, "Two modules share a parameter.", hint="Build the layer where every new module gets one of its own.")


def layers(first, kernel, second):
    """Runs beside the student's code: a deeper model with these weights; only the first layer has a bias."""
    import torch

    model = torch.nn.Sequential(
        torch.nn.Linear(first.shape[1], first.shape[0]),
        torch.nn.Tanh(),
        torch.nn.Unflatten(1, (1, first.shape[0])),
        torch.nn.Conv1d(1, 1, kernel.shape[2], padding=1, bias=False),
        torch.nn.Flatten(),
        torch.nn.Linear(second.shape[1], second.shape[0], bias=False),
    ).to(first.dtype)
    with torch.no_grad():
        model[0].weight.copy_(first)
        model[0].bias.zero_()
        model[3].weight.copy_(kernel)
        model[5].weight.copy_(second)
    return model


def deeper(rng, student):
    """Draw a deeper model, here and in the worker, and x and y for it."""
    weights = normal(rng, 5, 3), normal(rng, 1, 1, 3), normal(rng, 2, 5)
    return layers(*weights), inside(student, layers).keep(*weights), normal(rng, 7, 3), normal(rng, 7, 2)


@task("step_manual", points=4)
def test_manual_step_matches(student, reference, rng):
    """One step by hand, for batches and layers of any size, also from targets far away."""
    over = [draw(rng, sizes) for sizes in SIZES] + [far(rng)]
    assert_matches(student.step_manual, reference.step_manual, over)


@task("step_manual", points=2)
def test_manual_step_leaves_its_arguments_alone(student, reference, rng):
    """x, y and w stay as they were, and the new w is a tensor of its own, of the same dtype, also for a rate of 0."""
    for lr, dtype in ((0.25, torch.float64), (0.0, torch.float32)):
        x, y, w = (each.to(dtype) for each in draw(rng, (5, 3, 2))[:3])
        wanted = reference.step_manual(x.clone(), y.clone(), w.clone(), lr)
        got = assert_pure(student.step_manual, x, y, w, lr)
        assert_close(got, wanted)
        keeps_dtype(got[0], w)


@task("step_manual", points=2, hint="Derive the gradient on paper and program the formula.")
def test_manual_gradient_is_by_hand(student, reference, rng):
    """The gradient of step_manual is a formula: no backward(), no torch.autograd.grad."""
    x, y, w, lr = draw(rng, (7, 2, 3))
    wanted = reference.step_manual(x.clone(), y.clone(), w.clone(), lr)
    assert_close(assert_without(student.step_manual, x, y, w, lr), wanted)


@task("step_autograd", points=2)
def test_autograd_step_matches(student, reference, rng):
    """One step by backward(), for batches and layers of any size, also from targets far away."""
    over = [draw(rng, sizes, asks=True) for sizes in SIZES] + [far(rng, asks=True)]
    assert_matches(student.step_autograd, reference.step_autograd, over)


@task("step_autograd", points=2)
def test_pytorch_finds_the_gradient(student, reference, rng):
    """The gradient of step_autograd is found by PyTorch, with backward() or torch.autograd.grad."""
    x, y, w, lr = draw(rng, (5, 2, 3), asks=True)
    wanted = reference.step_autograd(x, y, w.detach().clone().requires_grad_(), lr)
    got, called = student.step_autograd.watched(AUTOGRAD, x, y, w, lr)
    assert_close(got, wanted)
    require(called, "The numbers are right, but PyTorch did not find the gradient: backward() was not called.")


@task("step_autograd", points=4, hint="backward() adds to .grad. What was in w.grad before you called it?")
def test_old_gradient_does_not_count(student, reference, rng):
    """What w.grad held before the step has no part in it."""
    x, y, w, lr = draw(rng, (7, 3, 2), asks=True)
    wanted = reference.step_autograd(x, y, w.detach().clone().requires_grad_(), lr)
    there = build(student, recipes.on_device(w, "cpu"))  # w itself, which keeps its .grad in the worker
    there.sum.keep().backward()  # now .grad is full of ones
    got = student.step_autograd(x, y, there, lr)
    _ = there.grad  # tells "never cleared" from "cleared too late"; what it is now is nobody's business
    assert_close(got, wanted)


@task(
    "step_autograd", points=4, hint="Feed the new w into the next step yourself, and print w.requires_grad each time."
)
def test_steps_one_after_the_other(student, reference, rng):
    """Five steps, each from the weights of the one before, all equal ours; every w can be differentiated by."""
    x, y, w, lr = draw(rng, (7, 5, 3), asks=True)
    wanted = w.detach().clone()
    for _ in range(5):
        wanted, wanted_loss = reference.step_manual(x, y, wanted, lr)
        w, loss = student.step_autograd(x.clone(), y.clone(), w, lr)
        assert_close((w, loss), (wanted, wanted_loss))
        require(w.requires_grad and w.is_leaf, "A new w is no leaf that asks for a gradient.")


@task("step_autograd", points=2)
def test_autograd_step_leaves_its_arguments_alone(student, reference, rng):
    """x, y and w stay as they were, and the new w is a tensor of its own, of the same dtype, also for a rate of 0."""
    for lr, dtype in ((0.25, torch.float64), (0.0, torch.float32)):
        x, y, w = (each.to(dtype) for each in draw(rng, (5, 3, 2))[:3])
        wanted = reference.step_autograd(x.clone(), y.clone(), w.clone().requires_grad_(), lr)
        got = assert_pure(student.step_autograd, x, y, w.requires_grad_(), lr)
        assert_close(got, wanted)
        keeps_dtype(got[0], w)


@task("make_sequential", points=2)
def test_sequential_of_any_size(student, rng):
    """One linear layer with bias, of the sizes asked for."""
    for n, din, dout in [(7, 3, 5), (1, 5, 2), (4, 2, 3)]:
        model = student.make_sequential(din, dout)
        weight, bias, x = normal(rng, dout, din).float(), normal(rng, dout).float(), normal(rng, n, din).float()
        put(model, weight, bias)
        assert_close(model(x), linear_layer(weight, bias, x))
        require(inside(student, is_sequential)(model), "The layer does not stand inside an nn.Sequential.")
        stays_apart(model, student.make_sequential(din, dout))


@task("step_functional", points=4, hint="Every parameter of model.parameters() takes a step, whichever they are.")
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
def test_functional_step_matches(student, reference, rng, bias):
    """Losses and parameters after each of two steps, for models with and without a bias, also far from the targets."""
    for (n, din, dout), scale in zip(SIZES[:3], (1.0, 1.0, 1e5), strict=True):
        weights = [normal(rng, dout, din), normal(rng, dout)][: 1 + bias]
        x, y = normal(rng, n, din), scale * normal(rng, n, dout)
        ours, model = trusted_linear(*weights), build(student, recipes.linear(*weights))
        for _ in range(2):
            wanted = reference.step_functional(ours, x, y, 0.3)
            assert_close(student.step_functional(model, x.clone(), y.clone(), 0.3), wanted, name="loss")
            assert_close(model.weight, ours.weight.detach(), name="weight")
            if bias:
                assert_close(model.bias, ours.bias.detach(), name="bias")


@task("step_functional", points=3, hint="backward() adds to .grad. Clear it before, for every parameter.")
def test_old_gradients_of_a_model_do_not_count(student, reference, rng):
    """What the parameters' .grad held before the step has no part in it."""
    weight, bias, x, y = normal(rng, 2, 3), normal(rng, 2), normal(rng, 7, 3), normal(rng, 7, 2)
    ours, model = trusted_linear(weight, bias), build(student, recipes.linear(weight, bias))
    wanted = [reference.step_functional(ours, x, y, 0.2) for _ in range(3)]
    got = [student.step_functional(recipes.poisoned(model, 3.0), x.clone(), y.clone(), 0.2)]
    got += [student.step_functional(model, x.clone(), y.clone(), 0.2) for _ in range(2)]
    assert_close(got, wanted, name="losses")
    assert_close(model.weight, ours.weight.detach(), name="weight")


@task("step_functional", points=1, hint="Every parameter of model.parameters() takes a step, whichever they are.")
def test_functional_step_of_a_deeper_model(student, reference, rng):
    """All parameters of a model with three layers take the step, also those of a convolution."""
    ours, model, x, y = deeper(rng, student)
    for _ in range(2):
        wanted = reference.step_functional(ours, x, y, 0.3)
        assert_close(student.step_functional(model, x.clone(), y.clone(), 0.3), wanted, name="loss")
        assert_close(dict(model.state_dict()), dict(ours.state_dict()), name="parameters")


@task("step_functional", points=2, hint="F.mse_loss is a mean over all N * dout entries: it needs no factor of yours.")
def test_half_the_sum_is_64_times_the_mean(student, reference, rng):
    """For 64 rows and 2 outputs, half the sum is 64 times F.mse_loss, and 64 times the rate takes the same step."""
    x, y, w, _ = draw(rng, (64, 4, 2))
    wanted, half_of_sum = reference.step_manual(x, y, w, 1e-3)
    model = build(student, recipes.linear(w.T.contiguous()))
    mean = student.step_functional(model, x.clone(), y.clone(), 64e-3)
    assert_close(64 * mean, half_of_sum, name="64 times the loss")
    assert_close(model.weight, wanted.T, name="weight")


@task(
    "fit_optimizer", points=1, hint="Give the optimizer all of model.parameters(), and begin with a new one each time."
)
def test_fit_of_a_deeper_model(student, reference, rng):
    """All parameters of a model with three layers are trained, and a second training has its own optimizer and rate."""
    ours, model, x, y = deeper(rng, student)
    for lr, steps in ((0.1, 5), (0.03, 4)):
        wanted = reference.fit_optimizer(ours, x, y, lr, steps, "Adam")
        assert_close(student.fit_optimizer(model, x.clone(), y.clone(), lr, steps, "Adam"), wanted, name="losses")
        assert_close(dict(model.state_dict()), dict(ours.state_dict()), name="parameters")


@task("fit_optimizer", points=4)
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_fit_matches(student, reference, rng, name):
    """Losses and parameters after seven steps, and after none."""
    weight, bias, x, y = normal(rng, 2, 3), normal(rng, 2), normal(rng, 7, 3), normal(rng, 7, 2)
    ours, model = trusted_linear(weight, bias), build(student, recipes.linear(weight, bias))
    lr = float(rng.uniform(0.05, 0.15))
    wanted = reference.fit_optimizer(ours, x, y, lr, 7, name)
    assert_close(student.fit_optimizer(model, x.clone(), y.clone(), lr, 7, name), wanted, name="losses")
    for _ in range(2):  # once more after the call that must not change anything
        assert_close(model.weight, ours.weight.detach(), name="weight")
        assert_close(model.bias, ours.bias.detach(), name="bias")
        assert_close(student.fit_optimizer(model, x.clone(), y.clone(), lr, 0, name), [], name="losses of no steps")


@task("fit_optimizer", points=1, hint="zero_grad() comes before backward(), also in the very first step.")
def test_optimizer_starts_from_cleared_gradients(student, reference, rng):
    """What the parameters' .grad held before the training has no part in it."""
    weight, bias, x, y = normal(rng, 3, 2), normal(rng, 3), normal(rng, 5, 2), normal(rng, 5, 3)
    wanted = reference.fit_optimizer(trusted_linear(weight, bias), x, y, 0.2, 4)
    model = build(student, recipes.linear(weight, bias))
    assert_close(student.fit_optimizer(recipes.poisoned(model, 3.0), x, y, 0.2, 4), wanted, name="losses")


@task("fit_optimizer", points=1)
def test_every_step_is_taken(student, reference, rng):
    """Every step is taken, also where the loss rises, hardly changes, or is zero from the start."""
    weight, bias, x = normal(rng, 2, 3), normal(rng, 2), normal(rng, 7, 3)
    answers = trusted_linear(weight, bias)(x).detach()
    for lr, y in ((9.0, normal(rng, 7, 2)), (1e-12, normal(rng, 7, 2)), (0.1, answers)):
        ours, model = trusted_linear(weight, bias), build(student, recipes.linear(weight, bias))
        wanted = reference.fit_optimizer(ours, x, y, lr, 6)
        assert_close(student.fit_optimizer(model, x.clone(), y.clone(), lr, 6), wanted, name="losses")
        assert_close(model.weight, ours.weight.detach(), name="weight")


@task("fit_optimizer", points=1)
def test_long_runs_of_the_lecture(student):
    """A hundred epochs end as in deck 001, from zeros and from the module's own start; a larger rate flies away."""
    X, y = exam()
    zeros = torch.zeros(1, 3, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)

    def run(lr, steps, weight=zeros[0], bias=zeros[1]):
        return student.fit_optimizer(build(student, recipes.linear(weight, bias)), X.clone(), y.clone(), lr, steps)

    # Epochs 96 to 100. For epoch 96 the deck prints 1.564621, less than for the three after it: 1.567015 is right. The
    # deck computed in float32; one epoch lowers the cost by .0007.
    assert_close(run(1e-5, 100)[95:], [1.567015, 1.56634, 1.565658, 1.564987, 1.564298], rtol=0, atol=5e-5)
    # The module's start, recovered from the printed predictions with four digits: enough for four digits of a cost.
    start = torch.tensor([[0.4743, -0.5612, 0.0278]]).double(), torch.tensor([-0.0733]).double()
    assert_close(run(1e-5, 4, *start), [31427.130859, 9852.556641, 3090.071289, 970.390503], rtol=2e-4)
    # Above 2 / (largest eigenvalue) = 4.544e-5 every step makes one direction of the error larger.
    below, above = run(4.4e-5, 100), run(4.7e-5, 100)
    require(below[-1] < 2 < below[0] < above[-1], "4.4e-5 is still a good learning rate; 4.7e-5 is too large.")
    for lr in (1e-4, 1e-3, 1e-2):
        last = run(lr, 100)[-1]
        require(not math.isfinite(last) or last > 1e20, "A learning rate far too large does not make the cost grow.")


@task("fit_optimizer", points=2)
@pytest.mark.parametrize("name", ["Momentum", ""], ids=["unknown", "empty"])
def test_other_optimizers_are_refused(student, reference, rng, name):
    """An optimizer that is neither "SGD" nor "Adam" is a ValueError, and the model stays as it was."""
    weight, x, y = normal(rng, 2, 3), normal(rng, 5, 3), normal(rng, 5, 2)
    wanted = reference.fit_optimizer(trusted_linear(weight), x, y, 0.1, 2)
    model = build(student, recipes.linear(weight))
    assert_close(student.fit_optimizer(model, x.clone(), y.clone(), 0.1, 2), wanted)
    before = model.weight
    with pytest.raises(ValueError):
        student.fit_optimizer(model, x, y, 0.1, 2, name)
    assert_close(model.weight, before, rtol=0, atol=0, name="weight")


def gradients_of_the_sum(model, x, names):
    """Differentiate the sum of all outputs of a module in the worker; return the .grad of the parameters ``names``."""
    model.forward.keep(x).sum.keep().backward()
    return [model.get_parameter.keep(name).grad for name in names]


def check_module(model, rng, sizes):
    """A module is a linear layer: its outputs, the slopes of its parameters, and nothing changes by asking."""
    n, din, dout = sizes
    weight, bias = torch.from_numpy(rng.normal(size=(dout, din)).astype(np.float32)), normal(rng, dout).float()
    names = put(model, weight, bias)
    for rows, scale in ((n, 1.0), (1, 1e5)):
        x = scale * normal(rng, rows, din).float()
        first, again = model(x.clone()), model(x.clone())
        assert_close(first, linear_layer(weight, bias, x), name="outputs")
        assert_close(again, first, name="the same outputs once more")
    after = model.state_dict()
    assert_close([after[name] for name in names], [weight, bias], rtol=0, atol=0, name="parameters after forward")


def check_slopes(model, rng, sizes):
    """Both parameters of a module are reached by backward()."""
    n, din, dout = sizes
    names = put(model, normal(rng, dout, din).float(), normal(rng, dout).float())
    x = normal(rng, n, din).float()
    slopes = [x.sum(dim=0).repeat(dout, 1), torch.full((dout,), float(n))]  # of the sum of all outputs
    assert_close(gradients_of_the_sum(model, x.clone(), names), slopes, name="slopes")


@task("OneLayerNet", points=3, hint="A layer that the module can find is an attribute of its own, set in __init__.")
def test_module_registers_two_parameters(student):
    """The weight (dout, din) and the bias (dout,) are parameters of this module alone, for any din and dout."""
    for din, dout in [(3, 5), (7, 2), (1, 4)]:
        model = student.OneLayerNet(din, dout)
        names = list(model.state_dict())
        parameters = [model.get_parameter.keep(name) for name in names]
        assert_close(
            sorted(tuple(p.shape) for p in parameters), [(dout,), (dout, din)], name="shapes of the parameters"
        )
        stays_apart(model, student.OneLayerNet(din, dout))


@task("OneLayerNet", points=4)
def test_module_is_a_linear_layer(student, rng):
    """With given weights the outputs are x W^T + b, for any number of rows, and asking changes nothing."""
    for sizes in [(7, 3, 5), (11, 5, 2), (5, 1, 3)]:
        check_module(student.OneLayerNet(*sizes[1:]), rng, sizes)


@task("OneLayerNet", points=3, hint="Does forward() compute with the parameters themselves, all the way to the result?")
def test_gradients_reach_the_module(student, rng):
    """backward() through the module gives both of its parameters their slopes."""
    check_slopes(student.OneLayerNet(3, 5), rng, (7, 3, 5))


@task("MultivariateLinearRegression", points=3)
def test_regression_is_a_linear_layer(student, rng):
    """With given weights the predictions are x W^T + b, for any number of rows, and asking changes nothing."""
    model = student.MultivariateLinearRegression()
    check_module(model, rng, (7, 3, 1))
    stays_apart(model, student.MultivariateLinearRegression())


@task(
    "MultivariateLinearRegression", points=3, hint="Compute with the parameters themselves, all the way to the result."
)
def test_gradients_reach_the_regression(student, rng):
    """backward() through the module gives both of its parameters their slopes."""
    check_slopes(student.MultivariateLinearRegression(), rng, (5, 3, 1))
