"""The device as an ONVIF camera: found by WS-Discovery, asked over SOAP.

Not all that ONVIF's profiles ask for: video is Motion-JPEG over HTTP, and there is no RTSP.
"""
