"""The package of the course: what students write is in ``blocks``."""

from .blocks import Block, Weight

__all__ = ["Block", "Weight"]
