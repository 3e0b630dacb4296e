"""Films: Motion-JPEG in AVI files that survive kills, power cuts, full disks and pulled plugs."""
