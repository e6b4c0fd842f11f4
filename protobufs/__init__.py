"""The contract between the services, and the stubs that `python -m protobufs.generate` makes beside it."""
