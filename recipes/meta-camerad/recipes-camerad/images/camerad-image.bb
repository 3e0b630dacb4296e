SUMMARY = "The root file system of the device, and its disk"
DESCRIPTION = "A root file system that is only read, and a disk with two slots for it, a boot \
               partition and one for all data."
SECTION = "images"
LICENSE = "Apache-2.0"

inherit core-image

# nooelint: oelint.file.requirenotfound - it is of openembedded-core
require conf/image-uefi.conf

IMAGE_FEATURES += "read-only-rootfs"

IMAGE_INSTALL += "\
    kernel-image \
    packagegroup-camerad \
    ${@bb.utils.contains('DISTRO_FEATURES', 'rauc', 'packagegroup-camerad-update', '', d)} \
"

# A slot is written with the first, the disk of a new device with the others.
IMAGE_FSTYPES = "ext4 wic.bmap wic.zst"
WKS_FILE = "camerad-ab.wks.in"
# The mounts are units of rootfs-overlay.
WIC_CREATE_EXTRA_ARGS = "--no-fstab-update"
CAMERAD_SLOT_MIB ??= "1024"
CAMERAD_DATA_MIB ??= "1024"
IMAGE_ROOTFS_MAXSIZE = "${@int(d.getVar('CAMERAD_SLOT_MIB')) * 1024}"

do_image_wic[depends] += "camerad-boot:do_deploy grub-efi:do_deploy"
IMAGE_BOOT_FILES:append = " \
    camerad-boot/grub.cfg;EFI/BOOT/grub.cfg \
    camerad-boot/grubenv;grubenv \
    grub-efi-${EFI_BOOT_IMAGE};EFI/BOOT/${EFI_BOOT_IMAGE} \
"

add_mount_points[doc] = "What grub.cfg starts, and what the units of rootfs-overlay mount"
add_mount_points() {
    ln -sf ${KERNEL_IMAGETYPE} ${IMAGE_ROOTFS}/boot/vmlinuz
    install -d ${IMAGE_ROOTFS}/data
}
ROOTFS_POSTPROCESS_COMMAND += "add_mount_points"
