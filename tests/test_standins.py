"""Stand-ins for packages that a worker does not have, as the submission's own code meets them."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.guest.standins import (
    MAX_AXES,
    SILENT,
    Absent,
    Silent,
    StandInFinder,
    lines_that_may_fail,
    silent_package,
)


class Submission:
    """What the finder asks about the submission: here all of it is in one file, and some lines handle ImportError."""

    def __init__(self) -> None:
        self.is_loading = True
        self.imported: list[int] = []
        self.may_fail: set[int] = set()

    def has_file(self, file: str) -> bool:
        return file == "handed_in.py"

    def handles_import_error(self, file: str, line: int) -> bool:
        return line in self.may_fail

    def imported_stand_in(self, file: str, line: int) -> None:
        self.imported.append(line)


@pytest.fixture
def submission() -> Iterator[Submission]:
    made, finders, modules = Submission(), list(sys.meta_path), dict(sys.modules)
    hidden = {name for name in sys.modules if silent_package(name)}
    for name in hidden:  # pytest itself, for instance
        del sys.modules[name]
    sys.meta_path.insert(0, StandInFinder(made, []))
    yield made
    sys.meta_path[:] = finders
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)


def run(source: str, submission: Submission) -> dict[str, Any]:
    namespace: dict[str, Any] = {"np": np, "__name__": "handed_in"}
    submission.may_fail = lines_that_may_fail(source)
    exec(compile(source, "handed_in.py", "exec"), namespace)
    return namespace


@pytest.mark.parametrize(
    "source",
    [
        "import matplotlib.pyplot as plt\nplt.plot([1]); plt.title('x'); plt.show()",
        "import matplotlib\nmatplotlib.use('Agg')\nmatplotlib.rcParams['figure.dpi'] = 100",
        "from matplotlib import pyplot as plt\nwith plt.style.context('ggplot'): plt.plot([1])",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "from google.colab import files\nfor name in files.upload().keys(): raise ValueError",
        "from IPython.display import HTML, clear_output, display\ndisplay(HTML('<b>x</b>')); clear_output(wait=True)",
        "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')",
        "import seaborn as sns\nsns.set_theme(style='dark')",
        "from torch.utils.tensorboard import SummaryWriter\nwith SummaryWriter() as w: w.add_scalar('loss', .5, 0)",
        "from visdom import Visdom\nviz = Visdom()\nwindow = viz.line(X=[0], Y=[1], opts=dict(title='x'))",
        "import mlflow\nwith mlflow.start_run(): mlflow.log_metric('loss', .5, step=0)",
        "import pylab as plt\nwhile plt.fignum_exists(1): pass\nfor ax in plt.figure().axes: raise ValueError",
        "import pylab as plt\nheight = plt.gca().get_height()\nplt.text(0, height * 1.01 + 2, f'{height:.2f}')",
        "import pylab as plt\nax = plt.gca()\nassert float(-ax.x) + int(ax.y) + len(ax.lines) == 0",
        "import matplotlib.pyplot as plt\nassert not plt.gca() > 3 and not isinstance(3, plt.Figure)\ndel plt.x['a']",
        "import matplotlib.pyplot as plt\ndef f(ax: plt.Axes | None = None) -> plt.Figure: ...",
    ],
)
def test_drawing_and_display_do_nothing(source: str, submission: Submission) -> None:
    run(source, submission)


def test_axes_have_the_form_that_was_asked_for(submission: Submission) -> None:
    names = run(
        "import matplotlib.pyplot as plt\n"
        "figure, ax = plt.subplots()\n"
        "_, row = plt.subplots(1, 3, figsize=(9, 3))\n"
        "_, grid = plt.subplots(nrows=2, ncols=3)\n"
        "_, one = plt.subplots(1, 1, squeeze=False)\n"
        "_, (left, right) = plt.subplots(1, 2)\n"
        "alone = figure.subplots(2, 2)\n"
        "for ax_, value in zip(grid.ravel(), range(6)): ax_.imshow(value)\n"
        "grid[1, 2].plot([1]); row[0].plot([1]); ax.plot([1])\n",
        submission,
    )
    assert isinstance(names["ax"], Silent) and isinstance(names["left"], Silent)
    shapes = [names[name].shape for name in ("row", "grid", "one", "alone")]
    assert shapes == [(3,), (2, 3), (1, 1), (2, 2)] and names["value"] == 5


def test_too_many_axes_are_one_silent_object(submission: Submission) -> None:
    source = f"import matplotlib.pyplot as plt\n_, axes = plt.subplots({MAX_AXES}, 2)\nlist(axes)"
    assert isinstance(run(source, submission)["axes"], Silent)


def test_a_result_unpacks_into_as_many_names_as_there_are(submission: Submission) -> None:
    names = run(
        "import matplotlib.pyplot as plt\n"
        "n, bins, patches = plt.hist([1])\n"
        "line, = plt.plot([1])\n"
        "first, *others, last = plt.plot([1])\n"
        "[a, b], c = plt.foo()\n",
        submission,
    )
    assert all(isinstance(names[name], Silent) for name in ("n", "patches", "line", "first", "last", "b", "c"))
    assert names["others"] == []


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from tqdm import tqdm\nseen = [x for x in tqdm([1, 2], desc='x')]", [1, 2]),
        ("import tqdm\nseen = list(tqdm.tqdm(x for x in 'ab'))", ["a", "b"]),
        ("from tqdm.notebook import tqdm\nseen = list(enumerate(tqdm(iterable=[3])))", [(0, 3)]),
        ("from tqdm.auto import trange\nseen = list(trange(1, 4, leave=False))", [1, 2, 3]),
        (
            "from tqdm.contrib import tenumerate, tzip\nseen = [*tenumerate('a'), *tzip('b', 'c')]",
            [(0, "a"), ("b", "c")],
        ),
        ("from rich.progress import track\nseen = list(track([1], description='x'))", [1]),
        ("from tqdm import tqdm\nbar = tqdm([1, 2])\nseen = [len(bar)]\nfor x in bar: bar.set_postfix(loss=x)", [2]),
        (
            "from tqdm import tqdm\nseen = []\nwith tqdm(total=3) as bar: bar.update(1); seen += [bool(bar), *bar]",
            [True],
        ),
        ("from tqdm import tqdm\ntqdm.write('x')\nseen = [1]", [1]),
    ],
)
def test_progress_bars_hand_their_items_through(source: str, seen: list[Any], submission: Submission) -> None:
    assert run(source, submission)["seen"] == seen


def test_decorators_and_base_classes_keep_what_they_get(submission: Submission) -> None:
    names = run(
        "import ipywidgets as widgets\nfrom tqdm import tqdm\n"
        "@widgets.interact\ndef f(x): return x + 1\n"
        "@widgets.interact(x=(0, 3))\ndef g(x): return x + 2\n"
        "class Bar(tqdm):\n    def __init__(self): super().__init__([1]); self.n = 3\n    def two(self): return 2\n"
        "bar = Bar(); bar.update(1)\n",
        submission,
    )
    assert (names["f"](1), names["g"](1), names["bar"].two(), names["bar"].n) == (2, 3, 2, 3)


def test_silent_objects_survive_what_libraries_ask_of_modules(submission: Submission) -> None:
    plt = run("import matplotlib.pyplot as plt\nimport pandas as pd", submission)
    for module in (plt["plt"], plt["pd"]):
        assert not hasattr(module, "__file__") and repr(module)
        assert type(copy.deepcopy(module)) is type(module)
    assert inspect.getmodule(test_axes_have_the_form_that_was_asked_for) is not None


# --- packages that are not offered


def test_an_absent_package_raises_when_it_is_used_and_not_before(submission: Submission) -> None:
    names = run(
        "import nowhere.special as sp\nfrom nowhere.linalg import norm\n"
        "def f(x: sp.Array[int] | None) -> sp.Array: return sp.expit(x)\n"
        "def g(x): return norm(x)\ndef h(x): return x * sp.pi\ndef i(x): return isinstance(x, sp.Array)\n",
        submission,
    )
    assert isinstance(names["sp"], Absent) and names["i"](3) is False
    for name in ("f", "g", "h"):
        with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
            names[name](1.0)


@pytest.mark.parametrize(
    "use",
    ["nowhere()", "list(nowhere.x)", "if nowhere.x: pass", "-nowhere.x", "nowhere.x < 3", "3 in nowhere.x",
     "len(nowhere)", "with nowhere.x: pass", "class A(nowhere.B): pass", "nowhere.x['a'] = 3",
     "@nowhere.d\ndef f(): ..."],
)  # fmt: skip
def test_uses_of_an_absent_package(use: str, submission: Submission) -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
        run(f"import nowhere\n{use}", submission)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import nowhere as xp\nexcept ImportError:\n    import numpy as xp",
        "try:\n    from nowhere import xp\nexcept (ValueError, ModuleNotFoundError):\n    import numpy as xp",
        "try:\n    import nowhere as xp\nexcept:\n    import numpy as xp",
        "from contextlib import suppress\nxp = np\nwith suppress(ImportError):\n    import nowhere as xp",
        "import importlib\ntry:\n    xp = importlib.import_module('nowhere')\nexcept Exception:\n    xp = np",
        "import importlib.util\nxp = np if importlib.util.find_spec('nowhere') is None else None",
        "try:\n    import google.colab\n    xp = None\nexcept ImportError:\n    xp = np",
    ],
)
def test_code_that_handles_import_error_meets_it(source: str, submission: Submission) -> None:
    assert run(source, submission)["xp"] is np
    assert submission.imported == []


def test_a_drawing_package_is_there_even_where_import_error_is_handled(submission: Submission) -> None:
    source = "try:\n    import matplotlib.pyplot as plt\nexcept ImportError:\n    plt = None"
    assert isinstance(run(source, submission)["plt"], Silent)


def test_during_a_case_only_silent_packages_have_a_stand_in(submission: Submission) -> None:
    """A name that the submission makes from hidden inputs must not become an object, nor a note."""
    names = run(
        "def draw():\n    import seaborn\n    return seaborn\ndef tell(name): return __import__(name)", submission
    )
    submission.is_loading = False
    assert isinstance(names["draw"](), Silent)
    with pytest.raises(ModuleNotFoundError):
        names["tell"]("hidden_42")
    assert submission.imported == []


def test_imports_by_other_code_are_left_alone(submission: Submission) -> None:
    with pytest.raises(ModuleNotFoundError):
        exec(compile("import tqdm_is_not_here", "library.py", "exec"), {"__name__": "library"})


def test_a_module_that_exists_is_imported_even_if_another_finder_is_closed(submission: Submission) -> None:
    assert isinstance(run("import colorsys", submission)["colorsys"], ModuleType)

    class Closed:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            raise ModuleNotFoundError(name)

    sys.meta_path.insert(1, Closed())
    assert isinstance(run("import seaborn", submission)["seaborn"], Silent)


def test_a_silent_package_is_replaced_where_it_is_installed_but_not_offered(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rich is installed with the framework."""
    sys.meta_path[0] = StandInFinder(submission)
    assert isinstance(run("import rich.progress", submission)["rich"], ModuleType)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    sys.meta_path[0] = StandInFinder(submission, ["numpy"])
    assert isinstance(run("import rich.progress", submission)["rich"], Silent)
    sys.meta_path[0] = StandInFinder(submission, ["rich"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    assert isinstance(run("import rich.progress", submission)["rich"], ModuleType)


def test_stand_ins_that_were_imported_are_told_with_their_line(submission: Submission) -> None:
    run("import numpy\nimport matplotlib.pyplot as plt\n\nimport nowhere", submission)
    assert submission.imported == [2, 2, 4]


def test_a_package_is_known_by_its_first_parts() -> None:
    assert silent_package("torch.utils.tensorboard.writer") == "torch.utils.tensorboard"
    assert silent_package("torch.utils") == silent_package("torch.utils.data") == ""
    assert silent_package("matplotlib.pyplot") == "matplotlib"
    assert silent_package("google.colab.drive") == "google.colab"
    assert silent_package("google") == "" and silent_package("numpy") == ""
    assert "numpy" not in SILENT and "torch" not in SILENT
