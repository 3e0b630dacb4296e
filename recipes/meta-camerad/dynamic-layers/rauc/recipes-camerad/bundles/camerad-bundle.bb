# nooelint: oelint.file.underscores,oelint.var.mandatoryvar.HOMEPAGE,oelint.var.mandatoryvar.SRC_URI - it is made of an image
SUMMARY = "The signed update of a device"
DESCRIPTION = "Holds camerad-image, for the slot that is not in use."
SECTION = "images"
LICENSE = "Apache-2.0"

inherit bundle

RAUC_BUNDLE_FORMAT = "verity"
RAUC_BUNDLE_COMPATIBLE = "${CAMERAD_COMPATIBLE}"
RAUC_BUNDLE_VERSION = "${CAMERAD_IMAGE_VERSION}"
RAUC_BUNDLE_DESCRIPTION = "${SUMMARY}"

RAUC_BUNDLE_SLOTS = "rootfs"
RAUC_SLOT_rootfs = "camerad-image"
RAUC_SLOT_rootfs[fstype] = "ext4"
RAUC_SLOT_rootfs[adaptive] = "block-hash-index"
