"""The mean of the accuracies of batches, the last of which is smaller."""

CAUGHT_BY = ("three_hundred_images", "parts_add_up_to_the_whole")
HINT = "The last batch is smaller, and its images count more than the others in your mean. What adds up over batches?"


def evaluate(model, images_uint8, labels):
    shares = []
    with torch.no_grad():
        for x, y in zip(images_uint8.split(256), labels.split(256), strict=True):
            shares.append((model(x.flatten(start_dim=1) / 255).argmax(dim=1) == y).float().mean().item())
    return sum(shares) / len(shares)
