"""Quotes on pages of the documentation: each has a comment that says where it comes from, so that none can drift.

Write the comment directly before the quote. A sentence of ``autograder/messages`` is quoted by its id:

    <!-- say: worker.timed-out call="bce(p, y)" seconds=2 -->
    > bce(p, y) did not finish within 2 seconds. …

    | <!-- say: worker.exit status=0 --> … ended the whole program (exit status 0). … | the next cell |

    the report says <!-- say: verdict.passed -->"passed"

The quote is the block quote below the comment, or the rest of the table cell, or the text in double quotes. A
parameter that the comment leaves out is shown as "…". The output of a command is quoted by the command:

    <!-- run: autograder grade 05-logstic -->

A code block below it quotes standard output: its lines occur there in this order; a line of "..." stands for any
number of lines. A block quote below it quotes standard error as a whole.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.messages import say

WIDTH = 120
COMMENT = r"<!-- say: (?P<id>[\w.-]+)(?P<parameters>(?: \w+=(?:\"[^\"\n]*\"|[^\s\"]+))*) -->"
BLOCK = r"\n(?P<block>(?:>[^\n]*(?:\n|\Z))+)"
SENTENCE = re.compile(rf"{COMMENT}(?:{BLOCK}| ?\"(?P<words>[^\"]*)\"| (?P<cell>[^|\n]+?)(?= \|))")
OUTPUT = re.compile(rf"<!-- run: (?P<command>[^\n]+?) -->(?:{BLOCK}|\n```[^\n]*\n(?P<code>.*?)^```$)", re.M | re.S)


@dataclass(frozen=True)
class Output:
    """A quote of what a command prints: its standard error when ``whole``, else lines of its standard output."""

    command: str
    lines: tuple[str, ...]
    whole: bool


def update_quotes(page: str) -> str:
    """Return ``page`` with every quote of a sentence as the catalogue has it; a quote that is right is not touched."""
    return SENTENCE.sub(_update, page)


def remove_quotes(page: str) -> str:
    """Return ``page`` without what a comment accounts for."""
    return OUTPUT.sub("", SENTENCE.sub("", page))


def find_outputs(page: str) -> Iterator[Output]:
    """Yield the quotes of what commands print."""
    for match in OUTPUT.finditer(page):
        if match["block"]:
            yield Output(match["command"], (_plain(match["block"]),), whole=True)
        else:
            yield Output(match["command"], tuple(match["code"].splitlines()), whole=False)


def missing_lines(quoted: tuple[str, ...], printed: str) -> list[str]:
    """Return the quoted lines that ``printed`` does not have in this order; a line of "..." is no quote."""
    lines = iter([line.rstrip() for line in printed.splitlines()])
    wanted = [line.rstrip() for line in quoted if line.strip() and not line.strip().startswith("...")]
    return [line for line in wanted if line not in lines]  # a search uses the iterator up to its find


def _update(match: re.Match[str]) -> str:
    pairs = (pair.split("=", 1) for pair in shlex.split(match["parameters"]))
    given: dict[str, object] = {name: int(text) if text.isdigit() else text for name, text in pairs}
    sentence = _render(match["id"], given)
    kind = next(kind for kind in ("block", "words", "cell") if match[kind] is not None)
    if _plain(match[kind]) == " ".join(sentence.split()):
        return match[0]
    if kind == "block":
        sentence = "".join(f"> {line}\n" for line in textwrap.wrap(sentence, WIDTH - 2, break_on_hyphens=False))
    start = match.start(kind) - match.start()
    return match[0][:start] + sentence + match[0][start + len(match[kind]) :]


def _render(id: str, given: dict[str, object]) -> str:
    """Say the sentence; a parameter that is not given becomes "…"."""
    while True:
        try:
            return say(id, **given)
        except KeyError as missing:
            (name,) = missing.args
            if name == id or name in given:
                raise
            given[name] = "…"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"^> ?", "", text, flags=re.MULTILINE).split())
