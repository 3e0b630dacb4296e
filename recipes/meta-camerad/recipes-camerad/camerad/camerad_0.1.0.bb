# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "c95992f9e56cf5702cb5ae2661b1af32c78687a0"
