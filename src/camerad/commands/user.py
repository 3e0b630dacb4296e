"""``camerad user``: people, who log in with a password."""

import argparse
import sys

from camerad.commands.options import accounts, add_account, add_role, add_state
from camerad.commands.output import say
from camerad.errors import StartupError


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="let somebody log in")
    add_account(add)
    add_role(add)
    _add_password(add)
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="list all users")
    add_state(listing)
    listing.set_defaults(run=_list)
    password = actions.add_parser("password", help="set a password; it ends the user's logins")
    add_account(password)
    _add_password(password)
    password.set_defaults(run=_set_password)
    role = actions.add_parser("role", help="give a user another role; it ends the user's logins")
    add_account(role)
    add_role(role)
    role.set_defaults(run=_set_role)
    remove = actions.add_parser("remove", help="let somebody log in no more")
    add_account(remove)
    remove.set_defaults(run=_remove)


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input instead of asking for it",
    )


def _add(options: argparse.Namespace) -> None:
    from camerad.accounts.roles import Role  # noqa: PLC0415 - see the package

    users = accounts(options)
    users.add_user(options.name, Role(options.role), _password(options))


def _list(options: argparse.Namespace) -> None:
    for user in accounts(options).users():
        say(f"{user.name}\t{user.role.value}")


def _set_password(options: argparse.Namespace) -> None:
    users = accounts(options)
    users.set_password(options.name, _password(options))


def _set_role(options: argparse.Namespace) -> None:
    from camerad.accounts.roles import Role  # noqa: PLC0415 - see the package

    accounts(options).set_role(options.name, Role(options.role))


def _remove(options: argparse.Namespace) -> None:
    accounts(options).remove_user(options.name)


def _password(options: argparse.Namespace) -> str:
    """The password, which is never an argument: those stand in every list of processes."""
    if options.password_stdin:
        return sys.stdin.readline().removesuffix("\n")
    if not sys.stdin.isatty():
        raise StartupError("there is no terminal to ask for a password: use --password-stdin")
    from getpass import getpass  # noqa: PLC0415 - see the package

    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise StartupError("the two passwords differ")
    return password
