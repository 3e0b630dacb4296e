# shellcheck shell=bash
# Sourced after setup.sh, by the commands that make something for another processor.

# need_emulation ARCH: have the kernel start programs for one of Debian's architectures.
need_emulation() {
    [[ $(dpkg --print-architecture) == "$1" ]] && return
    need_packages qemu-user-static arch-test
    arch-test "$1" >/dev/null && return
    # What installing qemu-user-static does where systemd runs.
    local formats=/proc/sys/fs/binfmt_misc command=()
    ((EUID == 0)) || command=(sudo)
    [[ -e $formats/register ]] || "${command[@]}" mount -t binfmt_misc binfmt_misc "$formats"
    cat /usr/lib/binfmt.d/qemu-*.conf | while read -r format; do
        "${command[@]}" tee "$formats/register" <<<"$format" >/dev/null 2>&1 || true
    done
    arch-test "$1" >/dev/null || fail "the kernel here does not start programs for $1"
}
