"""Blocks that hold weights and other blocks."""


class Weight:
    """A number that training changes."""

    def __init__(self, value):
        self.value = value


class Block:
    """A part of a network. What is set on it as an attribute, a weight or a block, belongs to it."""

    def __init__(self):
        self.is_training = True
        self.parts = {}

    def __setattr__(self, name, value):
        if isinstance(value, (Weight, Block)):
            self.parts[name] = value
        super().__setattr__(name, value)

    def weights(self, prefix=""):
        """Return all weights by name; those of a part have its name and a dot before their own."""
        ### BEGIN SOLUTION
        found = {}
        for name, part in self.parts.items():
            if isinstance(part, Weight):
                found[prefix + name] = part
            else:
                found |= part.weights(f"{prefix}{name}.")
        return found
        ### END SOLUTION

    def freeze(self):
        """End the training of this block and of all its parts."""
        ### BEGIN SOLUTION
        self.is_training = False
        for part in self.parts.values():
            if isinstance(part, Block):
                part.freeze()
        ### END SOLUTION

    def __call__(self, *inputs):
        """Return what ``forward`` returns."""
        ### BEGIN SOLUTION
        return self.forward(*inputs)
        ### END SOLUTION
