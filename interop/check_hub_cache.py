"""The example Hub cache is one: huggingface_hub finds the same repository, commit and files in it as hugh does."""

import json
import subprocess
import sys
from pathlib import Path

from huggingface_hub import scan_cache_dir

CACHE = Path("examples/models/hub-cache")


def main():
    cache = scan_cache_dir(CACHE)
    if cache.warnings:
        print(*cache.warnings, sep="\n")
        return 1
    (repo,) = cache.repos
    (revision,) = repo.revisions
    out = subprocess.run(["bin/hugh", "score", "--json", str(revision.snapshot_path)], capture_output=True, text=True, check=False).stdout
    assessment = json.loads(out)
    model = assessment["model"]
    wrong = 0
    for what, theirs, ours in (("repo", repo.repo_id, model["repo"]), ("commit", revision.commit_hash, model["commit"]),
                               ("files", sorted(file.file_name for file in revision.files), sorted(file["path"] for file in assessment["files"]))):
        if theirs != ours:
            print(f"{what}: huggingface_hub says {theirs}, hugh says {ours}")
            wrong = 1
    print(f"{repo.repo_id}@{revision.commit_hash[:8]}: {'disagreement' if wrong else 'agreement'}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
