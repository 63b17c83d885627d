"""Errors of the children's logs on the terminal."""

from __future__ import annotations

from pathlib import Path

from pocgate.kernel.supervisor.log_errors import LogErrors, last_lines


def test_error_is_shown_with_its_traceback_and_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("2026-11-23T09:00:00Z [error    ] of an earlier run\n")
    errors = LogErrors(log)

    with log.open("a") as file:
        file.write("2026-11-23T09:00:01Z [info     ] quiet\n")
        file.write("2026-11-23T09:00:02Z [error    ] it broke\nTraceback\n  ValueError: x\n")
        file.write("[2026-11-23 09:00:03 +0000] [7] [INFO] quiet\n")
        file.write("[2026-11-23 09:00:04 +0000] [7] [ERROR] gunicorn broke\nhalf a li")

    assert errors.new_lines() == [
        "2026-11-23T09:00:02Z [error    ] it broke",
        "Traceback",
        "  ValueError: x",
        "[2026-11-23 09:00:04 +0000] [7] [ERROR] gunicorn broke",
    ]
    assert errors.new_lines() == []


def test_log_that_was_set_aside_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("x" * 100 + "\n")
    errors = LogErrors(log)

    log.write_text("2026-11-23T09:00:01Z [critical ] new\n")

    assert errors.new_lines() == ["2026-11-23T09:00:01Z [critical ] new"]


def test_log_that_does_not_exist_has_no_lines(tmp_path: Path) -> None:
    assert LogErrors(tmp_path / "none.log").new_lines() == []
    assert last_lines(tmp_path / "none.log") == []
