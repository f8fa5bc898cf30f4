"""Neither convolution is followed by a ReLU."""

from torch import nn

CAUGHT_BY = (
    "channels_with_and_without_ink",
    "logits_with_given_weights",
    "negative_maps_are_cut_off[layer1]",
    "negative_maps_are_cut_off[layer2]",
)
HINT = (
    "The weights fit, but the logits differ. Follow one image: which step follows each of the TWO convolutions, "
    "before the pooling?"
)


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(32, 64, 3, padding=1), nn.MaxPool2d(2))
