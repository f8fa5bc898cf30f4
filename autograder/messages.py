"""Every sentence that a student reads, by stable id, with named parameters.

``say("value.timed-out", seconds=5)`` is the only way to a sentence. Ids are ``area.name``. A parameter never stands
before a grammatical particle, so that the sentences can be translated word by word.
"""

from __future__ import annotations

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
    "student.recursion": "{call} called itself without end (RecursionError). Check the condition that should stop the recursion.",
    "student.not-attempted": "{name} is still the stub. Replace the line that raises NotImplementedError with your answer.",
    "student.syntax": "{file}, line {line}: Python cannot read this line: {text}.",
    "student.encoding": "{file} is not UTF-8 text. Save it again as UTF-8 in your editor.",
    "student.load": "{file} stopped with {type} while it was being imported: {text}",
    "student.load-at": "{file}, line {line}: the import stopped with {type}: {text}",
    "student.no-file": "{file} is missing. Hand in a file with exactly this name.",
    "student.no-file-but": "{file} is missing, but there is a file named {found}. Rename it to {file}.",
    "student.no-name": "{file} has no {name}. Did you misname it or delete it?",
    "student.no-name-but": "{file} has no {name}, but it has {found}. Rename it to {name}.",
    "student.not-callable": "{name} in {file} is not a function. Define it with def.",
    "student.return-type": "{call} returned something that cannot be compared: {text}",
    "student.too-large": "{call} returned too much: {text}. Return an array of the documented shape.",
    "student.signature": "{call} could not be called this way: {text}. Compare the parameters with the stub.",
    # cases
    "case.unusable": "The case could not use what your code returned ({type}). Compare type and shape with the documentation in the stub.",
    "case.assertion": "A check of this case does not hold.",
    "case.skipped": "Not run, because this case needs {needs}, which did not pass. Mend that first.",
    "case.grader-error": "This case broke through no fault of yours. It costs no points; your instructor has been told.",
}


def say(id: str, /, **parameters: object) -> str:
    """Return the sentence ``id`` with its parameters filled in; KeyError for an unknown id or a missing parameter."""
    return ENGLISH[id].format(**parameters)
