SUMMARY = "All that makes a device a camera"
DESCRIPTION = "The daemon with what it needs of the system: cameras' drivers, and its name in the \
               local network."
SECTION = "multimedia"

inherit features_check packagegroup

# polkit lets the daemon ask for what it may not do itself.
REQUIRED_DISTRO_FEATURES = "camerad polkit systemd usrmerge"

RDEPENDS:${PN} = "\
    avahi-daemon \
    camerad \
    kernel-modules \
    os-release \
    polkit \
    tzdata \
"
