"""Both branches on stand-in packages in a fresh interpreter each, then the real pair that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

GUEST = Path(__file__).resolve().parents[1] / "autograder" / "guest"

# What stands for torch: it refuses to describe an operator that does not exist, and counts how often it is asked.
TORCH_LIBRARY = """
asked = []
def register_fake(op, func=None):
    asked.append(op)
    if op.startswith(("torchvision::", "absent::")):
        raise RuntimeError(f"operator {op} does not exist")
    return lambda function: function
"""


def run_beside(folder: Path, torchvision_init: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` where torch and torchvision are stand-ins, the latter with this ``__init__``."""
    for package, text in (("torch", ""), ("torchvision", textwrap.dedent(torchvision_init))):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(text)
    (folder / "torch" / "library.py").write_text(TORCH_LIBRARY)
    for name in ("datasets", "transforms", "early"):
        (folder / "torchvision" / f"{name}.py").write_text("")
    preamble = "import sys\nfrom torchvision_import import import_torchvision\n"
    return subprocess.run(
        [sys.executable, "-c", preamble + textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{GUEST}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_matching_build_is_imported_plainly(tmp_path: Path) -> None:
    done = run_beside(
        tmp_path,
        "import torch.library\nregister_fake_seen = torch.library.register_fake\n",
        """
        import torch.library
        original = torch.library.register_fake
        module = import_torchvision()
        assert module is sys.modules["torchvision"] and module.datasets and module.transforms
        assert module.register_fake_seen is original and torch.library.register_fake is original
        assert torch.library.asked == []
        assert import_torchvision() is module
        """,
    )
    assert done.returncode == 0, done.stderr


def test_a_plain_import_needs_no_torch(tmp_path: Path) -> None:
    done = run_beside(
        tmp_path, "", "import_torchvision()\nassert not [name for name in sys.modules if name.startswith('torch.')]"
    )
    assert done.returncode == 0, done.stderr


def test_absent_operators_are_tolerated_and_torch_is_restored(tmp_path: Path) -> None:
    done = run_beside(
        tmp_path,
        """
        import torch.library
        from . import early
        early.runs = getattr(early, "runs", 0) + 1
        @torch.library.register_fake("torchvision::nms")
        def nms(): ...
        @torch.library.register_fake("other::op")
        def other(): ...
        """,
        """
        import torch.library
        original = torch.library.register_fake
        module = import_torchvision()
        assert module.datasets and module.transforms and callable(module.nms) and callable(module.other)
        assert torch.library.register_fake is original
        # Asked for nms once, plainly; the second time only operators of others reach torch.
        assert torch.library.asked == ["torchvision::nms", "other::op"], torch.library.asked
        assert module.early.runs == 1, "a submodule of the failed import was used again"
        """,
    )
    assert done.returncode == 0, done.stderr


def test_another_runtime_error_propagates_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run_beside(
        tmp_path,
        "from . import early\nraise RuntimeError('no space left on device')\n",
        """
        import torch.library
        original = torch.library.register_fake
        try:
            import_torchvision()
        except RuntimeError as error:
            assert str(error) == "no space left on device"
        else:
            raise SystemExit("the error was swallowed")
        assert torch.library.register_fake is original
        assert not [name for name in sys.modules if name.startswith("torchvision.")]
        """,
    )
    assert done.returncode == 0, done.stderr


def test_an_operator_of_someone_else_is_not_tolerated(tmp_path: Path) -> None:
    done = run_beside(
        tmp_path,
        "import torch.library\ntorch.library.register_fake('absent::op')\n",
        """
        try:
            import_torchvision()
        except RuntimeError as error:
            assert str(error) == "operator absent::op does not exist"
        else:
            raise SystemExit("the error was swallowed")
        """,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_installed_pair_offers_data_sets_and_transforms() -> None:
    script = """
        import torch
        from torchvision_import import import_torchvision
        original = torch.library.register_fake
        module = import_torchvision()
        assert torch.library.register_fake is original
        assert issubclass(module.datasets.MNIST, torch.utils.data.Dataset)
        pixels = module.transforms.functional.to_tensor(module.transforms.ToPILImage()(torch.zeros(1, 4, 4)))
        assert pixels.shape == (1, 4, 4)
        """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(GUEST), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
