"""The cdktf app: writes the Terraform of every environment of an estate. All that `cdktf synth` runs.

`ISTHMUS_ESTATE`  the module that holds `estate` (default: `environments.estate`)
`CDKTF_OUTDIR`    the folder to write (default: `cdktf.out`)

Exits 0 when the output is written, 2 when the estate cannot be built; the last good output is then left as it was.
"""

import gc
import os
import sys
from pathlib import Path

from isthmus.intent import IntentError
from isthmus.intent.loading import ESTATE, load_estate
from modules.files import merge
from modules.synthesis import synthesize


def main() -> int:
    """Build, then write: nothing is touched before all of it is there."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        estate = load_estate(os.environ.get("ISTHMUS_ESTATE") or ESTATE)
    except IntentError as error:
        print(error, file=sys.stderr)
        return 2
    out = Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
    files = synthesize(estate)
    try:
        merge(out, files)
    except OSError as error:
        print(f"cannot write {out}: {error.strerror} ({error.filename})", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    gc.disable()  # a short life: what the collector finds is not worth a tenth of it
    sys.exit(main())
