"""Grade a student's repository for Classroom 50: write result.json and release-body.md. It needs only Python itself.

Give this file to the classroom:

    gh teacher autograder set-default ORGANIZATION CLASSROOM --from autograder.py

Classroom 50 runs it in the repository of a student, a copy of the release. Only the visible cases are run, and students
can change them. So this is feedback, not a grade.

Classroom 50 takes whole points. The points of the cases are rounded so that they add up to the rounded total: all are
rounded down, and those with the largest remainders get one more. A case that passes earns all of its points. A part of
them is rounded down. So the sum is never above the maximum, and the maximum needs every case to pass.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

REPORT, BODY, RESULT = Path("report", "report.json"), Path("release-body.md"), Path("result.json")
FROM_ENVIRONMENT = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def main() -> int:
    slug = assignment(os.environ.get("ASSIGNMENT", ""))
    for path in (REPORT, BODY, RESULT):
        path.unlink(missing_ok=True)  # a file of the student must not be taken for ours
    command = [sys.executable, "grade.py", "grade", slug, "--json", str(REPORT), "--markdown", str(BODY)]
    status = subprocess.run(command, check=False).returncode
    if not REPORT.is_file():
        print(f"autograder.py: grade.py wrote no report (exit status {status}); its output is above.", file=sys.stderr)
        return status or 1
    result = as_result(json.loads(REPORT.read_text(encoding="utf-8")))
    draft = RESULT.with_suffix(".tmp")
    draft.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(RESULT)
    return 0


def assignment(name: str) -> str:
    """Return the folder in assignments/ that is called ``name`` in the classroom, or the only one."""
    folders = sorted(path.parent.name for path in Path("assignments").glob("*/assignment.toml"))
    if name in folders:
        return name
    if len(folders) == 1:
        return folders[0]
    sys.exit(
        f"autograder.py: assignments/ has {', '.join(folders) or 'no assignment'}, and the classroom calls this one "
        f'"{name}". Name it like its folder, or release each assignment alone.'
    )


def as_result(report: dict) -> dict:
    """Return a result in the format classroom50/result/v1."""
    challenges = {task["id"] for task in report["tasks"] if task.get("challenge")}  # optional, so never a failed test
    cases = [case for case in report["outcomes"] if case["task"] not in challenges or case["verdict"] == "passed"]
    tests = [*map(as_test, cases, whole([points_of(case) for case in cases]))]
    if not tests:  # the submission was refused as a whole
        [most] = whole([report["score"]["possible"]])
        output = "\n".join(report["notes"])
        tests = [{"test-name": "submission", "passed": False, "score": 0, "max-score": most, "output": output}]
    return {
        "schema": "classroom50/result/v1",
        **{key: os.environ.get(variable, "") for key, variable in FROM_ENVIRONMENT.items()},
        "datetime": submitted_at().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def submitted_at() -> datetime:
    """Return the time of the commit, which stays the same when it is graded again; now, if git does not know it."""
    git = ["git", "log", "-1", "--format=%ct"]
    try:
        return datetime.fromtimestamp(int(subprocess.run(git, capture_output=True, check=True).stdout), UTC)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return datetime.now(UTC)


def points_of(case: dict) -> float:
    return 0.0 if case["verdict"] == "grader_error" else case["points"]  # our error costs no points


def as_test(case: dict, most: int) -> dict:
    points, passed = points_of(case), case["verdict"] == "passed"
    share = min(1.0, max(0.0, case["earned"] / points)) if points else 0.0
    return {
        "test-name": case["case"],
        "passed": passed,
        "score": int(share * most + 1e-9),
        "max-score": most,
        "title": case["title"],
        "verdict": case["verdict"],
        "output": "\n".join(filter(None, [case["message"], case["hint"]])),
    }


def whole(points: list) -> list:
    """Return whole numbers that add up to the rounded sum, by the method of largest remainders."""
    lowest = [int(each + 1e-9) for each in points]
    missing = int(sum(points) + 0.5 + 1e-9) - sum(lowest)
    by_remainder = sorted(range(len(points)), key=lambda index: lowest[index] - points[index])
    for index in by_remainder[:missing]:
        lowest[index] += 1
    return lowest


if __name__ == "__main__":
    sys.exit(main())
