"""How hugh and the other scanners judge the same files: spec/fixtures/benign and the hostile samples. Prints a table.

A scanner finds a hostile file when it reports anything wrong with it, and it alarms falsely when it does so on a benign one.
Judged are the files that carry code (or, on the benign side, that are expected safe); formats without pickle are left out,
because the others do not claim them.
"""

import json
import subprocess
import sys
from pathlib import Path

from fickling.analysis import Severity, check_safety
from fickling.fickle import Pickled
from modelscan.modelscan import ModelScan
from modelscan.settings import DEFAULT_SETTINGS
from picklescan.scanner import SafetyLevel, scan_file_path

BENIGN, HOSTILE = Path("spec/fixtures/benign"), Path("build/fixtures/hostile")


def rows(folder):
    return [line.split("\t") for line in (folder / "MANIFEST.tsv").read_text().splitlines()[1:]]


def picklescan_flags(path):
    result = scan_file_path(path)
    return result.issues_count > 0 or any(found.safety == SafetyLevel.Dangerous for found in result.globals)


def modelscan_flags(path):
    scanner = ModelScan(settings=DEFAULT_SETTINGS)
    return bool(scanner.scan(path)["issues"])


def fickling_flags(path):
    with open(path, "rb") as file:
        return check_safety(Pickled.load(file)).severity > Severity.LIKELY_SAFE


def hugh_verdicts(folder):
    out = subprocess.run(["bin/hugh", "scan", "--json", folder], capture_output=True, text=True, check=False).stdout
    return {str(Path(file["path"]).relative_to(folder)): file["safety"] for file in json.loads(out)["files"]}


def count(names, flags):
    flagged = failed = 0
    for name in names:
        try:
            flagged += flags(name)
        except Exception:  # a scanner that gives up has not found anything; how often is shown
            failed += 1
    return flagged, failed


def main():
    subprocess.run([sys.executable, "spec/fixtures/hostile/build.py", str(HOSTILE)], check=True)
    hostile = [row[0] for row in rows(HOSTILE) if row[2] == "dangerous"]
    benign = [row[0] for row in rows(BENIGN) if row[2] == "safe"]
    bad, good = hugh_verdicts(HOSTILE), hugh_verdicts(BENIGN)
    columns = {"hugh: suspicious or worse": (count(hostile, lambda name: bad[name] in ("suspicious", "dangerous")),
                                             count(benign, lambda name: good[name] in ("suspicious", "dangerous"))),
               "hugh: dangerous": (count(hostile, lambda name: bad[name] == "dangerous"), count(benign, lambda name: good[name] == "dangerous"))}
    for label, flags in (("picklescan", picklescan_flags), ("modelscan", modelscan_flags), ("fickling", fickling_flags)):
        columns[label] = (count(hostile, lambda name: flags(str(HOSTILE / name))), count(benign, lambda name: flags(str(BENIGN / name))))
    print(f"{'':28}{'found of ' + str(len(hostile)):>18}{'gave up':>9}{'false of ' + str(len(benign)):>18}{'gave up':>9}")
    for label, ((found, lost), (alarms, skipped)) in columns.items():
        print(f"{label:28}{found:>18}{lost:>9}{alarms:>18}{skipped:>9}")


if __name__ == "__main__":
    main()
