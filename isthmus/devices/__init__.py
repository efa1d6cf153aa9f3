"""Configurations of customer gateway devices: what a device needs to know, and the files for its platform."""

from isthmus.devices.device import (
    Device,
    DeviceConnection,
    DeviceTunnel,
    DeviceVirtualInterface,
    FilterAction,
    FilterRule,
    Proposals,
    Service,
    Translation,
)

__all__ = [
    "Device",
    "DeviceConnection",
    "DeviceTunnel",
    "DeviceVirtualInterface",
    "FilterAction",
    "FilterRule",
    "Proposals",
    "Service",
    "Translation",
]
