#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the assignment: the kit in an environment of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/settings"
export DEBIAN_FRONTEND=noninteractive

# A Python that is new enough and can make environments; Ubuntu 22.04 brings one that is not, and has another to install.
find_python() {
    local one
    for one in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$one" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$one"
            return
        fi
    done
    return 1
}

apt-get update
apt-get install -y --no-install-recommends ca-certificates libseccomp2
for version in 3.13 3.12 3.11; do
    find_python >/dev/null && break
    apt-get install -y --no-install-recommends "python$version-venv" || true # not every system has each of them
done
python=$(find_python) || { echo "There is no Python 3.11 or newer here: choose a newer base image." >&2; exit 1; }

"$python" -m venv --clear "$KIT/venv"
if [ -n "$TORCH_INDEX" ]; then export PIP_EXTRA_INDEX_URL=$TORCH_INDEX; fi
"$KIT/venv/bin/pip" install --no-cache-dir --constraint "$here/constraints.txt" "$(echo "$here"/*.whl)[popular]"
rm -rf "$KIT/course"
cp -R "$here/course" "$KIT/course"

# Graders and answers are for root alone: where the kernel has no Landlock, student code runs as another user.
package=$("$KIT/venv/bin/python" -P -c 'import autograder; print(*autograder.__path__)')
chmod -R go= "$KIT/course" "$package" "$here"
(cd "$KIT/course" && "$KIT/venv/bin/autograder" doctor) || true # for whoever reads the log of the build
