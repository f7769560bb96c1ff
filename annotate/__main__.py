"""``python -m annotate``: the commands without Flask's own."""

from annotate.cli import commands

if __name__ == "__main__":
    commands(prog_name="annotate")
