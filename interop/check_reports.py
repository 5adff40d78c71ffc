"""hugh scan and score against the schemas: what they print of the specs' files and the example models, JSON by docs/*.schema.json, SARIF by OASIS's."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

HOSTILE = "build/fixtures/hostile"
REPORT = json.loads(Path("docs/report.schema.json").read_text(encoding="utf-8"))
ASSESSMENT = json.loads(Path("docs/assessment.schema.json").read_text(encoding="utf-8"))
ENTRY = {"$defs": REPORT["$defs"], "$ref": "#/$defs/file"}


def hugh(*arguments):
    return subprocess.run(["bin/hugh", *arguments], stdout=subprocess.PIPE, check=False).stdout.decode("utf-8")


def violations(schema, document):
    return [f"{list(error.path)}: {error.message[:200]}" for error in Draft202012Validator(schema).iter_errors(document)]


def sarif_violations(document):
    try:
        Sarif.model_validate(document)
        return []
    except ValidationError as error:
        return [str(error)[:1000]]


def main():
    subprocess.run([sys.executable, "-B", "spec/fixtures/hostile/build.py", HOSTILE], check=True)
    with tempfile.TemporaryDirectory() as odd:
        for name in (b"new\nline\x1b[31m.pkl", b"bad\xff.pkl", "\u202e é#%.pkl".encode()):
            (Path(odd) / name.decode("utf-8", "surrogateescape")).write_bytes(b"cos\nsy\xffstem\n(S'\x1b[2J'\ntR.")
        paths = [HOSTILE, "spec/fixtures/benign", "examples/models", odd]
        wrong = violations(REPORT, json.loads(hugh("scan", "--json", *paths)))
        lines = hugh("scan", "--jsonl", *paths).splitlines()
        for line in lines:
            wrong += violations(ENTRY, json.loads(line))
        wrong += sarif_violations(json.loads(hugh("scan", "--sarif", *paths)))
    for model in sorted(path for path in Path("examples/models").iterdir() if path.is_dir()):
        wrong += violations(ASSESSMENT, json.loads(hugh("score", "--json", str(model))))
    for message in wrong[:20]:
        print(message)
    print(f"{len(lines)} files, {len(wrong)} violations of the schemas")
    return len(wrong) > 0 or len(lines) < 1000


if __name__ == "__main__":
    sys.exit(main())
