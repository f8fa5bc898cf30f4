"""Write the map of the lectures and the map of the course.

``lecture_map.toml`` says where each item of the five decks lives; ``lecture_map.md`` is made of it. The pages
``docs/course_map.md`` and ``docs/course_map.ko.md`` are made of ``course_map.toml``, the assignments and the hand-outs.
Run this after a change of one of them; ``tests/test_maps.py`` finds a stale page.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
COURSE = {each.slug[:2]: each for each in assignments.load_all(ROOT)}
DECKS: dict[str, dict[str, list[str]]] = tomllib.loads((HERE / "lecture_map.toml").read_text(encoding="utf-8"))
STAGES = ("model", "data", "training", "test")

# --- places


def one_line(text: str) -> str:
    return " ".join(text.split())


@functools.cache
def page(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(slug: str, words: str) -> str | None:
    """Return the heading that has these words, or above them, in an English hand-out; "" above the first one.

    None if the hand-out lacks them.
    """
    text = page(COURSE[slug].folder / "README.md")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    heads = [""] + [each.splitlines()[0] for each in sections[1:]]
    named = (head for head in heads if words.lower() in head.lower())
    above = (head for head, each in zip(heads, sections, strict=True) if words.lower() in one_line(each).lower())
    return next(named, next(above, None))


def in_words(place: str) -> str:
    """Return a place as the map names it."""
    if match := re.fullmatch(r"(\d\d)/(\w+)", place):
        return f"{match[1]}: case `{match[2]}`"
    if match := re.fullmatch(r"(\d\d): (.*)", place):
        head = section(match[1], match[2])
        return match[1] if head is None else f"{match[1]}, {_short(head)}"
    if match := re.fullmatch(r"(\d\d) challenge ?(\w*)", place):
        return f"{match[1]}: challenge" + (f" `{match[2]}`" if match[2] else "")
    if match := re.fullmatch(r"page (\S+?): .*", place):
        return f"`{match[1]}`"
    if place.startswith("E: "):
        return "errata, other"
    if re.fullmatch(r"E\d+", place):
        return f"erratum {place}"
    if place.startswith("none: "):
        return f"– ({place.removeprefix('none: ')})"
    return f"`tests/{place}`"


def _short(heading: str) -> str:
    """Return "task 3" of "Task 3: the gradient (`grad_w`, 30 points)", and other headings as they are."""
    if not heading:
        return "introduction"
    found = re.match(r"Tasks? [\d and]+(?=:)", heading)
    return found[0].lower() if found else heading.lower()


def kind(places: list[str]) -> str:
    """Return how an item is covered: by a case or test, a challenge, a line, an erratum, or not at all."""
    if places[0].startswith("none: "):
        return "none"
    if any(re.match(r"\d\d/|test_", each) for each in places):
        return "case"
    for sign, name in ((r"\d\d challenge", "challenge"), (r"\d\d: |page ", "line")):
        if any(re.match(sign, each) for each in places):
            return name
    return "erratum"


# --- the map of the lectures


def lecture_map() -> str:
    counts: dict[str, int] = {}
    for items in DECKS.values():
        for places in items.values():
            counts[kind(places)] = counts.get(kind(places), 0) + 1
    lines = [
        "# Map of the lectures",
        "",
        "Every system, listing, formula and printed number of the five decks, and the place where it lives: a case",
        "that the grader runs, a section of a hand-out, a challenge, or an [erratum](lecture_errata.md). A number such",
        "as 05 is an assignment. `docs/reference/make_maps.py` makes this page of `lecture_map.toml`.",
        "",
        f"Of {sum(counts.values())} items {counts['case']} have a case, {counts['challenge']} a challenge,",
        f"{counts['line']} a line or box in a hand-out or page, and {counts['none']} nothing, with the reason.",
    ]
    for deck, items in DECKS.items():
        lines += ["", f"## Deck {deck}", "", "| no. | item | where |", "| --- | --- | --- |"]
        for number, (item, places) in enumerate(items.items(), start=1):
            where = "; ".join(dict.fromkeys(map(in_words, places)))
            lines.append(f"| {number} | {_cell(item)} | {_cell(where)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# --- the map of the course


def hours(each: Assignment) -> str:
    found = re.search(r"\*\*It takes\*\* (?:about )?([\d½ to]+?) hours?", one_line(page(each.folder / "README.md")))
    assert found, each.slug
    return found[1]


def title(each: Assignment, language: str) -> str:
    if language == "en":
        return each.title
    return str(tomllib.loads(page(each.folder / "ko.toml")).get(each.title, each.title))


def course_map(language: str) -> str:
    table: dict[str, Any] = tomllib.loads((HERE / "course_map.toml").read_text(encoding="utf-8"))
    words, rows = table[language], table["assignment"]
    lines = [f"# {words['title']}", "", words["text"].strip(), ""]
    lines += [f"| {' | '.join(words['head'])} |", "| --- " * len(words["head"]) + "|"]
    for each in assignments.recommended(COURSE.values()):
        row = rows[each.slug]
        needs = ", ".join(slug[:2] for slug in each.after) or "–"
        stages = " · ".join(words["stages"][STAGES.index(stage)] for stage in row["stages"])
        taken = hours(each).replace(" to ", "–")
        decks = ", ".join(row["decks"]) or "–"
        cells = [f"**{each.slug[:2]}**", title(each, language), row[language], needs, taken, stages, decks]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", words["after"].strip(), ""]
    return "\n".join(lines)


def pages() -> Iterator[tuple[Path, str]]:
    yield HERE / "lecture_map.md", lecture_map()
    yield DOCS / "course_map.md", course_map("en")
    yield DOCS / "course_map.ko.md", course_map("ko")


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
