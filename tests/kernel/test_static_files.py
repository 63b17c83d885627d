"""Static files are collected when their content changed, and left alone otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pocgate.kernel.supervisor.preparation import collect_static_files


@pytest.fixture
def source(tmp_path: Path, settings: Any) -> Path:
    """The only source of static files, one stylesheet."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "one.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    return folder / "one.css"


def test_files_of_the_same_content_at_another_time_are_not_collected_again(source: Path) -> None:
    assert collect_static_files()
    os.utime(source, (1_000_000_000, 1_000_000_000))

    assert not collect_static_files()


def test_file_of_the_same_size_and_other_content_is_collected_again(source: Path) -> None:
    collect_static_files()
    then = source.stat()
    source.write_text("b { color: red }")
    os.utime(source, ns=(then.st_atime_ns, then.st_mtime_ns))

    assert collect_static_files()
