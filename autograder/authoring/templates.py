"""The files of this package that are made from templates: of a student repository, of a course, of an assignment."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..reports.page import template_folder


def rendered(folder: str, templates: Mapping[str, str], values: Mapping[str, object]) -> dict[str, bytes]:
    """Return the files by their names, each made from its template in ``templates/<folder>/``, without ``.j2``."""
    environment = Environment(
        loader=FileSystemLoader(template_folder() / folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the files are no HTML, and every value is the instructor's own
    )
    return {name: environment.get_template(f"{file}.j2").render(values).encode() for name, file in templates.items()}
