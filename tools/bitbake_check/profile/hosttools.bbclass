# There is no sysroot to clean.
hatchling_rm_emptydirs:forcevariable () {
    :
}

# What packages need at run time is for the dry run of the image to find: here nearly all recipes
# are masked, which saves minutes of parsing.
python () {
    d.setVarFlag('do_package_qa', 'rdeptask', '')
    for package in d.getVar('PACKAGES').split():
        d.delVar('RDEPENDS:' + package)
        d.delVar('RRECOMMENDS:' + package)
}
