"""What whoever holds the machine may do to accounts at its terminal, without signing in."""

import argparse
from typing import Final

from gateway.access.names import ACCOUNT
from gateway.access.permissions import Role
from gateway.access.settings import AccessSettings
from gateway.database import accounts, sign_in_tallies
from gateway.database.engine import Database
from gateway.sign_in.doors import Doors
from gateway.sign_in.registry import Registry
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.clock import SystemClock

BY: Final = "terminal"
HELP: Final = {
    "list": "show the accounts",
    "reset": "print a new one-time password for NAME; makes an administrator of that name if there"
    " is none, and enables a disabled one",
    "unlock": "let NAME try again at once after too many wrong passwords",
    "link": "print the end of an address that signs NAME in, once, within a day",
}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add ``accounts list|reset|unlock|link`` to the command line of the gateway."""
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    one = commands.add_parser("accounts", help="see to accounts at the terminal, then end")
    acts = one.add_subparsers(dest="act", required=True, metavar="ACT")
    for act, text in HELP.items():
        added = acts.add_parser(act, help=text)
        if act != "list":
            added.add_argument("name", metavar="NAME")


def run_command(
    options: argparse.Namespace, settings: AccessSettings, address: str, page: str
) -> None:
    """Do what the command line says; a running gateway notices within seconds.

    Args:
        address: of the database, as SQLAlchemy takes it.
        page: address of the page, for links.

    Raises:
        QuantracError: there is no such account, or the database does not answer.
    """
    database = Database(address)
    clock = SystemClock()
    registry = Registry(database, Doors(settings, database, clock).passwords, clock)
    try:
        for line in _lines(options, database, registry, page):
            print(line)
    finally:
        database.close()


def _lines(
    options: argparse.Namespace, database: Database, registry: Registry, page: str
) -> list[str]:
    if options.act == "list":
        with database.reading() as connection:
            return [_told(record) for record in accounts.all_accounts(connection)]
    with database.reading() as connection:
        known = accounts.find(connection, options.name)
        names = [record.account for record in accounts.all_accounts(connection)]
    if options.act == "reset" and known is None:
        if ACCOUNT.fullmatch(options.name) is None:
            raise QuantracError("NAME: 2 to 40 of a-z, 0-9, '.', '_' and '-', a letter first")
        everything = [Role.ADMINISTRATOR]
        password = registry.create(
            BY, options.name, options.name, everything, stations=None, cameras=None
        )
        return [f"{options.name} is a new administrator; one-time password: {password}"]
    if known is None:
        raise QuantracError(f"there is no account {options.name!r}, only: {', '.join(names)}")
    match options.act:
        case "reset":
            password = registry.reset(BY, options.name)
            with database.writing() as connection:
                accounts.change(connection, options.name, disabled=False)
            return [f"one-time password of {options.name}: {password}"]
        case "unlock":
            with database.writing() as connection:
                sign_in_tallies.load_locked(connection, f"account/{options.name}")
                sign_in_tallies.clear(connection, f"account/{options.name}")
            return [f"{options.name} may try again"]
        case _:
            link, _ = registry.make_link(BY, options.name)
            return [f"{page}#/sign-in/{link}"]


def _told(record: accounts.AccountRecord) -> str:
    state = " disabled" if record.disabled else ""
    return f"{record.account}: {record.name} ({', '.join(sorted(record.roles))}){state}"


def page_of(listen: str, port: int, *, secure: bool) -> str:
    """Return the address of the page on this machine."""
    host = f"[{listen}]" if ":" in listen else listen
    return f"{'https' if secure else 'http'}://{host}:{port}/"
