"""Configurations of customer gateway devices: what a device needs to know, and the files for its platform."""

from isthmus.devices.device import Action, Device, DeviceConnection, DeviceTunnel, FilterRule, Proposals, Service

__all__ = ["Action", "Device", "DeviceConnection", "DeviceTunnel", "FilterRule", "Proposals", "Service"]
