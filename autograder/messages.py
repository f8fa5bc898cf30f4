"""Every sentence that a student reads, by stable id, with named parameters, in the language that is spoken.

``say("value.timed-out", seconds=5)`` is the only way to a sentence. Ids are ``area.name``. A parameter never stands
before a grammatical particle, so that the sentences can be translated word by word; the Korean ones are in
``messages_ko.py``. What an assignment says in its own words (titles, hints) goes through :func:`translate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from .messages_ko import KOREAN

ENGLISH: dict[str, str] = {
    # sandbox: what became of the worker
    "worker.timed-out": "{call} did not finish within {seconds} seconds. Look for a loop whose condition never becomes false.",
    "worker.cpu": "The submission used more than {seconds} CPU seconds. Look for a loop that does far more work than needed.",
    "worker.memory": "{call} needed more memory than the {mib} MiB allowed. Look at the shapes of the arrays that it makes.",
    "worker.exit": "{call} ended the whole program (exit status {status}). Remove calls of exit, quit or os._exit.",
    "worker.signal": "{call} crashed the interpreter ({signal}). Compiled code was given memory or a value that it cannot handle.",
    "worker.protocol": "{call} wrote to the grader's connection or broke it. Use print for output; leave other descriptors alone.",
    "worker.budget": "The submission used up the {seconds} seconds that it may take in all, so this case was not run.",
    # the submission's code raised or cannot be loaded
    "student.raised": "{call} raised {type}: {text}",
    "student.raised-at": "{call} raised {type}: {text} ({file}, line {line})",
    "student.raised-hidden": "{call} raised {type} in a hidden case.",
    "student.raised-at-hidden": "{call} raised {type} in a hidden case ({file}, line {line}).",
    "student.return-type-hidden": "{call} returned something that cannot be compared. Return what the stub documents.",
    "student.too-large-hidden": "{call} returned too much. Return an array of the documented shape.",
    "student.signature-hidden": "{call} could not be called as documented. Compare the parameters with the stub.",
    "student.recursion": "{call} called itself without end (RecursionError). Check the condition that should stop the recursion.",
    "student.not-attempted": "{name} is still the stub. Replace the line that raises NotImplementedError with your answer.",
    "student.syntax": "{file}, line {line}: Python cannot read this line: {text}.",
    "student.encoding": "{file} is not UTF-8 text. Save it again as UTF-8 in your editor.",
    "student.load": "{file} stopped with {type} while it was being imported: {text}",
    "student.load-at": "{file}, line {line}: the import stopped with {type}: {text}",
    "student.load-missing": "{file}, line {line}: there is no {name} to import here. Beside the standard library this assignment offers {offered}. Do without {name}, or correct the name.",
    "student.missing": "{call}: there is no {name} to import here ({file}, line {line}). Beside the standard library this assignment offers {offered}. Do without {name}, or correct the name.",
    "student.no-file": "{file} is missing. Hand in a file with exactly this name.",
    "student.no-file-but": "{file} is missing, but there is a file named {found}. Rename it to {file}.",
    "student.no-name": "{file} has no {name}. Did you misname it or delete it?",
    "student.no-name-but": "{file} has no {name}, but it has {found}. Rename it to {name}.",
    "student.not-callable": "{name} in {file} is not a function. Define it with def.",
    "student.return-type": "{call} returned something that cannot be compared: {text}",
    "student.too-large": "{call} returned too much: {text}. Return an array of the documented shape.",
    "student.signature": "{call} could not be called this way: {text}. Compare the parameters with the stub.",
    "student.no-file-place": "{file} is missing at the top of the submission, but there is {found}. Move it out of its folder.",
    # submissions: why an upload is refused, one sentence each
    "submission.large": "{name} is larger than the {limit} MB that can be handed in; please leave out data, pictures and results.",
    "submission.unpacked": "Unpacked, the submission is larger than {limit} MB; please leave out data, pictures and results.",
    "submission.files": "The submission holds more than {limit} files; please hand in only those that were asked for.",
    "submission.entries": "The submission lists more than {limit} entries; please hand in only the files that were asked for.",
    "submission.path": "The path {name} does not stay inside the submission; please make the archive again, from the folder that holds your files.",
    "submission.deep": "The path {name} is too long; please put your files at the top of the submission.",
    "submission.name": "The name {name} holds a character that cannot be seen; please type the name of that file again.",
    "submission.duplicate": "{name} and {other} are one name for many computers; please keep only one of the two files.",
    "submission.link": "{name} is a link or a special file; please put the file itself in its place.",
    "submission.unreadable": "{name} cannot be read; please check its permissions and hand it in again.",
    "submission.encrypted": "The archive is locked with a password; please make it again without one.",
    "submission.method": "The archive uses an unusual compression; please make an ordinary zip archive.",
    "submission.damaged": "The archive is damaged or not a zip archive; please make it again and check that it opens on your computer.",
    "submission.notebook": "The notebook is damaged; please open it in Jupyter, save it and hand it in again.",
    "submission.notebook-large": "The notebook is larger than {limit} MB; please clear its outputs, save it and hand it in again.",
    "submission.notebook-code": "The notebook holds more than {limit} KB of code; please hand in only the cells that were asked for.",
    # submissions: notes on what was graded
    "submission.renamed": "{found} was graded as {file}, the name that was asked for.",
    "submission.definitions": "Of {found}, the imports, functions, classes and assignments were graded; loops, prints and the like were left out.",
    "submission.beside": "{file} was graded, and {found} was not; hand in one of the two.",
    "submission.cell": "{file}, cell {cell}",
    # checks: what kind of difference was found, and fragments of it
    "kind.type": "type",
    "kind.shape": "shape",
    "kind.dtype": "dtype",
    "kind.non-finite": "non-finite",
    "kind.value": "value",
    "kind.effect": "effect",
    "kind.exception": "exception",
    "kind.property": "property",
    "type.array": "numpy array",
    "type.tensor": "torch tensor",
    "type.object": "an object of the class {name}",
    "compare.number": "a single number",
    "compare.items": "{count} items",
    "compare.item": "item {index}",
    "compare.keys": "keys {keys}",
    "compare.key": "key {key}",
    "compare.share": "{wrong} of {size} entries",
    "compare.draw": "call {number} of {count}",
    "compare.huge": "a number of more than 40 digits",
    "compare.at-least": "at least {least}",
    "compare.at-most": "at most {most}",
    "effect.changed": "argument {argument} changed in place",
    "effect.unchanged": "all arguments as they were",
    "effect.alias": "a result that shares memory with argument {argument}",
    "effect.no-alias": "a result in memory of its own",
    "effect.repeat": "another result for the same arguments",
    "effect.same": "the same result every time",
    "gradient.direction": "along a random direction",
    # checks: what a difference tells about the mistake
    "hint.changed": "Your function writes into an array that it was given, so the caller's data change. Make a new array, or work on a copy.",
    "hint.alias": "Your function returns memory of its argument, so a later change of one changes the other. Return a new array.",
    "hint.accumulates": "Called again with the same arguments, yours adds its result to the one before. Where does the sum start?",
    "hint.global-cache": "Yours is right on its own and wrong after a call with other data: it remembers something between calls. Let the result depend on the arguments alone.",
    "hint.not-repeatable": "Two calls with the same arguments gave different results. Where does chance, or a value kept from before, enter?",
    "hint.dout-ignored": "Yours is the gradient for a dout of ones. The chain rule multiplies by the dout that arrives from above.",
    "hint.extra-axis": "The values are right, but your array has an axis too many. Was the reduced axis kept (keepdims)?",
    "hint.right-values": "The values are right; only the shape is not. Compare it with the shape in the documentation.",
    "hint.transposed": "Yours is transposed: rows and columns have changed places. Which factor of the product must be transposed?",
    "hint.n-by-n": "Somewhere an array of shape (N,) meets one of shape (N, 1), and broadcasting makes N × N of them. Bring both to the same shape first.",
    "hint.not-summed": "Yours has an axis that should be gone. What was broadcast on the way forward is summed on the way back.",
    "hint.over-reduced": "Yours lacks an axis. Which axis may the sum or mean run over, and which must stay?",
    "hint.integers": "Your array holds integers, so every fraction is cut off. Which dtype does the array have when it is made?",
    "hint.sign": "Yours has the opposite sign, everywhere. Which term is subtracted from which?",
    "hint.double": "Yours is exactly twice as large as it should be, everywhere. Is a factor ½ missing, or a 2 there once too often?",
    "hint.half": "Yours is exactly half of what it should be, everywhere. Which factor 2 is missing; does a square have one?",
    "hint.log2": "Yours is 1/ln 2 times as large as it should be, everywhere: that is the logarithm to base 2. Which base does the formula use?",
    "hint.times": "Yours is {factor} times as large as it should be, everywhere. Which mean was taken as a sum?",
    "hint.gradient-times": "Yours is {factor} times the gradient, everywhere. What does the mean in L do to its derivative?",
    "hint.over": "Yours is 1/{factor} of what it should be, everywhere. Is a division made once too often, or a mean where a sum belongs?",
    "hint.wrong-axis": "Yours is off by the ratio of two axes, everywhere: the division is by the length of the wrong axis. Over what does the mean run?",
    "hint.zeros": "Yours is zero everywhere. Does an integer division cut a factor to 0, or is the result never written?",
    "hint.rounded": "Yours is rounded to a few decimals. Return the full value; round only to print.",
    "hint.flipped": "Yours is flipped along its last two axes. Which way does the kernel lie, and which index runs backwards?",
    "hint.lost-signs": "The sizes are right, but all signs are lost. Where does an absolute value or a square come in?",
    "hint.some-signs": "The sizes are right, but some signs are wrong. Look at one of those entries: which term decides its sign?",
    "hint.should-be-zero": "Yours differs only where zero is wanted. Which entries have no influence, and where should yours leave them out?",
    "hint.zero-entries": "Where yours differs, it is zero. Is something masked too widely, or overwritten where it should be added to?",
    "hint.inverted": "Yours is zero exactly where it should not be, and the other way round. Which side does the mask keep?",
    "hint.first": "Yours is wrong only at the first index of one axis. What is special about the beginning?",
    "hint.last": "Yours is wrong only at the last index of one axis. Does the loop or the slice end too early?",
    "hint.border": "Yours is wrong only at the border of one axis. What happens to the padding, or to the first and the last index?",
    # cases
    "case.unusable": "The case could not use what your code returned ({type}). Compare type and shape with the documentation in the stub.",
    "case.assertion": "A check of this case does not hold.",
    "case.no-exception": "no exception",
    "case.either": "{one} or {other}",
    "case.skipped": "Not run, because this case needs {needs}, which did not pass. Mend that first.",
    "case.grader-error": "This case broke through no fault of yours. It costs no points; your instructor has been told.",
    # reports: words and sentences around the outcomes
    "verdict.passed": "passed",
    "verdict.failed": "failed",
    "verdict.errored": "errored",
    "verdict.not_attempted": "not attempted",
    "verdict.timed_out": "timed out",
    "verdict.out_of_memory": "out of memory",
    "verdict.crashed": "crashed",
    "verdict.skipped": "skipped",
    "verdict.grader_error": "grader error",
    "state.passed": "passed",
    "state.partly": "{passed} of {all} cases pass",
    "state.not-attempted": "not attempted",
    "state.hidden-only": "hidden cases only",
    "state.not-graded": "not graded",
    "state.incomplete": "incomplete",
    "label.task": "task",
    "label.title": "title",
    "label.points": "points",
    "label.state": "state",
    "label.assignment": "assignment",
    "label.student": "student",
    "label.score": "score",
    "label.cases": "cases",
    "label.first-hint": "first hint",
    "label.called": "called",
    "label.reason": "reason",
    "label.hint": "hint",
    "label.measured": "measured",
    "label.leaderboard": "Leaderboard",
    "label.rank": "rank",
    "label.next": "next",
    "label.rerun": "rerun",
    "label.printed": "printed",
    "label.staff": "staff",
    "label.got": "got",
    "label.want": "want",
    "label.to-do": "to do",
    "label.hidden": "hidden case",
    "label.total": "Total",
    "label.tasks": "Tasks",
    "label.notes": "Notes",
    "label.how": "How this was graded",
    "label.submission": "submission",
    "label.received": "received",
    "label.layers": "layers",
    "label.missing": "missing",
    "label.version": "version",
    "label.seed": "seed",
    "label.device": "device",
    "report.practice": "practice",
    "report.practice-why": "A practice run of the visible cases; it is not a grade.",
    "report.official": "official",
    "report.official-why": "Graded with all cases, the hidden ones included.",
    "report.incomplete": "Incomplete: a case broke through no fault of the submission. Its points are not settled yet.",
    "report.points": "{earned} of {possible} points",
    "report.of": "/ {possible} points",
    "report.at": "at {where}",
    "report.differ": "({share} differ)",
    "report.hidden-difference": "differs; the case is hidden, so neither its inputs nor its values are shown",
    "report.hidden-only": "The cases of this task are hidden; they run when your work is graded.",
    "report.rerun": "make grade A={slug}",
    "report.rerun-submission": "make grade A={slug} SUBMISSION={path}",
    "report.next-mend": "Change your code, then run",
    "report.next-hidden": "Try small inputs of your own: other shapes, negative numbers, zeros, large values.",
    "report.adjustment": "{points} points: {reason}",
    "report.missing": "Missing on this machine: {layers}. Submissions run behind fewer walls here; autograder doctor says what to do.",
    "report.no-layers": "none",
    "report.all-passed": "Everything passes. Well done!",
    "report.cut": "… {count} characters left out …",
    "report.not-counted": "not counted",
    "report.index": "Assignments",
    "report.page": "Report: {page}",
    "report.class-page": "Class: {page}   grades: {grades}",
    "report.grading": "grading",
    "report.count": "{count} {verdict}",
    "report.said-above": "As said at the top of this report.",
    "report.anonymous": "(no name)",
    "report.class": "{count} submissions, mean {mean} of {possible} points",
    "report.class-one": "1 submission, {mean} of {possible} points",
    "report.class-none": "No submissions yet.",
    "report.leaderboard-why": "A place here earns no points.",
    "report.begin": "Nothing is solved yet, and this is where everybody starts. Take the first one:",
    "report.begin-read": "read   assignments/{slug}/README.md",
    "report.begin-edit": "edit   assignments/{slug}/{module}",
    "report.begin-run": "run    make grade A={slug}",
    "report.continue": "To see what to do next:",
    # training: what a run reached, and what its accuracy suggests
    "training.reached": "Accuracy {accuracy} on {examples} test examples (95 % interval {low} to {high}), trained "
    "with seed {seed}.",
    "training.band": "The best of {tried} runs reached accuracy {accuracy} on {examples} test examples (95 % interval "
    "{low} to {high}). That earns the band from {band}; the next band begins at {following}.",
    "training.no-band": "The best of {tried} runs reached accuracy {accuracy} on {examples} test examples (95 % "
    "interval {low} to {high}). That earns no band yet; the first band begins at {following}.",
    "training.steps": "The training took {got} optimisation steps; its budget is {limit}. Count the batches of one "
    "epoch, and the epochs.",
    "training.cpu": "The training took {got} CPU seconds; its budget is {limit}. Look for a loop over single examples.",
    "training.type": "The predictions are neither an array nor a tensor. Return one row of scores, or one class, for "
    "each example.",
    "training.shape": "The predictions have the wrong shape. Return one row of scores, or one class, for each example.",
    "training.dtype": "The predictions have the wrong dtype. Scores are floating-point numbers, classes are integers.",
    "training.non-finite": "The predictions contain NaN or infinity. Print the loss of the first steps: does it grow "
    "without bound?",
    "training.no-parameters": "The model has no parameters that training could change.",
    "training.parameters-still": "Training left these parameters as they were: {names}. Does the optimiser hold them, "
    "and does the loss depend on them?",
    "training.parameters-lost": "After training these parameters are gone or have another shape: {names}.",
    "training.parameters-non-finite": "After training these parameters contain NaN or infinity: {names}. Print the "
    "loss of the first steps.",
    "training.hint-no-step": "No optimisation step was seen. Computing gradients does not change a parameter yet: "
    "what does?",
    "training.hint-one-class": "Every example got the same class. Are the gradients of the last step cleared before "
    "the next, does the step go down the slope, and are the training examples shuffled?",
    "training.hint-guessing": "That is no better than guessing. Is every backward pass followed by a step, is the "
    "learning rate large enough, and does each image stay one row when it is flattened?",
    "training.hint-hindered": "The model learns, but something holds it back. Which input does the loss expect, "
    "scores or probabilities? And are the gradients of the last step cleared before the next?",
    "training.hint-nearly": "That is close. Are the training examples shuffled, are all epochs run, and is the "
    "learning rate the one given?",
    # training: fragments of a difference
    "training.parameters": "parameters",
    "training.none": "no parameters",
    "training.gone": "gone or reshaped",
    "training.same-shape": "the same shape",
    "training.nan": "nan or inf",
    "training.finite": "finite numbers",
    "training.unchanged": "unchanged",
    "training.changed": "changed",
    "training.array": "numpy array or torch tensor",
    "training.rows": "({rows}, {width}) or ({rows},)",
    "training.classes": "integer classes or ({rows}, {width}) logits",
    "training.logits": "floating-point logits",
    # honesty: what was used, and what the training learned from
    "honest.called": "This call used {names}, which this task asks you to do without.",
    "honest.renamed": "Every class was given another name before this training. Of {examples} test examples the share "
    "{accuracy} got its new name; at least {at} is wanted.",
    "honest.hint-old-names": "The predictions carry the old names, so they do not come from the labels of this "
    "training. Start from new weights, and use the labels that are passed in.",
    "honest.hint-names": "If the same training does better under the true names, something in the code knows in "
    "advance which class is which.",
}


CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ko": KOREAN}


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The language in hand, and an assignment's own sentences: English -> that language."""

    language: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)


_SPOKEN: ContextVar[_Spoken] = ContextVar("spoken", default=_Spoken())  # noqa: B039  # it is frozen


@contextmanager
def speaking(language: str, texts: Mapping[str, str] | None = None) -> Iterator[None]:
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


def spoken() -> str:
    """Return the language in hand: "en" unless a block of :func:`speaking` says otherwise."""
    return _SPOKEN.get().language


def say(id: str, /, **parameters: object) -> str:
    """Return the sentence ``id`` with its parameters filled in; KeyError for an unknown id or a missing parameter."""
    return CATALOGUES[spoken()][id].format(**parameters)


def translate(text: str, /) -> str:
    """Return what an assignment says in its own words in the language in hand; as it is where nobody translated it."""
    return _SPOKEN.get().texts.get(text, text)
