# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "1f13ddc92db2b4aac9d8720a3f99e33d0dd0f87b"
