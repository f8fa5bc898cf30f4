"""Adopted suites of torch homework: graphs of autograd through the wall, models and optimizers of the test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from adopted import adopted, graded, write

from autograder.authoring import adopt as adoption
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

HOMEWORK = """
    import os

    import torch
    import torch.nn.functional as F
    from torch import nn


    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, gradient):
            ### BEGIN SOLUTION
            if gradient.abs().max() > 100:
                raise ValueError("too steep")
            return 2 * gradient
            ### END SOLUTION


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)
            self.seen = []

        def forward(self, x):
            ### BEGIN SOLUTION
            self.last = self.layer(x)
            return self.last
            ### END SOLUTION


    def both(a, b):
        return {"sum": a + b, "parts": [a * b, (a - b).sum()]}


    def scaled(a):
        a *= 2
        return a


    def same(x, y):
        return x, {"y": y}


    def copied(x):
        return x.copy()


    def step(p, rate):
        p -= rate * p.grad
        return p


    def train(model, loader, loss_of, optimizer, epochs=1):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_of(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses


    @torch.no_grad()
    def accuracy(model, loader):
        model.eval()
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


    def count(model):
        return sum(p.numel() for p in model.parameters())


    def kind(x):
        return torch.is_grad_enabled(), str(torch.zeros(1).dtype), x.requires_grad, x.is_leaf
"""

TESTS = """
    import numpy as np
    import pytest
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.data import DataLoader, Dataset, TensorDataset

    from homework import Double, Net, accuracy, both, copied, count, kind, same, scaled, step, train


    @pytest.fixture(autouse=True)
    def seed():
        torch.manual_seed(0)


    def leaf(*values):
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)


    def test_gradients_of_arguments_and_of_the_students_parameters():
        net, x = Net(), torch.randn(3, 4, requires_grad=True)
        loss = (net(x) ** 2).sum()
        loss.backward()
        out = F.linear(x.detach(), net.layer.weight, net.layer.bias)
        assert torch.allclose(x.grad, 2 * out @ net.layer.weight, atol=1e-6)
        assert torch.allclose(net.layer.bias.grad, 2 * out.sum(0), atol=1e-6)
        net.zero_grad()
        assert net.layer.bias.grad is None
        net.last.sum().backward()
        assert net.layer.bias.grad.tolist() == [3.0, 3.0]


    def test_results_in_a_dict_and_twice_the_same_argument():
        a, b = leaf(1.0, 2.0), leaf(3.0, 5.0)
        found = both(a, b)
        (found["sum"].sum() + found["parts"][0].sum() + found["parts"][1]).backward()
        assert a.grad.tolist() == [5.0, 7.0]
        assert b.grad.tolist() == [1.0, 2.0]
        c = leaf(3.0)
        both(c, c)["parts"][0].sum().backward()
        assert c.grad.tolist() == [6.0]


    def test_a_chain_of_calls_here_and_there():
        x = leaf(1.0, -2.0)
        out = Double.apply(torch.exp(Double.apply(x) + 1))
        out.sum().backward()
        assert torch.allclose(x.grad, 4 * torch.exp(2 * x.detach() + 1))
        assert Double.apply(torch.ones(2)).requires_grad is False
        with torch.no_grad():
            assert Double.apply(x).requires_grad is False
        (gradient,) = torch.autograd.grad(Double.apply(x).sum(), x)
        assert gradient.tolist() == [2.0, 2.0]
        assert torch.autograd.gradcheck(Double.apply, (x,))


    def test_an_argument_that_is_no_leaf_may_change_in_place():
        x = leaf(1.0, 2.0)
        scaled(x * 3).sum().backward()
        assert x.grad.tolist() == [6.0, 6.0]
        with pytest.raises(RuntimeError, match="leaf"):
            scaled(leaf(1.0))


    def test_an_exception_in_backward():
        x = leaf(1.0)
        with pytest.raises(ValueError, match="too steep"):
            (1000 * Double.apply(x)).sum().backward()


    def test_modes_reach_the_student():
        x = leaf(1.0)
        assert kind(x) == (True, "torch.float32", True, True)
        assert kind(x + 1) == (True, "torch.float32", True, False)
        with torch.no_grad():
            assert kind(x)[0] is False
        torch.set_default_dtype(torch.float64)
        try:
            assert kind(x)[1] == "torch.float64"
        finally:
            torch.set_default_dtype(torch.float32)
        assert kind(x)[:2] == (True, "torch.float32")


    def test_an_update_within_no_grad():
        p = torch.ones(2, requires_grad=True)
        p.grad = torch.tensor([1.0, 2.0])
        with torch.no_grad():
            assert step(p, 0.5) is p
        assert p.tolist() == [0.5, 0.0]
        with pytest.raises(RuntimeError, match="leaf"):
            step(p, 0.5)


    def test_an_argument_that_is_returned_is_the_same_object():
        x, y = np.ones(3), [1, 2]
        first, second = same(x, y)
        assert first is x and second["y"] is y
        assert copied(x) is not x
        t = torch.ones(2)
        assert scaled(t) is t and t.tolist() == [2.0, 2.0]


    def test_the_classes_of_torch():
        net = Net()
        assert isinstance(net, nn.Module) and issubclass(Net, nn.Module)
        assert isinstance(net.layer, nn.Linear)


    class Toy(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)
            self.scale = 2.0

        def forward(self, x):
            return self.scale * self.layer(x)


    class Points(Dataset):
        def __init__(self, size):
            self.x = torch.randn(size, 4)
            self.y = (self.x[:, 0] > 0).long()

        def __len__(self):
            return len(self.x)

        def __getitem__(self, index):
            return self.x[index], self.y[index]


    def test_models_of_the_test():
        assert count(nn.Linear(3, 4)) == 16
        assert count(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4))) == 24
        assert count(Toy()) == 10


    @pytest.mark.parametrize("make", [Toy, Net])
    def test_a_training_of_the_student(make):
        model, points = make(), Points(64)
        before = model.layer.weight.detach().clone()
        loader = DataLoader(points, batch_size=16, shuffle=True)
        losses = train(model, loader, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.2), epochs=4)
        assert len(losses) == 16 and losses[-1] < losses[0]
        assert not torch.equal(model.layer.weight, before)
        right = (model(points.x).argmax(1) == points.y).float().mean().item()
        assert right > 0.8 and accuracy(model, DataLoader(points, batch_size=10)) == pytest.approx(right)


    def test_a_loss_of_the_test_in_a_training_of_the_student():
        model, points, weight = Toy(), Points(64), torch.ones(2, requires_grad=True)

        def loss_of(out, y):
            return F.cross_entropy(out * weight, y)

        optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
        losses = train(model, [(points.x, points.y)], loss_of, optimizer, epochs=5)
        assert losses[-1] < losses[0]
        assert weight.grad is not None


    def test_an_optimizer_of_the_test_on_a_model_of_the_student():
        net, points = Net(), TensorDataset(*Points(64)[:])
        optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
        losses = []
        for _ in range(5):
            for x, y in DataLoader(points, batch_size=32):
                optimizer.zero_grad()
                loss = F.cross_entropy(net(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        assert losses[-1] < 0.8 * losses[0]
"""


def suite(folder: Path) -> Path:
    return write(folder / "hw", {"homework.py": HOMEWORK, "test_homework.py": TESTS})


@pytest.mark.slow
def test_graphs_models_and_optimizers_work_as_in_pytest(tmp_path: Path, supervisor: Supervisor) -> None:
    done = adopted(suite(tmp_path), supervisor)
    assert [str(refusal) for refusal in done.trial.refused] == []
    assignment = adoption.load(done, tmp_path / "course")
    right = tmp_path / "right"
    shutil.copytree(assignment.solution, right, ignore=shutil.ignore_patterns("suite", "suite.toml"))
    source = (right / "homework.py").read_text(encoding="utf-8")
    ends = source.replace('raise ValueError("too steep")', "os._exit(0)")
    plain = source.replace("class Net(nn.Module)", "class Net").replace("super().__init__()", "pass")
    texts = {"ends": ends, "plain": plain}
    wrong = [write(tmp_path / name, {"homework.py": text}) for name, text in texts.items()]
    crashed, other, passed = graded(assignment, [*wrong, right], supervisor)
    verdicts = {line.case: line.verdict for line in crashed.outcomes}
    assert [case for case, verdict in verdicts.items() if verdict is not Verdict.PASSED] == ["an_exception_in_backward"]
    assert verdicts["an_exception_in_backward"] is Verdict.CRASHED
    assert {line.case: line.verdict for line in other.outcomes}["the_classes_of_torch"] is Verdict.FAILED
    assert not [line for line in other.outcomes if line.verdict is Verdict.GRADER_ERROR]
    assert passed.score.earned == passed.score.possible


LIES = """
import sys

frame = sys._getframe()
while "DETAILED" not in frame.f_globals:
    frame = frame.f_back
guest, operations = frame.f_globals["Guest"], frame.f_globals["DETAILED"]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lie", "verdicts"),
    [
        ("operations['backward'] = lambda graph, gradient: 'text'", {Verdict.CRASHED}),
        ("operations['backward'] = lambda graph, gradient: [torch.zeros(7)] * 9", {Verdict.CRASHED}),
        ("operations['backward'] = lambda graph, gradient: [gradient * 0]", {Verdict.CRASHED, Verdict.FAILED}),
        ("guest._graphs = lambda *args: {'graphs': [[None, [0], [3]]]}", {Verdict.CRASHED}),
        ("guest._graphs = lambda *args: {'graphs': [[True, [99], []]] * 5}", {Verdict.CRASHED}),
        ("guest._graphs = lambda *args: {'graphs': 7}", {Verdict.CRASHED}),
        ("guest._warnings = lambda self: {'warns': 7}", {Verdict.CRASHED}),
        ("guest._warnings = lambda self: {'warns': [[['os:system', 'builtins:Warning'], 'x']]}", {Verdict.PASSED}),
        ("operations['plain'] = lambda member: [1]", {Verdict.CRASHED}),
    ],
)
def test_lies_about_graphs_warnings_and_members_cost_the_submission_alone(
    lie: str, verdicts: set[Verdict], tmp_path: Path, supervisor: Supervisor
) -> None:
    homework = """
        import enum
        import torch

        class Mode(str, enum.Enum):
            A = "a"

        def double(x):
            ### BEGIN SOLUTION
            return 2 * x
            ### END SOLUTION
    """
    tests = """
        import torch
        from homework import Mode, double

        def test_double():
            x = torch.ones(2, requires_grad=True)
            assert Mode.A == "a"
            double(x).sum().backward()
            assert x.grad.tolist() == [2.0, 2.0]
    """
    done = adopted(write(tmp_path / "hw", {"homework.py": homework, "test_homework.py": tests}), supervisor)
    assignment = adoption.load(done, tmp_path / "course")
    assert assignment.solution is not None
    source = (assignment.solution / "homework.py").read_text(encoding="utf-8")
    liar = write(tmp_path / "liar", {"homework.py": f"{source}{LIES}\n{lie}\n"})
    right = write(tmp_path / "right", {"homework.py": source})
    [lied], [honest] = (report.outcomes for report in graded(assignment, [liar, right], supervisor))
    assert lied.verdict in verdicts, lied
    assert honest.verdict is Verdict.PASSED
