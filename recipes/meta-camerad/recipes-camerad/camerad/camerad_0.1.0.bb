# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "a74934162de9fee1aad691a8d1ce0a1c2335d836"
