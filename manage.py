#!/usr/bin/env python
"""The command line of POC Gate."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

# What SQLite and PostgreSQL say of a table that is not there.
NO_TABLE = ("no such table", "does not exist")

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pocgate.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(f"POC Gate can not start. {refusal}")
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv or not any(words in str(error) for words in NO_TABLE):
            raise
        sys.exit(f"The tables of the database are not up to date: run `manage.py migrate` first. ({error})")
