"""Commands that begin something: a course, or an assignment of it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from . import options


@click.command()
@click.argument("folder", type=options.PATH)
@click.option("--with-course", is_flag=True, help="Copy the assignments of this project, whose answers are public.")
def init(*, folder: Path, with_course: bool) -> None:
    """Begin a course of your own.

    FOLDER is new or empty. It gets folders for assignments and solutions, a Makefile, and this version of the
    framework as a wheel.
    """
    from ..authoring import course
    from ..authoring.release import write_new

    write_new(course.contents(with_course=with_course), folder.absolute())
    first = "" if with_course else ", then make new A=01-first"
    click.echo(f"Made a course in {folder}. README.md lists its commands.")
    click.echo(f'Next: cd {folder} && git init && git add . && git commit -m "Begin"{first}.')


@click.command()
@click.argument("slug")
@click.option("--torch", is_flag=True, help="Allow PyTorch, and begin with tensors.")
@click.option(
    "--from", "source", type=options.PATH, help="Solution with marked answers to begin with (default: an example)."
)
@options.solutions
@options.root
def new(*, slug: str, torch: bool, source: Path | None, root: Path) -> None:
    """Begin an assignment: all files, with cases that work.

    SLUG is its number and name, such as 15-attention.
    """
    from ..authoring import scaffold

    scaffold.check_slug(slug, root)
    solution = scaffold.read(source) if source else scaffold.shipped(slug, torch=torch)
    made = scaffold.new(slug, solution, torch=torch)
    for path in scaffold.write(made, root=root):
        click.echo(f"wrote {os.path.relpath(path)}")
    for task in made.unwritten:
        click.echo(f"No inputs were found for {task}. Write its cases in test_visible.py and test_hidden.py.")
    then = " Then run autograder hints and" if made.unwritten else " Run"
    click.echo(f"Next: edit these files.{then} autograder audit {slug} after each change.")
