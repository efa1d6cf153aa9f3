"""The cdktf app: writes the Terraform of every environment of an estate. All that `cdktf synth` runs.

`ISTHMUS_ESTATE`  the module that holds `estate` (default: `environments.estate`)
`CDKTF_OUTDIR`    the folder to write (default: `cdktf.out`)

Exits 0 when the output is written, 2 when the estate cannot be built; the last good output is then left as it was.
"""

import contextlib
import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread


def main() -> int:
    """Build, then write: nothing is touched before all of it is there."""
    Thread(target=_load_bindings, daemon=True).start()  # Node loads cdktf while Python loads the language
    from isthmus.complaint import complain
    from isthmus.intent import IntentError
    from isthmus.intent.loading import load_estate, named
    from modules.files import OutputRefusedError, merge
    from modules.synthesis import synthesize

    sys.path.insert(0, str(Path.cwd()))
    try:
        estate = load_estate(named(os.environ))
    except IntentError as error:
        complain(str(error))
        return 2
    out = Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
    files = synthesize(estate)
    try:
        merge(out, files)
    except OutputRefusedError as refusal:
        complain(f"isthmus: {refusal}")
        return 2
    except OSError as error:
        where = f" ({error.filename})" if error.filename and Path(error.filename) != out else ""
        complain(f"cannot write {out}: {error.strerror}{where}. Name another folder: CDKTF_OUTDIR=...")
        return 2
    return 0


def _load_bindings() -> None:
    # What fails here fails again, and is told, where the bindings are needed.
    with contextlib.suppress(Exception, SystemExit):
        import_module("modules.aws")


if __name__ == "__main__":
    gc.disable()  # a short life: what the collector finds is not worth a tenth of it
    status = main()
    gc.freeze()  # nor what it would find at the end
    sys.exit(status)
