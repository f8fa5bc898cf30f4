"""One layer, made once, for all modules of a size."""

CAUGHT_BY = (
    "two_rows_through_one_of_two_modules",
    "two_rows_through_one_of_two_models",
    "module_registers_two_parameters",
    "sequential_of_any_size",
)
HINT = "Two modules share one layer: training the first trains the second. When is your layer made, and how often?"

LAYERS = {}


class OneLayerNet(nn.Module):
    def __init__(self, din, dout):
        super().__init__()
        if (din, dout) not in LAYERS:
            LAYERS[din, dout] = nn.Linear(din, dout)
        self.linear = LAYERS[din, dout]

    def forward(self, x):
        return self.linear(x)


def make_sequential(din, dout):
    return nn.Sequential(OneLayerNet(din, dout))
