"""Brings a lab host from state to state, with as few boots as that takes."""

import contextlib
import sys
import time

from machine import Machine
from states import DEFAULT_ARGUMENTS, OFF
from vm import Vm


# udev may still load drivers (kvm_amd, snd_hda_intel) when sshd answers already.
SETTLE = "udevadm settle --timeout=200"
SETTLE_TIME = 240


def tell(text):
    print(f"# {text}", file=sys.stderr, flush=True)


class Walk:
    """One variant's way through the states. Use as a context manager: leaving it ends the host."""

    def __init__(self, image, variant):
        self.image, self.variant = image, variant
        self.machine = self.iommu = self.arguments = self.vm = None
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self, iommu, cpus):
        # The one before goes first: one host's memory at a time.
        self.stack.close()
        self.machine = self.stack.enter_context(Machine(self.image, iommu, cpus))
        self.iommu, self.arguments, self.vm = iommu, DEFAULT_ARGUMENTS, None

    def bring_vm(self, wanted, processor):
        self.vm = self.vm or Vm(self.machine, processor)
        if self.vm.bring(wanted.saved, wanted.live) > 1:
            tell("the virtual machine hung once and was started again")

    def reach(self, state):
        """Returns the machine in that state."""
        begin = time.monotonic()
        iommu = self.variant if state.iommu_in_firmware else None
        arguments = state.arguments.format(off=OFF[self.variant])
        if not self.machine or (iommu, state.cpus) != (self.iommu, self.machine.cpus):
            self.start(iommu, state.cpus)
        if arguments != self.arguments:
            self.machine.set_kernel_arguments(arguments)
            self.machine.reboot()
            self.arguments, self.vm = arguments, None
        self.machine.check(SETTLE, timeout=SETTLE_TIME)
        if state.script:
            self.machine.check(state.script)
        if state.vm:
            self.bring_vm(state.vm, state.processor)
        tell(f"{self.variant} {state.name}: reached in {time.monotonic() - begin:.0f} s")
        return self.machine
