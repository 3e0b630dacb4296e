"""What is said of the device is said once: in rootfs-overlay, or in tools/device-image."""

import argparse
import hashlib
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from bitbake_check.recipes import CAMERAD, CHECKOUT, LAYER
from device_image import grub

import camerad

OVERLAY = CHECKOUT / "rootfs-overlay"
RAUC_CONF = LAYER / "dynamic-layers/rauc/recipes-core/rauc/rauc-conf.bbappend"
RECIPE = CAMERAD.with_name(f"camerad_{camerad.__version__}.bb")


def files(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if not path.is_dir()}


def function(recipe: Path, name: str) -> str:
    (body,) = re.findall(rf"(?ms)^{re.escape(name)}\(\) {{\n(.*?)^}}", recipe.read_text())
    return body


def value(recipe: Path, variable: str) -> str:
    (text,) = re.findall(rf'(?ms)^{re.escape(variable)} = "(.*?)"$', recipe.read_text())
    return text


def run(script: str, **variables: str) -> None:
    for name, value in variables.items():
        script = script.replace(f"${{{name}}}", value)
    assert "${" not in script
    subprocess.run(["sh", "-euc", script], check=True)


def test_overlay_is_installed_whole(tmp_path: Path) -> None:
    run(function(CAMERAD, "do_install:append"), S=str(CHECKOUT), D=str(tmp_path), sysconfdir="/etc")
    left = files(OVERLAY) - files(tmp_path)
    assert files(tmp_path) <= files(OVERLAY)
    assert left == {"etc/rauc/system.conf"}
    for name in files(tmp_path):
        assert (tmp_path / name).stat().st_mode == (OVERLAY / name).stat().st_mode


def test_rauc_is_told_the_same_as_in_the_test_image(tmp_path: Path) -> None:
    template = OVERLAY / "etc/rauc/system.conf"
    config = tmp_path / "system.conf"
    config.write_bytes(template.read_bytes())
    script = function(RAUC_CONF, "do_install:append:camerad-device")
    run(script, D=str(tmp_path), CAMERAD_COMPATIBLE="camerad-board")
    text = template.read_text().replace("@BOOTLOADER@", grub.RAUC_SETTINGS)
    assert config.read_text() == text.replace("@COMPATIBLE@", "camerad-board")


def test_user_is_the_one_of_sysusers() -> None:
    added = (
        value(CAMERAD, "USERADD_PARAM:${PN}")
        .replace("\\\n", "")
        .replace("${localstatedir}", "/var")
    )
    options = vars(useradd().parse_args(shlex.split(added)))
    assert (OVERLAY / "usr/lib/sysusers.d/camerad.conf").read_text().splitlines() == [
        'u {name} - "{comment}" {home_dir}'.format(**options),
        "m {name} {groups}".format(**options),
    ]


def useradd() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for option in ("--system", "--user-group", "--no-create-home"):
        parser.add_argument(option, action="store_true", required=True)
    for option in ("--groups", "--comment", "--home-dir", "--shell"):
        parser.add_argument(option, required=True)
    parser.add_argument("name")
    return parser


def test_unit_is_in_the_overlay() -> None:
    unit = value(CAMERAD, "SYSTEMD_SERVICE:${PN}")
    assert (OVERLAY / "usr/lib/systemd/system" / unit).is_file()
    preset = (OVERLAY / "usr/lib/systemd/system-preset/50-camerad.preset").read_text()
    assert f"enable {unit}" in preset.splitlines()


def test_partitions_are_those_of_the_overlay() -> None:
    partitions = (LAYER / "recipes-camerad/images/camerad-ab.wks.in").read_text()
    texts = [(OVERLAY / name).read_text() for name in files(OVERLAY)]
    wanted = {label for text in texts for label in re.findall(r"by-partlabel/([\w-]+)", text)}
    assert set(re.findall(r"--part-name (\S+)", partitions)) == wanted


def test_version_is_camerads() -> None:
    assert RECIPE.is_file()
    config = (LAYER / "conf/camerad-device.conf").read_text()
    assert f'CAMERAD_IMAGE_VERSION ??= "{camerad.__version__}"' in config


def test_license_is_the_checkouts() -> None:
    md5 = hashlib.md5((CHECKOUT / "LICENSE").read_bytes()).hexdigest()
    assert f'"file://LICENSE;md5={md5}"' in CAMERAD.read_text()


def test_source_is_a_commit_of_that_version() -> None:
    commit = value(RECIPE, "SRCREV")
    show = ("git", "-C", CHECKOUT, "show", f"{commit}:src/camerad/__init__.py")
    shown = subprocess.run(show, capture_output=True, text=True, check=False)
    if shown.returncode:
        pytest.skip("this is no whole repository")
    assert f'__version__ = "{camerad.__version__}"' in shown.stdout
