FILESEXTRAPATHS:prepend:camerad-device := "${CAMERAD_TREE}/rootfs-overlay/etc/rauc:${CAMERAD_KEYS}:"

# The file says @...@ where machines differ.
PACKAGE_ARCH:camerad-device = "${MACHINE_ARCH}"

# nooelint: oelint.func.specific - conf/camerad-device.conf sets the override
do_install:append:camerad-device() {
    sed -i \
        -e 's|@COMPATIBLE@|${CAMERAD_COMPATIBLE}|' \
        -e 's|@BOOTLOADER@|bootloader=grub\ngrubenv=/boot/grubenv|' \
        $(find ${D} -name system.conf)
}
