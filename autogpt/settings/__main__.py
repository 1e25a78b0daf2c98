"""`python -m autogpt.settings template|page`: write a generated file to the standard output."""

import sys

from autogpt.settings.pages import env_template, settings_page


def main(arguments: list[str]) -> int:
    """Write what is asked for as UTF-8 with bare line feeds, whatever the terminal's encoding."""
    pages = {"template": env_template, "page": settings_page}
    if len(arguments) != 1 or arguments[0] not in pages:
        sys.stderr.write("usage: python -m autogpt.settings template|page\n")
        return 2
    sys.stdout.buffer.write(pages[arguments[0]]().encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
