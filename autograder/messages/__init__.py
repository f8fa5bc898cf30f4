"""The sentences that people read, by id, in the current language.

``say("report.points", earned=7, possible=10)`` returns one. Ids have the form ``area.name``. Each language is a module of
this package, named by its code (``en.py``, ``ko.py``), with a table ``SENTENCES``. A language is found, not listed:
a new module adds one. A catalogue is loaded on first use, and an id that it lacks is taken from the English one.

A sentence names its parameters in braces: ``"{earned} of {possible} points"``. Where a word depends on a number, both
forms follow its name, the singular first: ``"{count} {count:case|cases}"``. A parameter never stands before a
grammatical particle, so that sentences can be translated one by one.

The sentences of an assignment (titles, hints) are not in the catalogues; :func:`translate` translates them.
"""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class _Context:
    """The current language, and the sentences of an assignment: English -> that language."""

    language: str = DEFAULT
    texts: Mapping[str, str] = field(default_factory=dict)


_CONTEXT: ContextVar[_Context] = ContextVar("language", default=_Context())  # noqa: B039  # it is frozen


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a catalogue, English first."""
    files = {name for folder in __path__ for name in os.listdir(folder)}
    codes = {match[1] for name in files if (match := re.fullmatch(r"([a-z]{2,3})\.py", name))}
    return (DEFAULT, *sorted(codes - {DEFAULT}))


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by id, completed with the English ones.

    Raises:
        KeyError: there is no such language.
    """
    if language not in languages():
        raise KeyError(language)
    sentences: Mapping[str, str] = import_module(f".{language}", __name__).SENTENCES
    return sentences if language == DEFAULT else {**catalogue(DEFAULT), **sentences}


@contextmanager
def use_language(language: str, texts: Mapping[str, str] | None = None) -> Iterator[None]:
    """Make ``language`` the current one inside the block; ``texts`` translates the sentences of an assignment.

    ``with use_language("ko"): say("verdict.passed")``

    Raises:
        KeyError: there is no such language.
    """
    catalogue(language)
    token = _CONTEXT.set(_Context(language, texts or {}))
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def current_language() -> str:
    """Return the code of the current language; outside of :func:`use_language` it is "en"."""
    return _CONTEXT.get().language


def say(id: str, /, **parameters: object) -> str:
    """Return the sentence ``id`` in the current language, with its parameters filled in.

    Raises:
        KeyError: the id is unknown, or a parameter is missing.
    """
    sentence = catalogue(current_language())[id]
    if "|" not in sentence:
        return sentence.format(**parameters)  # several times as fast
    return _FORMATTER.vformat(sentence, (), parameters)


def translate(text: str, /) -> str:
    """Return a sentence of an assignment in the current language, or unchanged if it has no translation."""
    return _CONTEXT.get().texts.get(text, text)


class _Formatter(string.Formatter):
    """Formats like ``str.format``, and chooses between two forms of a word by a number: ``{count:case|cases}``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        singular, separator, plural = format_spec.partition("|")
        if not separator:
            return str(super().format_field(value, format_spec))
        return singular if str(value).lstrip("+-") == "1" else plural


_FORMATTER = _Formatter()
