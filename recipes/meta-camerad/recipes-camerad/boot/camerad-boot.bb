# nooelint: oelint.file.underscores,oelint.var.mandatoryvar.HOMEPAGE - it is the device's own
SUMMARY = "What GRUB reads from the boot partition"
DESCRIPTION = "Which slot is started, and the state in which GRUB and RAUC agree about it."
SECTION = "bootloaders"
LICENSE = "Apache-2.0"
# nooelint: oelint.var.licenseremotefile - the file itself says nothing
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10"

INHIBIT_DEFAULT_DEPS = "1"

# nooelint: oelint.vars.fileextrapaths,oelint.vars.outofcontext - the file is of rootfs-overlay
FILESEXTRAPATHS:prepend := "${CAMERAD_TREE}/rootfs-overlay/usr/share/camerad:"
SRC_URI = "file://boot/grub.cfg"
# scarthgap knows no UNPACKDIR.
S = "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}"

inherit deploy

CAMERAD_BOOTARGS ??= "quiet"
PACKAGE_ARCH = "${MACHINE_ARCH}"

do_configure[noexec] = "1"
do_install[noexec] = "1"

# An environment block of GRUB has 1024 bytes, whatever it says.
do_compile() {
    printf '%s\n' '# GRUB Environment Block' 'ORDER=A B' A_OK=1 B_OK=1 A_TRY=0 B_TRY=0 \
        "bootargs=${CAMERAD_BOOTARGS}" >${B}/grubenv
    size=$(stat --format=%s ${B}/grubenv)
    printf '%*s' $(expr 1024 - $size) '' | tr ' ' '#' >>${B}/grubenv
}

do_deploy() {
    install -D -m 0644 ${S}/boot/grub.cfg ${DEPLOYDIR}/camerad-boot/grub.cfg
    install -D -m 0644 ${B}/grubenv ${DEPLOYDIR}/camerad-boot/grubenv
}
addtask deploy after do_compile before do_build

# Nothing of it is in the root file system.
PACKAGES = ""
