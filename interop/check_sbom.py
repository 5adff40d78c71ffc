"""hugh sbom against CycloneDX: every document it writes is valid by the official schema of 1.5, read strictly."""

import subprocess
import sys
import tempfile
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_5)


def odd(folder):
    """A model of which much can be said, some of it strange."""
    (folder / "README.md").write_text("---\nlicense: creativeml-openrail-m\nlibrary_name: diffusers\ntags: [a]\n---\n# Odd\n")
    (folder / "requirements.txt").write_text("torch==1.0+cu118\nPillow==9.0.0\nscipy==1.9\nnumpy\nkeras==2!3.0.dev1\n")
    (folder / "naïve model\u202e\n.pkl").write_bytes(b"\x80\x04N.")


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        odd(Path(scratch))
        models = [path for path in sorted(Path("examples/models").iterdir()) if path.is_dir()] + [Path(scratch)]
        count = 0
        for model in models:
            run = subprocess.run(["bin/hugh", "sbom", str(model)], capture_output=True, check=False)
            if run.returncode == 2 and b"no model" in run.stderr:
                continue
            error = VALIDATOR.validate_str(run.stdout.decode()) if run.returncode == 0 else run.stderr.decode()
            count += 1
            if error:
                print(f"{model}: {error}")
                wrong = 1
    print(f"{count} bills of materials, {'not all valid' if wrong else 'all valid'} by CycloneDX 1.5")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
