# SPDX-License-Identifier: GPL-2.0-or-later
"""vm.mmio and vm.memory of definitions below a root: what decides, what is in doubt, and what is offered."""
from machines import VirtualMachines

# A card with 128 GiB and 32 MiB of BARs; {cpu} is the host's.
HOST = """cpu {cpu}
memory 64G available=60G
iommu {iommu}
acpi {acpi}
cmdline BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro {more}
pci 0000:00:01.0 0604 8086:a70d driver=pcieport group=19
  pci 0000:01:00.0 0302 10de:2330 driver=vfio-pci group=19 memory=128G
pci 0000:00:02.0 0300 8086:a780 driver=i915 group=1 boot_vga=1
"""
INTEL = HOST.format(cpu='GenuineIntel vmx bits=46', iommu='dmar0', acpi='DMAR', more='intel_iommu=on')
AMD = HOST.format(cpu='AuthenticAMD svm bits=48', iommu='ivhd0', acpi='IVRS', more='')
DESKTOP = INTEL.replace('bits=46', 'bits=39').replace('memory=128G', 'memory=256M')
OVMF = 'Package: ovmf\nStatus: install ok installed\nVersion: %s\n\n'
NEW, OLD = '2022.11-6+deb12u2', '2022.02-3ubuntu0.22.04.2'
CAP = 'sys/devices/virtual/iommu/dmar0/intel-iommu/cap'
DOMAIN = """<domain type='{kind}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>ml</name>
  {memory}
  <os{efi}><type arch='x86_64' machine='{machine}'>hvm</type>{loader}</os>
  {cpu}
  <devices><hostdev mode='subsystem' type='pci' managed='yes'>
    <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev></devices>
  {more}
</domain>
"""
SIZE = "<memory unit='GiB'>%d</memory>"
PLAIN = {'kind': 'kvm', 'memory': SIZE % 16, 'efi': " firmware='efi'", 'loader': '',
         'machine': 'pc-q35-7.2', 'cpu': "<cpu mode='host-passthrough'/>", 'more': ''}
EPYC = "<cpu match='exact'><model>EPYC</model>%s</cpu>"
CUSTOM, SMALL = EPYC % '', "<cpu match='exact'><model>Haswell</model>%s</cpu>"
HOST_CPU = "<cpu mode='host-passthrough'>%s</cpu>"
WIDE = "<maxphysaddr mode='passthrough'/>"
FW_CFG = "<qemu:commandline><qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=%d'/></qemu:commandline>"
LIMIT = "<qemu:commandline><qemu:arg value='host-x86_64-cpu.host-phys-bits-limit=%d'/></qemu:commandline>"
BIOS = {'efi': ''}
LOADER = '<loader%s>/opt/mine.fd</loader>'
OWN_CPU = "<qemu:commandline><qemu:arg value='-cpu'/></qemu:commandline>"
# Host, OVMF, what differs from PLAIN, the verdict, words of the reason, the kind of fix.
WINDOWS = (
    (INTEL, NEW, {}, 'pass', '8 TiB (46 address bits)', None),
    (INTEL, NEW, {'cpu': CUSTOM}, 'fail', '32 GiB (40 address bits, OVMF): 0 of 1 cards', 'automatic'),
    (INTEL, NEW, {'cpu': EPYC % WIDE}, 'pass', '46 address bits', None),
    (INTEL, NEW, {'cpu': EPYC % "<maxphysaddr mode='emulate' bits='42'/>"}, 'pass', '512 GiB (42', None),
    (INTEL, NEW, {'cpu': EPYC % "<maxphysaddr mode='emulate' bits='40'/>"}, 'fail', '40 address bits', 'manual'),
    (INTEL, NEW, {'cpu': HOST_CPU % "<maxphysaddr mode='emulate' bits='40'/>"}, 'pass', '46 address bits', None),
    (INTEL, NEW, {'cpu': HOST_CPU % "<maxphysaddr mode='passthrough' limit='39'/>"}, 'fail', '64 GiB (39', 'manual'),
    (INTEL, NEW, {'more': LIMIT % 39}, 'fail', '64 GiB (39 address bits', 'manual'),
    (INTEL, NEW, {'more': LIMIT % 39, 'cpu': HOST_CPU % WIDE}, 'fail', '64 GiB (39 address bits', 'manual'),
    (INTEL, NEW, {'more': LIMIT % 39, 'cpu': CUSTOM}, 'fail', '32 GiB (40 address bits', 'manual'),
    (INTEL, NEW, {'cpu': ''}, 'fail', '40 address bits', 'manual'),
    (INTEL, NEW, {'cpu': SMALL % WIDE}, 'fail', 'which has 128 GiB (46 address bits', 'manual'),
    (INTEL, NEW, {'kind': 'qemu'}, 'fail', 'which has 128 GiB (40 address bits', 'manual'),
    (DESKTOP, NEW, {'kind': 'qemu'}, 'warn', 'lie at 896 GiB in the guest, beyond the 39 bits', 'manual'),
    (DESKTOP, NEW, {}, 'pass', '64 GiB (39 address bits)', None),
    (DESKTOP, NEW, {'cpu': CUSTOM}, 'pass', '32 GiB (40 address bits)', None),
    (INTEL, NEW, {'machine': 'pc-q35-5.2'}, 'warn', 'QEMU is 6.0 or later', 'automatic'),
    (INTEL, NEW, {'machine': 'pc-q35-jammy-hpb', 'cpu': CUSTOM}, 'pass', '46 address bits', None),
    (INTEL, OLD, {}, 'fail', '32 GiB (46 address bits, OVMF)', 'manual'),
    (INTEL, OLD, {'more': FW_CFG % 262144}, 'pass', '256 GiB', None),
    (INTEL, None, {}, 'warn', 'edk2-stable202211', 'manual'),
    (INTEL, NEW, {**BIOS, 'loader': LOADER % " type='pflash'"}, 'warn', 'edk2-stable202211', 'manual'),
    (INTEL, NEW, {**BIOS, 'loader': LOADER % '', 'cpu': CUSTOM}, 'warn', '/opt/mine.fd', 'manual'),
    (INTEL, NEW, BIOS, 'pass', '46 address bits', None),
    (INTEL, NEW, {**BIOS, 'cpu': CUSTOM}, 'pass', '40 address bits', None),
    (AMD, NEW, {'cpu': EPYC % ''}, 'fail', 'which has 128 GiB (40 address bits', 'automatic'),
    (AMD, NEW, {}, 'pass', '48 address bits', None),
    (INTEL, NEW, {'machine': 'virt'}, 'skip', 'no PC', None),
    (INTEL, NEW, {'more': OWN_CPU}, 'error', 'sets the CPU', None),
    (INTEL, NEW, {'memory': ''}, 'error', 'how much memory', None),
    (INTEL, NEW, {'memory': SIZE % 1000, 'cpu': CUSTOM}, 'fail', 'QEMU does not start', 'automatic'),
)
LIMITED = "<memory unit='GiB'>16</memory><memtune><hard_limit unit='GiB'>%s</hard_limit></memtune>"
HUGE = "<memory unit='GiB'>16</memory><memoryBacking><hugepages>%s</hugepages></memoryBacking>"
BOUND = "<memory unit='GiB'>16</memory><numatune><memory mode='strict' nodeset='%s'/></numatune>"
NODE = 'file sys/devices/system/node/node1/meminfo\n    Node 1 MemTotal: %d kB\n'
# More of the description, <memory> and what is beside it, the verdict, words of the reason.
MEMORIES = (
    ('', SIZE % 16, 'pass', 'the host has 60 GiB'),
    ('', SIZE % 62, 'warn', 'the host has 60 GiB available'),
    ('', SIZE % 64, 'fail', 'the host has 64 GiB'),
    ('hugepages 2M 16384\n', SIZE % 40, 'fail', 'huge pages take 32 GiB'),
    ('', LIMITED % 18, 'pass', 'can be pinned'),
    ('', LIMITED % 16, 'fail', 'hard_limit is 16 GiB'),
    ('', LIMITED.replace('GiB', 'MiB') % 17, 'warn', 'hard_limit is 17 MiB'),
    ('', HUGE % '', 'fail', '8192 huge pages of 2 MiB, and 0 are free'),
    ('hugepages 2M 8192\n', HUGE % '', 'pass', 'there are huge pages'),
    ('hugepages 2M 8192 free=8191\n', HUGE % '', 'fail', '8191 are free'),
    ('hugepages 1G 16\n', HUGE % "<page size='1' unit='G'/>", 'pass', 'there are huge pages'),
    ('', HUGE % "<page size='16' unit='M'/>", 'fail', 'no huge pages of 16384 KiB'),
    ('', BOUND % '0', 'skip', 'not recorded: /sys/devices/system/node/node0/meminfo'),
    (NODE % 8388608, BOUND % '1', 'fail', 'have 8 GiB'),
    (NODE % 33554432, BOUND % '1', 'pass', ''),
    ('remove proc/meminfo\n', SIZE % 16, 'skip', 'not recorded: /proc/meminfo'),
    ('remove proc/meminfo\n', LIMITED % 16, 'fail', 'hard_limit'),
    ('', '', 'error', 'how much memory'),
)


class Windows(VirtualMachines):
    def judged(self, description, domain, ovmf, check):
        root = self.described(description)
        root.write('etc/libvirt/qemu/ml.xml', domain)
        if ovmf:
            root.write('var/lib/dpkg/status', OVMF % ovmf)
        return root, self.report(root, '--gpu', '0000:01:00.0', check).check(check)

    def assertJudged(self, found, verdict, words, kind=None):
        self.assertEqual(found['verdict'], verdict, found['reason'])
        self.assertIn(words, found['reason'])
        if kind:
            self.assertEqual(found['fix']['kind'], kind)

    def test_windows(self):
        for host, ovmf, other, verdict, words, kind in WINDOWS:
            with self.subTest(other=other, ovmf=ovmf, verdict=verdict):
                _, found = self.judged(host, DOMAIN.format(**{**PLAIN, **other}), ovmf, 'vm.mmio')
                self.assertJudged(found, verdict, words, kind)
                self.assertEqual(found['fix'] is None, kind is None)

    def test_iommu(self):
        """The CPU's 46 bits are more than the IOMMU's; with a limit it does, and 39 bits are too few for the card."""
        root, _ = self.judged(INTEL, DOMAIN.format(**PLAIN), NEW, 'vm.mmio')
        root.write(CAP, 'd2008c406a0462\n')  # 43 bits: 0x2a and one
        found = self.report(root, 'vm.mmio').check('vm.mmio')
        self.assertJudged(found, 'warn', 'beyond the 43 bits that the IOMMU (dmar0) maps', 'automatic')
        self.assertIn("limit='43'", found['fix']['summary'])
        root.write('etc/libvirt/qemu/ml.xml', DOMAIN.format(**{**PLAIN, 'cpu': HOST_CPU % WIDE.replace(
            '/>', " limit='43'/>")}))
        self.assertJudged(self.report(root, 'vm.mmio').check('vm.mmio'), 'pass', '1024 GiB (43 address bits)')
        root.write(CAP, 'd2008c40660462\n')
        self.assertJudged(self.report(root, 'vm.mmio').check('vm.mmio'), 'warn', 'beyond the 39 bits')
        root.write(CAP, 'x\n')
        self.assertJudged(self.report(root, 'vm.mmio').check('vm.mmio'), 'error', 'intel-iommu/cap')
        root.clear(CAP)
        self.assertJudged(self.report(root, 'vm.mmio').check('vm.mmio'), 'skip', 'not recorded: /sys/class/iommu/dmar0')

    def test_memories(self):
        for more, memory, verdict, words in MEMORIES:
            with self.subTest(more=more, memory=memory, verdict=verdict):
                _, found = self.judged(INTEL + more, DOMAIN.format(**{**PLAIN, 'memory': memory}), NEW, 'vm.memory')
                self.assertJudged(found, verdict, words)

    def test_others_pin(self):
        """What another running VM with a passed device has is no more to be had; one without pins nothing."""
        other = DOMAIN.format(**{**PLAIN, 'memory': SIZE % 56}).replace('>ml<', '>big<')
        root, _ = self.judged(INTEL, DOMAIN.format(**PLAIN), NEW, 'vm.memory')
        for text, verdict, words in ((other, 'fail', 'VM big pins some of it'),
                                     (other.replace('hostdev', 'device'), 'pass', 'can be pinned')):
            root.write('run/libvirt/qemu/big.xml', "<domstatus state='running'>%s</domstatus>" % text)
            found = self.report(root, '--vm', 'ml', 'vm.memory').check('vm.memory')
            self.assertJudged(found, verdict, words)

    def test_running(self):
        """It has its memory and its pages; a definition that asks for more than there is still fails."""
        root, _ = self.judged(INTEL, DOMAIN.format(**{**PLAIN, 'memory': HUGE % ''}), NEW, 'vm.memory')
        live = "<domstatus state='running'>%s</domstatus>"
        root.write('run/libvirt/qemu/ml.xml', live % DOMAIN.format(**PLAIN))
        self.assertJudged(self.report(root, 'vm.memory').check('vm.memory'), 'pass', 'VM ml is running and has its')
        root.write('etc/libvirt/qemu/ml.xml', DOMAIN.format(**{**PLAIN, 'memory': SIZE % 80}))
        self.assertJudged(self.report(root, 'vm.memory').check('vm.memory'), 'fail', '80 GiB cannot be pinned')
