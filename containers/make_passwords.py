"""Make a random password for each database role that has none yet, in a folder of a volume.

    python make_passwords.py FOLDER [--new]

With --new it replaces all passwords; `roles.sql` then sets them in PostgreSQL. Only the group of the service that
uses a password can read its file. This program is a member of all these groups, so it can assign them without root.
Files are written atomically; an empty file counts as missing.
"""

import argparse
import os
import secrets
from pathlib import Path

READERS = {"bookstall_service": 10001, "bookstall_migrator": 10003, "bookstall_seeder": 10004}
"""The group that may read each role's password, as in the Dockerfile and docker-compose.yaml."""

BITS = 256


def make_password(file: Path, group: int) -> None:
    """Write a new password for the group into the file, in hexadecimal: no URL, shell or file needs to quote it."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with open(descriptor, "w", encoding="ascii") as writer:  # noqa: PTH123  # the descriptor was never readable to others
        os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, 0o440)
        writer.write(secrets.token_hex(BITS // 8))
        writer.flush()
        os.fsync(descriptor)
    part.replace(file)


def main() -> None:
    """Make the missing passwords, or all."""
    parser = argparse.ArgumentParser(description="Make a random password for each database role that has none yet.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--new", action="store_true", help="replace all passwords")
    args = parser.parse_args()
    for role, group in READERS.items():
        file = args.folder / role
        if args.new or not file.exists() or not file.stat().st_size:
            make_password(file, group)
            print(f"made the password of {role}")


if __name__ == "__main__":
    main()
