#!/usr/bin/env python3
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
NEED_NO_SERVER = {"check", "collectstatic", "help", "makemessages", "compilemessages", "version", "--help", "--version"}


def main():
    from s3hub import embedded

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if embedded.needed() and command not in NEED_NO_SERVER:
        embedded.ensure()
    if command == "test":
        import pytest

        sys.exit(pytest.main(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
