# SPDX-License-Identifier: GPL-2.0-or-later
"""vm.address against libvirt and QEMU themselves: what libvirt refuses fails, and what is dropped it chooses anew."""
import re
import subprocess

from asking import AUDIO, GPU
from machines import AUDIO_SOURCE, GPU_SOURCE, Machine, SAVED, hostdev
from test_changes import DOMAIN, WithQemu

Q35, I440FX = 'pc-q35-7.2', 'pc-i440fx-7.2'
UNASSIGNED = "<address type='unassigned'/>"


def at(bus, slot=0, function=0, more=''):
    return "<address type='pci' bus='%d' slot='%d' function='%d'%s/>" % (bus, slot, function, more)


def gpu(*place):
    return hostdev(GPU_SOURCE, at(*place) if place else '')


def audio(*place):
    return hostdev(AUDIO_SOURCE, at(*place) if place else '')


def rng(*place):
    return "<rng model='virtio'><backend model='random'>/dev/urandom</backend>%s</rng>" % at(*place)


def bus(index, model):
    return "<controller type='pci' index='%d' model='%s'/>" % (index, model)


SWITCH = bus(1, 'pcie-root-port') + bus(2, 'pcie-switch-upstream-port')
BRIDGE = bus(1, 'pcie-root-port') + bus(2, 'pcie-to-pci-bridge')
# Machine, devices, what libvirt does with it, what gpucheck says of it.
CASES = (
    (Q35, gpu() + audio(), 'takes', 'pass'),
    (Q35, gpu(0, 0, 0) + audio(0, 0, 5), 'takes', 'pass'),
    (Q35, gpu(10) + audio(), 'takes', 'pass'),
    (Q35, gpu(1) + audio(1, 0, 1), 'takes', 'pass'),
    (Q35, hostdev(GPU_SOURCE, UNASSIGNED) + audio(), 'takes', 'fail'),
    (Q35, gpu() + audio(1, 0, 1), 'takes', 'fail'),
    (Q35, gpu(1, 0, 0, " multifunction='off'") + audio(1, 0, 1), 'takes', 'fail'),
    (Q35, gpu(0, 5) + audio(), 'takes', 'warn'),
    (Q35, gpu(0, 0x1f, 5) + audio(), 'takes', 'warn'),
    (Q35, BRIDGE + gpu(2, 3) + audio(), 'takes', 'warn'),
    (Q35, BRIDGE + gpu(2, 0) + audio(), 'refuses', 'fail'),
    (Q35, bus(1, 'dmi-to-pci-bridge') + gpu(1, 3) + audio(), 'takes', 'warn'),
    (Q35, gpu(1) + audio() + rng(1), 'refuses', 'fail'),
    (Q35, gpu(1) + audio(1), 'refuses', 'fail'),
    (Q35, gpu(1, 3) + audio(), 'refuses', 'fail'),
    (Q35, gpu(0, 0x1f) + audio(), 'refuses', 'fail'),
    (Q35, gpu(0, 0x1f, 2) + audio(), 'refuses', 'fail'),
    (Q35, gpu(0, 0x1f, 3) + audio(), 'refuses', 'fail'),
    (Q35, SWITCH + gpu(2) + audio(), 'refuses', 'fail'),
    (Q35, bus(1, 'pcie-expander-bus') + gpu(1) + audio(), 'refuses', 'fail'),
    (Q35, hostdev(GPU_SOURCE, "<address type='pci' domain='1' bus='1'/>") + audio(), 'refuses', 'fail'),
    (I440FX, gpu(0, 5) + audio(0, 5, 1), 'takes', 'pass'),
    (I440FX, gpu(3, 5) + audio(), 'takes', 'pass'),
    (I440FX, hostdev(GPU_SOURCE, UNASSIGNED) + audio(), 'takes', 'fail'),
    (I440FX, gpu(0, 5, 1) + audio(), 'takes', 'fail'),
    (I440FX, gpu(0, 1, 1) + audio(), 'takes', 'fail'),
    (I440FX, gpu(0, 1) + audio(), 'refuses', 'fail'),
    (I440FX, gpu(0, 1, 3) + audio(), 'refuses', 'fail'),
    (I440FX, bus(1, 'pci-bridge') + gpu(1) + audio(), 'refuses', 'fail'),
)


class GuestAddresses(WithQemu):
    def text(self, machine, devices):
        return DOMAIN.format(machine=machine, features='', devices=devices)

    def verdict(self, text):
        """Of a file with this definition."""
        root = self.recorded(Machine('ml', '', 'off'))
        root.write(SAVED % 'ml', text)
        return self.report(root, 'vm').verdict('vm.address')

    def taken(self, text):
        """libvirt's definition, '' where it refuses."""
        path = self.daemon.at('new.xml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        done = subprocess.run(self.daemon.virsh_command('define', path), capture_output=True, text=True, check=False,
                              env=self.daemon.environment)
        return self.definition(self.uri) if done.returncode == 0 else ''

    def dropped(self, text, *sources):
        answer = self.ask(edit=text, drop=list(sources or (GPU, AUDIO)))
        self.assertEqual(list(answer), ['xml'], answer)
        return answer['xml']

    def test_as_libvirt_has_it(self):
        """The verdict on the text as it was written, and on what libvirt made of it."""
        for machine, devices, does, verdict in CASES:
            with self.subTest(machine=machine, devices=devices):
                text = self.text(machine, devices)
                saved = self.taken(text)
                self.assertEqual('takes' if saved else 'refuses', does)
                self.assertEqual(self.verdict(text), verdict)
                if saved:
                    self.assertEqual(self.verdict(saved), verdict)
                    report = self.report(self.root(), '--connect', self.uri, 'vm')
                    self.assertEqual(report.verdict('vm.address'), verdict)
                    self.daemon.virsh('undefine', 'ml')

    def test_what_is_dropped_is_chosen_anew(self):
        for machine, devices, _, verdict in CASES:
            if verdict == 'pass':
                continue
            with self.subTest(machine=machine, devices=devices):
                saved = self.taken(self.dropped(self.text(machine, devices)))
                for one in re.findall('<hostdev.*?</hostdev>', saved, re.S):
                    self.assertEqual(one.count("<address type='pci'"), 1, one)
                self.assertEqual(self.verdict(saved), 'pass')
                self.assertIn('<app:devices>é</app:devices>', saved)
                self.daemon.virsh('undefine', 'ml')

    def test_define_and_back(self):
        """As the fixer does it: from libvirt's own text, and every file of libvirt's as before."""
        before = self.taken(self.text(Q35, hostdev(GPU_SOURCE, UNASSIGNED) + audio(0, 5)))
        kept = self.daemon.kept()
        after = self.changed(self.uri, before, self.dropped(before))
        self.assertNotIn('unassigned', after)
        self.assertNotEqual(self.daemon.kept(), kept)
        self.assertEqual(self.changed(self.uri, after, before), before)
        self.assertEqual(self.daemon.kept(), kept)

    def test_what_qemu_refuses(self):
        """Functions of one slot, with devices that this machine has."""
        for devices, starts in ((rng(1) + rng(1, 0, 1), True), (rng(1, 0, 1), True),
                                (rng(1, 0, 0, " multifunction='off'") + rng(1, 0, 1), False)):
            with self.subTest(devices=devices):
                self.assertTrue(self.taken(self.text(Q35, devices)))
                answer = self.ask(uri=self.uri, start='ml')
                self.assertEqual('error' not in answer, starts, answer)
                if starts:
                    self.daemon.virsh('destroy', 'ml')
                self.daemon.virsh('undefine', 'ml')
