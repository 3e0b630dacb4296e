# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "007eccf8931b8605e33c55efc7620d7f1bdb2bbc"
