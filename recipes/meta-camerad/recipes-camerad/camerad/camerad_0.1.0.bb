# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "46c6e61bb4efded7e254fca028a550af52d11b84"
