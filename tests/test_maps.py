"""The maps of the lectures and of the course: every place that they name exists, and the pages are not stale."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from test_lecture_figures import ERRATA, check, erratum_rows

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("make_maps", ROOT / "docs/reference/make_maps.py")
assert _spec and _spec.loader
maps = sys.modules["make_maps"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maps)

ROWS = [(deck, item, places) for deck, items in maps.DECKS.items() for item, places in items.items()]
PLACES = sorted({place for _, _, places in ROWS for place in places})
OTHER_ERRATA = ERRATA.partition("## Other errors")[2]
SIZES = {"000": 20, "001": 27, "002": 65, "003": 6, "004": 11}
NOTHING = [  # what deserves nothing, of what the decks show
    "Explicit, semi-implicit and implicit methods",
    "Frameworks: Caffe, Torch, Theano, TensorFlow, PyTorch",
    "Kinds of learning: supervised, unsupervised, reinforcement",
    "Machine learning and deep learning, representations, NLP, reviews",
    "Random parameters, printed on a GPU",
    "Supervised learning: regression and classification",
]


def problem(place: str) -> str:
    """Return why a place does not exist, "" if it does."""
    if match := re.fullmatch(r"(\d\d)/(\w+)", place):
        return "" if check(f"{maps.COURSE[match[1]].slug}/{match[2]}") else "no such case"
    if match := re.fullmatch(r"(\d\d): (.+)", place):
        return "" if maps.section(match[1], match[2]) is not None else "not in the hand-out"
    if match := re.fullmatch(r"(\d\d) challenge ?(\w*)", place):
        return missing_challenge(match[1], match[2])
    if match := re.fullmatch(r"page (\S+?): (.+)", place):
        path = ROOT / match[1]
        return "" if path.is_file() and match[2] in path.read_text(encoding="utf-8") else "not on the page"
    if place.startswith("E: "):
        words = place.removeprefix("E: ")
        return "" if words.lower() in " ".join(OTHER_ERRATA.split()).lower() else "no such error"
    if re.fullmatch(r"E\d+", place):
        return "" if place in erratum_rows() else "no such erratum"
    if place.startswith("none: "):
        return "" if len(place) > 20 else "no reason"
    return "" if (ROOT / "tests" / place).is_file() else "not a place"


def missing_challenge(number: str, task: str) -> str:
    heads = re.findall(r"^## .*\(.*challenge, 0 points\)$", maps.page(maps.COURSE[number].folder / "README.md"), re.M)
    return "" if any(not task or f"`{task}`" in head for head in heads) else "no such challenge"


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_the_map_of_the_lectures_exists(place: str) -> None:
    assert problem(place) == ""


def test_a_place_that_does_not_exist_is_found() -> None:
    wrong = ["01/no_case", "01: no such words", "E99", "E: nothing of it", "none: x", "test_none.py", "02 challenge x"]
    wrong += ["page docs/glossary.md: no such word", "whatever"]
    assert [place for place in wrong if not problem(place)] == []


def test_every_row_of_the_decks_is_there() -> None:
    assert {deck: len(items) for deck, items in maps.DECKS.items()} == SIZES
    assert [item for _, item, places in ROWS if not places] == []


def test_nothing_is_left_out_but_what_deserves_nothing() -> None:
    assert sorted(item for _, item, places in ROWS if maps.kind(places) == "none") == NOTHING
    assert [item for _, item, places in ROWS if len(places) > 1 and any("none: " in each for each in places)] == []


def test_the_maps_are_up_to_date() -> None:
    """After a change: .venv/bin/python docs/reference/make_maps.py."""
    stale = [path.name for path, text in maps.pages() if path.read_text(encoding="utf-8") != text]
    assert stale == []


def test_the_recommended_order_puts_the_way_back_by_hand_first() -> None:
    order = [each.slug[:2] for each in maps.assignments.recommended(maps.COURSE.values())]
    assert order == ["01", "02", "03", "04", "05", "06", "07", "08", "10", "09", "11", "12", "13", "14"]
    slugs = {each.slug for each in maps.COURSE.values()}
    assert all({*each.after} <= slugs for each in maps.COURSE.values())
