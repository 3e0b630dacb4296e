SUMMARY = "Stands in for pseudo"
DESCRIPTION = "The tasks that want to be root run under fakeroot-oe."
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

INHIBIT_DEFAULT_DEPS = "1"
PROVIDES = "virtual/fakeroot-native"

inherit native nopackages

deltask do_fetch
deltask do_unpack
deltask do_patch
deltask do_configure
deltask do_compile
deltask do_install
