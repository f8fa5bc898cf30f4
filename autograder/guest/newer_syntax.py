"""Recognise a line that a newer version of Python can read.

A newer construct is rewritten into an older one: an f-string into an empty string (after its expressions were checked),
``type X = int`` into ``X = int``. If Python can then read the line, the construct was the reason why it could not. A
line that is wrong in every version is still wrong after that.
"""

from __future__ import annotations

import ast
import bisect
import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

FEATURES = {
    "f-string": (3, 12),  # PEP 701
    "type-statement": (3, 12),  # PEP 695
    "type-parameters": (3, 12),  # PEP 695
    "type-defaults": (3, 13),  # PEP 696
    "t-string": (3, 14),  # PEP 750
    "except": (3, 14),  # PEP 758
    "lazy-import": (3, 15),  # PEP 810
    "unpacking": (3, 15),  # PEP 798
}
"""The version of Python that introduced each feature."""

MAX_SOURCE = 200_000  # characters: a longer file would take seconds

_UNPACKING = (
    "iterable unpacking cannot be used in comprehension",
    "dict unpacking cannot be used in dict comprehension",
)
_TOKEN = re.compile(r"""#[^\n]*|(?P<word>\w*)(?P<quote>'{3}|"{3}|'|")|\w+|.""", re.DOTALL)
_FORMATTED = frozenset({"f", "fr", "rf", "t", "tr", "rt"})
_PREFIXES = _FORMATTED | {"", "r", "u", "b", "br", "rb"}
_MAX_SPEC_DEPTH = 2
_TYPE = re.compile(r"^([ \t]*)type[ \t]+([^\W\d]\w*)[ \t]*(?=(\[[^=\n]*\])?[ \t]*=(?!=))(\[[^=\n]*\])?", re.MULTILINE)
_PARAMETERS = re.compile(r"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+[ \t]*)\[", re.MULTILINE)
_EXCEPTION = r"(?:\w+\.)*[A-Z]\w*"  # a capital letter: Python 2 wrote ``except ValueError, e:`` with another meaning
_EXCEPTIONS = rf"({_EXCEPTION}(?:[ \t]*,[ \t]*{_EXCEPTION})+[ \t]*,?)"
_EXCEPT = re.compile(rf"^([ \t]*except[ \t]*\*?[ \t]*){_EXCEPTIONS}[ \t]*:", re.MULTILINE)
_LAZY = re.compile(r"^lazy[ \t]+(?=(?:import|from)\b)", re.MULTILINE)  # only allowed at the top level


def newer_feature(source: str, error: SyntaxError) -> str:
    """Return the newer feature that explains the error in ``source``, or "" if there is none."""
    if (error.msg or "").startswith(_UNPACKING):
        return "unpacking" if FEATURES["unpacking"] > sys.version_info[:2] else ""
    line = error.lineno or 0
    if len(source) > MAX_SOURCE:
        return ""
    try:
        rewritten = _Rewriter(source)
    except (_UnreadableError, SyntaxError, RecursionError, MemoryError, ValueError):
        return ""
    covering = [name for first, last, name in rewritten.found if first <= line <= last]
    newer = [name for name in covering if FEATURES[name] > sys.version_info[:2]]
    if not newer or _error_line(rewritten.text) <= line:
        return ""
    return max(newer, key=FEATURES.__getitem__)


def _error_line(source: str) -> float:
    """Return the line of the first syntax error, or infinity if there is none."""
    try:
        ast.parse(source)
    except SyntaxError as exc:
        return exc.lineno or 0
    except (RecursionError, MemoryError, ValueError):
        return 0
    return float("inf")


class _UnreadableError(Exception):
    """No version of Python can read the source."""


@dataclass
class _Rewriter:
    """Source of which ``text`` is an older form; ``found`` lists first line, last line and name of newer features."""

    source: str
    text: str = ""
    found: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text, _ = self._code(0, stops="")
        self.text = _TYPE.sub(self._type_statement, self.text)
        self.text = "".join(self._without_parameters(self.text))
        self.text = _EXCEPT.sub(lambda match: self._note(match, "except", f"{match[1]}({match[2]}):"), self.text)
        self.text = _LAZY.sub(lambda match: self._note(match, "lazy-import", ""), self.text)

    # --- statements

    def _note(self, match: re.Match[str], name: str, replacement: str) -> str:
        line = _line_at(match.string, match.end())
        self.found.append((line, line, name))
        return replacement

    def _type_statement(self, match: re.Match[str]) -> str:
        if match[4] and not self._parameters_feature(match[4][1:-1]):
            raise _UnreadableError
        return self._note(match, "type-statement", f"{match[1]}{match[2]}")

    def _without_parameters(self, text: str) -> Iterator[str]:
        at = 0
        for match in _PARAMETERS.finditer(text):
            end = _closing(text, match.end())
            inside = text[match.end() : end]
            if not (name := self._parameters_feature(inside)):
                raise _UnreadableError
            first = _line_at(text, match.start())
            self.found.append((first, first + inside.count("\n"), name))
            yield text[at : match.start()] + match[1] + "\\\n" * inside.count("\n")
            at = end + 1
        yield text[at:]

    @staticmethod
    def _parameters_feature(inside: str) -> str:
        """Return the feature that type parameters use, or "" if they are wrong. They look like those of a function."""
        arguments: ast.arguments = ast.parse(f"def f({inside}\n): pass").body[0].args  # type: ignore[attr-defined]
        starred = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
        marked = arguments.posonlyargs or (arguments.kwonlyargs and arguments.vararg is None)
        if not inside.strip() or marked or any(each.annotation for each in starred):
            return ""
        return "type-defaults" if arguments.defaults or any(arguments.kw_defaults) else "type-parameters"

    # --- strings

    def _code(self, at: int, stops: str) -> tuple[str, int]:
        """Rewrite code from position ``at`` up to one of the characters ``stops`` outside of brackets."""
        pieces: list[str] = []
        depth = 0
        while at < len(self.source):
            token = _TOKEN.match(self.source, at)
            assert token is not None
            text = token[0]
            if not depth and text in stops and stops and not self.source.startswith("!=", at):
                return "".join(pieces), at
            depth += (text in "([{") - (text in ")]}")
            at = token.end()
            if text == "!" and self.source.startswith("=", at):
                text, at = "!=", at + 1
            elif token["quote"]:
                text, at = self._string(token)
            pieces.append(text)
        if stops:
            raise _UnreadableError
        return "".join(pieces), at

    def _string(self, token: re.Match[str]) -> tuple[str, int]:
        """Return a string literal in its older form, and the position after it."""
        word, quote = token["word"], token["quote"]
        prefix = word.lower() if word.lower() in _PREFIXES else ""
        start, at = token.end() - len(quote) - len(prefix), token.end()
        if prefix not in _FORMATTED:
            body = re.compile(rf"(?:\\.|(?!{quote})[^\\{'' if len(quote) == 3 else chr(10)}])*{quote}", re.DOTALL)
            end = body.match(self.source, at)
            if end is None:
                raise _UnreadableError
            return word + quote + end[0], end.end()
        at = self._formatted(at, quote, raw="r" in prefix)
        literal = self.source[start:at]
        name = "t-string" if "t" in prefix else "f-string"
        if name == "t-string" or _error_line(literal) <= literal.count("\n") + 1:
            first = _line_at(self.source, start)
            self.found.append((first, first + literal.count("\n"), name))
        return "'''" + "\n" * literal.count("\n") + "'''", at

    def _formatted(self, at: int, quote: str, *, raw: bool) -> int:
        """Check an f-string whose text begins at ``at``, and return the position after it."""
        source = self.source
        while not source.startswith(quote, at):
            if source.startswith(("{{", "}}"), at):
                at += 2
            elif source.startswith("{", at):
                at = self._field(at + 1, quote, depth=1)
            elif source.startswith("\\N{", at) and not raw:
                at = source.find("}", at) + 1 or len(source)
            elif source.startswith("\\", at):
                at += 1 if source.startswith(("{", "}"), at + 1) else 2
            elif at >= len(source) or source[at] == "}" or (source[at] == "\n" and len(quote) == 1):
                raise _UnreadableError
            else:
                at += 1
        return at + len(quote)

    def _field(self, at: int, quote: str, *, depth: int) -> int:
        """Check a replacement field whose expression begins at ``at``, and return the position after it."""
        source = self.source
        expression, at = self._code(at, stops="!:}")
        expression = re.sub(r"(?<![=!<>])=\s*$", "", expression)
        if not expression.strip() or depth > _MAX_SPEC_DEPTH:
            raise _UnreadableError
        ast.parse(f"({expression}\n)", mode="eval")
        if source.startswith("!", at):
            if not re.compile("![rsa][:}]").match(source, at):
                raise _UnreadableError
            at += 2
        if source.startswith(":", at):
            at += 1
            while not source.startswith("}", at):
                if at >= len(source) or source[at] == "\n" or source.startswith(quote, at):
                    raise _UnreadableError
                at = self._field(at + 1, quote, depth=depth + 1) if source[at] == "{" else at + 1
        return at + 1


@functools.lru_cache(maxsize=2)
def _line_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _line_at(text: str, at: int) -> int:
    return bisect.bisect_left(_line_ends(text), at) + 1


def _closing(text: str, at: int) -> int:
    """Return the position of the bracket that closes the one before ``at``."""
    depth = 1
    for position in range(at, len(text)):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        if not depth:
            return position
    raise _UnreadableError
