"""Pictures out to a folder of backups and back in; they travel sealed, and one that is there is not copied again."""

import os
from collections.abc import Callable
from pathlib import Path

from . import files

Progress = Callable[[int], None]


def copy_out(folder: Path, progress: Progress = lambda done: None) -> int:
    """Every stored file into `folder`, under the name it has; returns how many lie in the storage.

    A name tells the content's keyed digest and the item's id, so what is there already is the same. A file that is
    erased while this runs is left out.
    """
    count = 0
    for batch in files.all_files():
        for _media_id, name in batch:
            count += _out(folder / name, name)
            progress(count)
    return count


def _out(target: Path, name: str) -> int:
    if target.exists():
        return 1
    sealed = files.read_named(name)
    if sealed is None:
        return 0
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half")
    with half.open("wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    half.rename(target)
    return 1


def copy_in(folder: Path, progress: Progress = lambda done: None) -> int:
    """Every file of `folder` that the storage lacks; returns how many were put there.

    What belongs to no row any more is swept away like any other such file; what was erased does not open.
    """
    there = {name for batch in files.all_files() for _media_id, name in batch}
    count = 0
    for path in sorted(folder.glob("??/*")):
        name = f"{path.parent.name}/{path.name}"
        if name not in there and files.is_ours(path.name):
            files.write_named(name, path.read_bytes())
            count += 1
            progress(count)
    return count
