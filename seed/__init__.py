"""The command that fills the catalogue: `python -m seed --help`.

readers (one file per outside format) → record (cleaning, once for all) → stage (COPY) →
load (set-based statements, one transaction). `docs/catalogue.md` tells a shop how to use it.
"""
