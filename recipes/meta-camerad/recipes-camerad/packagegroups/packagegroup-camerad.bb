SUMMARY = "All that makes a device a camera"
DESCRIPTION = "The daemon with what it needs of the system: cameras' drivers, and its name in the \
               local network."
SECTION = "multimedia"

inherit packagegroup

RDEPENDS:${PN} = "\
    avahi-daemon \
    camerad \
    kernel-modules \
    os-release \
    polkit \
    tzdata \
"
