"""The step goes to model.weight and model.bias; a model without them does not move."""

CAUGHT_BY = ("every_parameter_takes_a_step", "functional_step_of_a_deeper_model")
HINT = (
    "A model of two layers stays where it is. Which of its parameters do you ask for by name, and who has them "
    "all? Or is what you move not the tensor that the model holds?"
)


def step_functional(model, x, y, lr):
    model.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    with torch.no_grad():
        for name in ("weight", "bias"):
            parameter = getattr(model, name, None)
            if parameter is not None:
                parameter -= lr * parameter.grad
    return loss.item()
