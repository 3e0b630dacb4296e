"""Options that several commands share, and what they stand for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camerad.accounts.store import Accounts


def add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", type=Path, metavar="DIR", required=True, help="where camerad keeps its state"
    )


def add_account(parser: argparse.ArgumentParser) -> None:
    """The name of a user or a token, and where it is kept."""
    parser.add_argument("name", metavar="NAME")
    add_state(parser)


def add_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=("viewer", "operator", "admin"))


def accounts(options: argparse.Namespace) -> "Accounts":
    """The accounts in the state directory."""
    from camerad.accounts.store import Accounts  # noqa: PLC0415 - see the package
    from camerad.storage.state import prepare_state  # noqa: PLC0415

    prepare_state(options.state)
    return Accounts(options.state)
