"""Where a picture goes: a file, the notebook, or the terminal."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ..messages import DEFAULT, current_language, languages, say, use_language
from . import svg, text
from .pictures import Picture
from .values import Unshowable

LANGUAGE = "AUTOGRADER_LANG"


def show(name: str, make: Callable[[], tuple[Picture, str]], to: str | os.PathLike[str] | None) -> None:
    """Make a picture and show it, with its note; print a sentence if it cannot be made.

    A student's file goes on in any case. Only what ends a program on purpose (KeyboardInterrupt) is passed on.
    """
    with _language():
        try:
            picture, note = make()
            if to is not None:
                _print(_saved(picture, os.fspath(to)))
            elif not _displayed(picture):
                _print(text.render(picture, _characters()))
        except Unshowable as exc:
            note = f"show.{name}: {exc}"
        except Exception as exc:
            note = say("show.failed", name=name, type=type(exc).__name__, text=" ".join(str(exc).split())[:200])
        if note:
            _print(note)


@contextlib.contextmanager
def _language() -> Iterator[None]:
    """Speak the language of the environment, unless one is in use."""
    chosen = os.environ.get(LANGUAGE, "")
    if current_language() == DEFAULT and chosen in languages():
        with use_language(chosen):
            yield
    else:
        yield


def _saved(picture: Picture, path: str) -> str:
    """Write a picture to an SVG file, completely or not at all, and return the sentence on it."""
    if not path.lower().endswith(".svg"):
        return say("show.not-svg", path=path)
    target = Path(path)
    draft = target.with_name(f".{target.name}.tmp")
    try:
        draft.write_text(svg.render(picture), encoding="utf-8", newline="\n")
        os.replace(draft, target)
    except OSError as exc:
        with contextlib.suppress(OSError):
            draft.unlink()
        return say("show.not-saved", path=path, reason=exc.strerror or str(exc))
    return say("show.saved", path=path)


def _displayed(picture: Picture) -> bool:
    """Show a picture in the notebook, if the code runs in one, with the text for those that cannot show SVG."""
    get_shell = getattr(builtins, "get_ipython", None)
    shell = get_shell() if callable(get_shell) else None
    if not hasattr(shell, "kernel"):  # IPython in a terminal shows text
        return False
    from IPython.display import display

    display({"image/svg+xml": svg.render(picture), "text/plain": text.render(picture)}, raw=True)  # type: ignore[no-untyped-call]
    return True


def _characters() -> text.Characters:
    """Return blocks if the output can encode them: in a pipe on Windows, the code page often cannot."""
    blocks = text.BLOCKS
    try:
        (blocks.shades + blocks.vertical + blocks.horizontal + blocks.corner + blocks.bar).encode(_encoding())
    except (UnicodeError, LookupError):
        return text.ASCII
    return blocks


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _print(lines: str) -> None:
    """Print; a title with letters that the output cannot encode loses only those letters."""
    if sys.stdout is None:  # a program without a console, on Windows
        return
    encoding = _encoding()
    try:
        lines = lines.encode(encoding, "replace").decode(encoding)
    except LookupError:
        lines = lines.encode("ascii", "replace").decode("ascii")
    print(lines)
