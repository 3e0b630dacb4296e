# shellcheck shell=bash
# Sourced by the commands beside it: brings what they need onto the machine and into .venv.
# Whatever is there already costs next to nothing, so that every command calls this every time.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "${0##*/}: $*"
    exit 1
}

# need_packages NAME...: install those of these Debian packages that are missing.
need_packages() {
    local installed name missing=()
    if ! command -v dpkg-query >/dev/null; then
        say "Not a Debian system: these must be there already: $*"
        return
    fi
    # shellcheck disable=SC2016 # the format's variables are dpkg's
    installed=$(dpkg-query --show --showformat='${Package}=${db:Status-Status} ' "$@" 2>/dev/null || true)
    for name; do
        [[ " $installed" == *" $name=installed "* ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    say "Installing Debian packages: ${missing[*]}"
    ((EUID == 0)) || command -v sudo >/dev/null ||
        fail "neither root nor sudo here; as root: apt-get install ${missing[*]}"
    install_packages "${missing[@]}" ||
        fail "that failed; as root: apt-get install ${missing[*]}"
}

install_packages() {
    if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_get install "$@"; then
        return
    fi
    # No lists yet (a container image), or lists so old that the mirror has moved on.
    apt_get update && apt_get install "$@"
}

apt_get() {
    local command=(
        env DEBIAN_FRONTEND=noninteractive
        apt-get --yes --quiet=2 --no-install-recommends
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300
    )
    ((EUID == 0)) || command=(sudo "${command[@]}")
    "${command[@]}" "$@" </dev/null >/dev/null
}

# need_venv runtime|dev: a .venv with what the lock file says, and the checkout itself installed in
# it as editable. A dev environment serves as a runtime one too, and stays one.
need_venv() {
    local kind=$1
    [[ $(venv_stamp 1) == dev ]] && kind=dev
    if [[ $(venv_stamp) != "$(venv_wanted "$kind")" ]]; then
        mkdir -p "$ROOT/.cache"
        (
            flock 9
            [[ $(venv_stamp) == "$(venv_wanted "$kind")" ]] || make_venv "$kind"
        ) 9>"$ROOT/.cache/setup.lock"
    fi
}

# The state in which .venv was left (or one line of it); nothing if its set-up did not end.
venv_stamp() {
    sed -n "${1-1,\$}p" "$ROOT/.venv/.setup" 2>/dev/null || true
}

venv_wanted() {
    local lock=requirements.lock
    [[ $1 == dev ]] && lock=requirements-dev.lock
    echo "$1"
    echo "$ROOT: $(readlink -f "$ROOT/.venv/bin/python")"
    (cd "$ROOT" && cat "$lock" pyproject.toml tools/setup.sh) | sha256sum
}

make_venv() {
    local kind=$1 lock=$ROOT/requirements.lock pip
    [[ $kind == dev ]] && lock=$ROOT/requirements-dev.lock
    pip=("$ROOT/.venv/bin/python" -m pip --quiet --disable-pip-version-check)
    say "Setting up .venv ($kind), which takes a minute or so"
    # An environment that was moved, lost its Python or was never finished is not worth mending.
    if [[ $(venv_stamp 2) != "$(venv_wanted "$kind" | sed -n 2p)" ]]; then
        find_python
        "$PYTHON" -m venv --clear "$ROOT/.venv"
    fi
    rm -f "$ROOT/.venv/.setup"
    # Some come as sources only: setuptools, itself pinned, builds them, and not one of pip's choice.
    "${pip[@]}" install --require-hashes --requirement <(lock_entry setuptools "$lock")
    "${pip[@]}" install --require-hashes --no-build-isolation --use-pep517 --requirement "$lock"
    "${pip[@]}" install --no-deps --no-build-isolation --editable "$ROOT"
    venv_wanted "$kind" >"$ROOT/.venv/.setup"
}

# The lines of one package in a lock file: its version, continued by its hashes.
lock_entry() {
    sed -n "/^$1==/,/[^\\\\]\$/p" "$2"
}

# Sets PYTHON to one of the versions that pyproject.toml names, preferably Debian's own. Not 3.14:
# Sanic warns there, and in the tests warnings are errors.
find_python() {
    local check='import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
    for PYTHON in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
        "$PYTHON" -c "$check" 2>/dev/null && return
    done
    need_packages python3 python3-venv
    PYTHON=/usr/bin/python3
    "$PYTHON" -c "$check" 2>/dev/null || fail "Python 3.11, 3.12 or 3.13 is needed"
}
