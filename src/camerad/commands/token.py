"""``camerad token``: what programs show to be let in."""

import argparse

from camerad.commands.options import accounts, add_account, add_role, add_state
from camerad.commands.output import say


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a token and print it, this once")
    add_account(add)
    add_role(add)
    add.add_argument("--expires", type=float, metavar="DAYS", help="never, unless given")
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="list all tokens")
    add_state(listing)
    listing.set_defaults(run=_list)
    revoke = actions.add_parser("revoke", help="end a token at once")
    add_account(revoke)
    revoke.set_defaults(run=_revoke)


def _add(options: argparse.Namespace) -> None:
    from camerad.accounts.roles import Role  # noqa: PLC0415 - see the package

    say(accounts(options).add_token(options.name, Role(options.role), options.expires))


def _list(options: argparse.Namespace) -> None:
    for token in accounts(options).tokens():
        expires = f"{token.expires:%Y-%m-%d}" if token.expires else "never"
        say(f"{token.name}\t{token.role.value}\t{token.created:%Y-%m-%d}\t{expires}")


def _revoke(options: argparse.Namespace) -> None:
    accounts(options).revoke_token(options.name)
