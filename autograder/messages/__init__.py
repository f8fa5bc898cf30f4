"""Every sentence that a student reads, by stable id, with named parameters, in the language that is spoken.

``say("value.timed-out", seconds=5)`` is the only way to a sentence. Ids are ``area.name``. A parameter never stands
before a grammatical particle, so that the sentences can be translated word by word; the Korean ones are in
``ko.py``. What an assignment says in its own words (titles, hints) goes through :func:`translate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from .en import ENGLISH
from .ko import KOREAN

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ko": KOREAN}


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The language in hand, and an assignment's own sentences: English -> that language."""

    language: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)


_SPOKEN: ContextVar[_Spoken] = ContextVar("spoken", default=_Spoken())  # noqa: B039  # it is frozen


@contextmanager
def use_language(language: str, texts: Mapping[str, str] | None = None) -> Iterator[None]:
    """Speak ``language`` inside the block; ``texts`` are an assignment's own sentences in it. KeyError for an unknown one.

    ``with speaking("ko"): say("verdict.passed")``
    """
    if language not in CATALOGUES:
        raise KeyError(language)
    token = _SPOKEN.set(_Spoken(language, texts or {}))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def current_language() -> str:
    """Return the language in hand: "en" unless a block of :func:`use_language` says otherwise."""
    return _SPOKEN.get().language


def say(id: str, /, **parameters: object) -> str:
    """Return the sentence ``id`` with its parameters filled in; KeyError for an unknown id or a missing parameter."""
    return CATALOGUES[current_language()][id].format(**parameters)


def translate(text: str, /) -> str:
    """Return what an assignment says in its own words in the language in hand; as it is where nobody translated it."""
    return _SPOKEN.get().texts.get(text, text)
