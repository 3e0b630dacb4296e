# nooelint: oelint.var.mandatoryvar.HOMEPAGE - it has none yet
require camerad.inc

# What is released as this version.
SRCREV = "0b874c2c3c1628abb078ca0baa4e9eabefac6064"
