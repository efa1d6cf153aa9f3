"""The commands that are played where a job runs: `uv`, `terraform`, and those that write comments."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# It keeps the output of each commit: a synthesis takes seconds, and the same commit gives the same bytes.
UV = """#!/bin/sh
[ "$1" = sync ] || exit 0
mkdir -p .venv/bin
printf '#!/bin/sh\\nexec "%s" "$@"\\n' "$PLAYED_BIN/isthmus" > .venv/bin/isthmus
cat > .venv/bin/python <<'PYTHON'
#!/bin/sh
kept="$PLAYED_OUTPUTS/$(git rev-parse 'HEAD^{tree}')"
if [ "$*" = main.py ] && [ -d "$kept" ]; then mkdir -p "$CDKTF_OUTDIR" && exec cp -R "$kept/." "$CDKTF_OUTDIR"; fi
"$PLAYED_BIN/python" "$@" || exit
if [ "$*" = main.py ]; then mkdir -p "$PLAYED_OUTPUTS" && cp -R "$CDKTF_OUTDIR" "$kept"; fi
PYTHON
chmod +x .venv/bin/*
"""

# A state is the bodies of the resources by address. What differs is created, updated or destroyed.
TERRAFORM = """#!{python}
import json, os, sys
from pathlib import Path

folder, command, *options = sys.argv[1:]
assert folder.startswith("-chdir="), sys.argv
folder = Path(folder.removeprefix("-chdir="))
states = Path(os.environ["PLAYED_STATES"])
state, made = states / folder.name, folder / "pipeline.tfplan"
with open(os.environ["PLAYED_ASKED"], "a") as asked:
    asked.write(" ".join([folder.name, command, *sorted(options)]) + "\\n")
if (states / f"{folder.name}.broken").exists():
    sys.exit(f"cannot plan {folder.name}")
if command == "plan":
    before = json.loads(state.read_text()) if state.exists() else {}
    after = {}
    for file in sorted(folder.rglob("*.tf.json")) * ("-destroy" not in options):
        for type_, named in (json.loads(file.read_text()).get("resource") or {}).items():
            for name, body in named.items():
                module = "".join(f"module.{part}." for part in file.relative_to(folder).parts[1:-1])
                after[f"{module}{type_}.{name}"] = body
    changes = []
    for address in sorted({*before, *after}):
        actions = ["create"] * (address not in before) + ["delete"] * (address not in after) or ["update"]
        actions = ["no-op"] if before.get(address) == after.get(address) else actions
        sides = {"before": before.get(address), "after": after.get(address)}
        secrets = {"before_sensitive": {"psk": True}, "after_sensitive": {"psk": True}}
        for side in sides.values():
            side and side.update(psk="hunter2")
        type_ = address.split(".")[-2]
        change = {"actions": actions, **sides, **secrets}
        changes.append({"address": address, "mode": "managed", "type": type_, "change": change})
    plan = {"format_version": "1.2", "terraform_version": "1.15.5", "planned_values": {}, "resource_changes": changes}
    made.write_text(json.dumps({**plan, "prior_state": {"psk": "hunter2"}}))
elif command == "show":
    print(made.read_text())
elif command == "apply":
    states.mkdir(exist_ok=True)
    changes = json.loads(made.read_text())["resource_changes"]
    after = {change["address"]: change["change"]["after"] for change in changes if change["change"]["after"]}
    [body.pop("psk") for body in after.values()]
    state.write_text(json.dumps(after))
"""

# It has jq inside; the one played asks for it.
GH = """#!{python}
import json, os, subprocess, sys
from pathlib import Path

kept = Path(os.environ["PLAYED_COMMENTS"])
comments = json.loads(kept.read_text()) if kept.exists() else []
words = sys.argv[1:]
assert words.pop(0) == "api" and os.environ["GH_TOKEN"] == "token", words
options = {}
for option in ("--method", "--field", "--jq"):
    if option in words:
        place = words.index(option)
        options[option] = words[place + 1]
        del words[place : place + 2]
[path] = [word for word in words if word != "--paginate"]
method = options.get("--method", "GET")
if method == "GET":
    assert path == "repos/example/network/issues/7/comments", path
    asked = ["jq", "--raw-output", options["--jq"]]
    print(subprocess.run(asked, input=json.dumps(comments), text=True, capture_output=True, check=True).stdout, end="")
    sys.exit()
name, _, file = options["--field"].partition("=@")
assert name == "body"
body = Path(file).read_text()
assert len(body) <= 65536
if method == "POST":
    assert path == "repos/example/network/issues/7/comments", path
    comments.append({"id": 100 + len(comments), "user": {"login": "github-actions[bot]"}, "body": body, "edits": 0})
else:
    assert method == "PATCH"
    [comment] = [c for c in comments if path == f"repos/example/network/issues/comments/{c['id']}"]
    comment |= {"body": body, "edits": comment["edits"] + 1}
kept.write_text(json.dumps(comments))
"""

# The notes of a merge request, as GitLab answers for them.
CURL = """#!{python}
import json, os, sys
from pathlib import Path

kept = Path(os.environ["PLAYED_COMMENTS"])
notes = json.loads(kept.read_text()) if kept.exists() else []
words = sys.argv[1:]
assert words[words.index("--header") + 1] == "PRIVATE-TOKEN: token", words
url = words[-1].removeprefix("https://gitlab.example/api/v4")
if url == "/user":
    print(json.dumps({"id": 42}))
    sys.exit()
assert url.startswith("/projects/3/merge_requests/7/notes"), url
if "--request" not in words:
    print(json.dumps(notes))
    sys.exit()
name, _, file = words[words.index("--data-urlencode") + 1].partition("@")
assert name == "body"
method, body = words[words.index("--request") + 1], Path(file).read_text()
if method == "POST":
    notes.append({"id": 100 + len(notes), "author": {"id": 42}, "body": body, "edits": 0})
else:
    assert method == "PUT"
    [note] = [one for one in notes if url.endswith(f"/{one['id']}")]
    note |= {"body": body, "edits": note["edits"] + 1}
kept.write_text(json.dumps(notes))
"""

COMMANDS = {"uv": UV, "terraform": TERRAFORM, "gh": GH, "curl": CURL, "apk": "#!/bin/sh\n"}


def install(folder: Path) -> dict[str, str]:
    """Write the commands into a folder, and return the environment that finds them there. They keep files nearby it."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    for name, text in COMMANDS.items():
        (place / name).write_text(text.replace("{python}", sys.executable))
        (place / name).chmod(0o755)
    return {
        **{name: os.environ[name] for name in ("HOME", "ISTHMUS_CACHE_DIR") if name in os.environ},
        "PATH": f"{place}{os.pathsep}{os.environ['PATH']}",
        "PLAYED_BIN": str(Path(sys.executable).parent),
        "PLAYED_ASKED": str(folder / "asked"),
        "PLAYED_OUTPUTS": str(folder.parent / "outputs"),  # of all tests of a process
        "PLAYED_STATES": str(folder / "states"),
        "PLAYED_COMMENTS": str(folder / "comments.json"),
    }
