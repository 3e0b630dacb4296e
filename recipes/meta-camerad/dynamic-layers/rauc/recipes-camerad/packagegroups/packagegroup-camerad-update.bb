SUMMARY = "All that lets a device be updated"
DESCRIPTION = "RAUC as a service, GRUB's tool for the state of the slots, and the client for \
               hawkBit, a server for fleets."
SECTION = "devel"

inherit packagegroup

RDEPENDS:${PN} = "\
    grub-editenv \
    rauc \
    rauc-hawkbit-updater \
    rauc-service \
"
