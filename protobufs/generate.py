"""Generate the Python stubs and their types beside the proto: `python -m protobufs.generate`.

Make and the Docker build stage both run this module; nothing else generates stubs.
"""

import sys
import sysconfig
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTO = "protobufs/recommendations.proto"


def main() -> int:
    """Run protoc in the project's root and return its exit status."""
    scripts = Path(sysconfig.get_path("scripts"))
    well_known = resources.files("grpc_tools") / "_proto"
    arguments = [
        f"--proto_path={ROOT}",
        f"--proto_path={well_known}",
        f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
        f"--python_out={ROOT}",
        f"--grpc_python_out={ROOT}",
        f"--mypy_out=quiet:{ROOT}",
        f"--mypy_grpc_out=quiet:{ROOT}",
        PROTO,
    ]
    status: int = protoc.main(["protoc", *arguments])
    return status


if __name__ == "__main__":
    sys.exit(main())
