"""The example Hub against the real huggingface_hub client: what it downloads from there must be the served bytes, in a cache that hugh verifies."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
if len(sys.argv) == 1:  # run again while the example models are served
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(HERE, "../examples/models"), os.path.join(folder, "examples"))
        sys.exit(subprocess.run([os.path.join(HERE, "../examples/hub/with"), folder, sys.executable, __file__, folder]).returncode)

root = sys.argv[1]
os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_UPDATE_CHECK="1", HF_HUB_DISABLE_XET="1")
os.environ["HF_HOME"] = tempfile.mkdtemp()

import huggingface_hub  # noqa: E402  (reads the environment when it is imported)

checked = 0
for organisation in sorted(os.listdir(root)):
    for name in sorted(os.listdir(os.path.join(root, organisation))):
        base, repo = os.path.join(root, organisation, name), organisation + "/" + name
        if not os.path.isdir(base):
            continue
        info = huggingface_hub.HfApi().model_info(repo, files_metadata=True, securityStatus=True)
        here = huggingface_hub.snapshot_download(repo)
        assert os.path.basename(here) == info.sha, repo
        served = sorted(os.path.relpath(os.path.join(d, f), base) for d, _, fs in os.walk(base, followlinks=True) for f in fs)
        assert served == sorted(sibling.rfilename for sibling in info.siblings), (repo, served)
        for path in served:
            with open(os.path.join(base, path), "rb") as a, open(os.path.join(here, path), "rb") as b:
                assert a.read() == b.read(), path
            checked += 1
try:
    huggingface_hub.HfApi().model_info("examples/nothing")
    raise AssertionError("a repository that does not exist was found")
except huggingface_hub.errors.RepositoryNotFoundError:
    pass
except huggingface_hub.errors.HfHubHTTPError as error:  # over plain http the client does not map 401
    assert error.response.status_code == 401, error
verified = subprocess.run(["bin/hugh", "cache", "--verify", "--directory", huggingface_hub.constants.HF_HUB_CACHE], capture_output=True, text=True)
assert "intact" in verified.stdout and "corrupt" not in verified.stdout and "no link to a blob" not in verified.stderr, verified
print("hub: %d files downloaded by huggingface_hub %s are the served ones" % (checked, huggingface_hub.__version__))
