import copy
import io

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from model import LayerNorm, MLP, Attention, MyReLU, SGD, accuracy, mse, softmax, train


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def data():
    x = torch.randn(64, 4)
    return x, (x[:, 0] > 0).long()


@pytest.fixture
def model():
    return MLP(4, 16, 2)


def test_softmax():
    x = torch.randn(3, 5)
    torch.testing.assert_close(softmax(x), F.softmax(x, -1))
    torch.testing.assert_close(softmax(x, dim=0).sum(0), torch.ones(5))


def test_mse_backward():
    pred = torch.randn(5, requires_grad=True)
    target = torch.randn(5)
    loss = mse(pred, target)
    assert loss.requires_grad
    loss.backward()
    torch.testing.assert_close(pred.grad, 2 * (pred.detach() - target) / 5)


def test_autograd_grad():
    x = torch.randn(4, dtype=torch.float64, requires_grad=True)
    y = softmax(x * 2)
    g, = torch.autograd.grad(y[0], x)
    want, = torch.autograd.grad(F.softmax(x * 2, -1)[0], x)
    torch.testing.assert_close(g, want)


def test_my_relu():
    x = torch.randn(8, dtype=torch.float64, requires_grad=True)
    out = MyReLU.apply(x)
    torch.testing.assert_close(out, F.relu(x))
    out.sum().backward()
    torch.testing.assert_close(x.grad, (x > 0).double())


def test_gradcheck():
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(MyReLU.apply, (x,))
    assert torch.autograd.gradcheck(lambda t: softmax(t), (x,))
    ln = LayerNorm(4).double()
    assert torch.autograd.gradcheck(ln, (x,))


def test_layernorm_matches_torch():
    x = torch.randn(2, 3, 8)
    ours, theirs = LayerNorm(8), nn.LayerNorm(8)
    torch.testing.assert_close(ours(x), theirs(x))
    assert set(dict(ours.named_parameters())) == {"weight", "bias"}
    with torch.no_grad():
        ours.weight.fill_(2.0)
        theirs.weight.fill_(2.0)
    torch.testing.assert_close(ours(x), theirs(x))
    ours.load_state_dict(theirs.state_dict())


def test_shapes_and_parameters(model):
    assert model(torch.randn(7, 4)).shape == (7, 2)
    assert sum(p.numel() for p in model.parameters()) == 4 * 16 + 16 + 16 * 2 + 2
    assert isinstance(model, nn.Module)
    assert isinstance(model.fc1, nn.Linear)
    assert model.fc1.weight.shape == (16, 4)
    assert model.fc1.out_features == 16
    names = [n for n, _ in model.named_parameters()]
    assert names == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    assert all(p.requires_grad for p in model.parameters())


def test_gradients_flow(model, data):
    x, y = data
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    for name, p in model.named_parameters():
        assert p.grad is not None, name
        assert p.grad.abs().sum() > 0
    model.zero_grad()
    assert all(p.grad is None or p.grad.abs().sum() == 0 for p in model.parameters())


def test_gradient_equals_reference(model, data):
    x, y = data
    ref = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
    with torch.no_grad():
        for a, b in zip(ref.parameters(), model.parameters()):
            a.copy_(b)
    F.cross_entropy(ref(x), y).backward()
    F.cross_entropy(model(x), y).backward()
    for a, b in zip(ref.parameters(), model.parameters()):
        torch.testing.assert_close(a.grad, b.grad)


def test_overfits_one_batch(model, data):
    x, y = data
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    first = None
    for _ in range(40):
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        first = first or loss.item()
    assert loss.item() < 0.5 * first


def test_student_optimizer():
    w = nn.Parameter(torch.tensor([1.0, -2.0]))
    v = nn.Parameter(torch.tensor([1.0, -2.0]))
    ours, theirs = SGD([w], lr=0.1, momentum=0.9), torch.optim.SGD([v], lr=0.1, momentum=0.9)
    for _ in range(5):
        for p, o in ((w, ours), (v, theirs)):
            o.zero_grad()
            (p ** 2).sum().backward()
            o.step()
    torch.testing.assert_close(w, v)


def test_student_optimizer_on_student_model(model, data):
    x, y = data
    opt = SGD(model.parameters(), lr=0.5)
    before = F.cross_entropy(model(x), y).item()
    for _ in range(10):
        opt.zero_grad()
        F.cross_entropy(model(x), y).backward()
        opt.step()
    assert F.cross_entropy(model(x), y).item() < before


def test_train_and_accuracy(model, data):
    loader = DataLoader(TensorDataset(*data), batch_size=16, shuffle=True)
    losses = train(model, loader, epochs=20, lr=0.5)
    assert losses[-1] < losses[0]
    assert accuracy(model, loader) > 0.9


def test_dropout_modes():
    m = MLP(4, 64, 2, p=0.5)
    x = torch.randn(3, 4)
    m.eval()
    assert torch.equal(m(x), m(x))
    m.train()
    assert not torch.equal(m(x), m(x))
    assert m.training


def test_causal(model):
    att = Attention(8)
    x = torch.randn(1, 6, 8)
    y1 = att(x)
    x2 = x.clone()
    x2[:, 4:] += 1
    y2 = att(x2)
    torch.testing.assert_close(y1[:, :4], y2[:, :4])
    assert "mask" in dict(att.named_buffers())
    x.requires_grad_(True)
    att(x)[0, 2].sum().backward()
    assert torch.all(x.grad[0, 3:] == 0)
    assert x.grad[0, :3].abs().sum() > 0


def test_state_dict_round_trip(model):
    other = MLP(4, 16, 2)
    other.load_state_dict(model.state_dict())
    x = torch.randn(5, 4)
    with torch.no_grad():
        torch.testing.assert_close(model(x), other(x))
    clone = copy.deepcopy(model)
    torch.testing.assert_close(model(x), clone(x))


def test_init_by_apply(model):
    def init(m):
        if isinstance(m, nn.Linear):
            nn.init.constant_(m.weight, 0.1)
            nn.init.zeros_(m.bias)
    model.apply(init)
    out = model(torch.ones(1, 4))
    torch.testing.assert_close(out, torch.full((1, 2), 16 * 0.4 * 0.1))


def test_in_sequential():
    net = nn.Sequential(MLP(4, 8, 3), nn.ReLU(), nn.Linear(3, 1))
    assert net(torch.randn(2, 4)).shape == (2, 1)
    net(torch.randn(2, 4)).sum().backward()
    assert net[0].fc1.weight.grad is not None
    assert net[2].weight.grad is not None


def test_hooks(model):
    seen = []
    handle = model.fc1.register_forward_hook(lambda m, i, o: seen.append(o.shape))
    model(torch.randn(2, 4))
    handle.remove()
    model(torch.randn(2, 4))
    assert seen == [(2, 16)]


def test_vectors(model):
    vec = torch.nn.utils.parameters_to_vector(model.parameters())
    assert vec.numel() == sum(p.numel() for p in model.parameters())
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    assert total == 0


def test_named_modules(model):
    kinds = [type(m).__name__ for m in model.modules()]
    assert kinds.count("Linear") == 2
    assert [n for n, _ in model.named_children()] == ["fc1", "fc2", "drop"]
    linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
    assert linears[0].in_features == 4


def test_double(model):
    m = model.double()
    assert m(torch.randn(2, 4, dtype=torch.float64)).dtype == torch.float64
    assert model.to(torch.float32)(torch.randn(2, 4)).dtype == torch.float32


def test_freezing(model, data):
    x, y = data
    for p in model.fc1.parameters():
        p.requires_grad = False
    F.cross_entropy(model(x), y).backward()
    assert model.fc1.weight.grad is None
    assert model.fc2.weight.grad is not None
    trainable = [p for p in model.parameters() if p.requires_grad]
    assert len(trainable) == 2
