# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "bdecd7333c429ba27ad41e21551840b25555f4fc"
