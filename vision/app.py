"""Composition root of `quantrac-vision`: builds the cameras' parts and runs them."""

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Entry point of ``quantrac-vision``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="quantrac-vision", description="Eyes of the centre")
    parser.parse_args(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
