"""Records what the real client packs of small folders: run with Truss 0.18.36 installed.

Reads the lines of archives.jsonl from its input, and writes them to its output with the new
answers in `archived`. Each line is a case: the files of a Truss and of an external folder beside it,
the text of `.truss_ignore`, and `bundled_packages_dir`; null for what is not there.
"""

import json
import os
import pathlib
import sys
import tarfile
import tempfile

os.environ["HOME"] = tempfile.mkdtemp()

from truss.remote.baseten.core import archive_dir  # noqa: E402
from truss.truss_handle.truss_handle import TrussHandle  # noqa: E402


def put(folder, files):
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def archived(case):
    root = pathlib.Path(tempfile.mkdtemp())
    put(root / "truss", case["files"])
    config = "model_name: m\n"
    if case["external"] is not None:
        put(root / "external", case["external"])
        config += "external_package_dirs: [../external]\n"
    if case["bundled"] is not None:
        config += f"bundled_packages_dir: {case['bundled']}\n"
    (root / "truss/config.yaml").write_text(config)
    if case["ignore"] is not None:
        (root / "truss/.truss_ignore").write_text(case["ignore"])
    handle = TrussHandle(root / "truss")
    if handle.is_scattered():
        handle = TrussHandle(handle.gather())
    packed = archive_dir(handle._truss_dir)
    with tarfile.open(packed.name) as archive:
        return sorted(archive.getnames())


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps({**case, "archived": archived(case)}))
