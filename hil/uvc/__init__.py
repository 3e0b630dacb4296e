"""USB cameras in user space: each speaks USB/IP to the kernel's own vhci_hcd over a socket pair,
and the kernel's own uvcvideo makes the nodes.

Runs as root in the device under test, with the standard library only: ``python3 -m uvc FRAMES``.
"""
