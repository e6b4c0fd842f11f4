"""The command that fills the catalogue: `python -m seed --help`."""
