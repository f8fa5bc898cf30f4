"""The tensors are converted to float32, and the new w stays in it."""

CAUGHT_BY = (
    "result_is_ready_for_the_next_step",
    "new_w_has_the_dtype_of_w",
    "autograd_step_leaves_its_arguments_alone",
    "manual_step_leaves_its_arguments_alone",
)
HINT = (
    "Float64 went in, and float32 comes out. The next step multiplies x by your w: must both not have the same dtype?"
)


def step_manual(x, y, w, lr):
    x, y, w = x.float(), y.float(), w.float()
    error = x @ w - y
    return w - lr * (x.T @ error), 0.5 * float((error**2).sum())


def step_autograd(x, y, w, lr):
    leaf = w.detach().float().clone().requires_grad_()
    loss = 0.5 * ((x.float() @ leaf - y.float()) ** 2).sum()
    loss.backward()
    return (leaf.detach() - lr * leaf.grad).requires_grad_(), loss.item()
