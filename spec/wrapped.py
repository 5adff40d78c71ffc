"""Writes every file below some directories as the only member of a stored zip and as a gzip stream.

    wrapped.py OUTDIR DIRECTORY...      OUTDIR/LIST names the originals; OUTDIR/1.zip holds the first, ...
"""
import gzip
import pathlib
import sys
import zipfile

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
files = [path for directory in sys.argv[2:] for path in sorted(pathlib.Path(directory).glob("*/*")) if path.is_file()]
for number, path in enumerate(files, 1):
    data = path.read_bytes()
    with zipfile.ZipFile(out / f"{number}.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(path.name), data)
    (out / f"{number}.gz").write_bytes(gzip.compress(data, 1, mtime=0))
(out / "LIST").write_text("".join(f"{path}\n" for path in files))
