# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "b8bb5a7b75493902e15c8d0cd9c7d2423277b162"
