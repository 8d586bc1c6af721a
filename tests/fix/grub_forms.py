# SPDX-License-Identifier: GPL-2.0-or-later
"""How people write /etc/default/grub and its snippets."""

DEFAULT, LINUX = 'GRUB_CMDLINE_LINUX_DEFAULT', 'GRUB_CMDLINE_LINUX'
# One menu entry is enough, and takes less time.
HEAD = '''# If you change this file, run 'update-grub' afterwards
GRUB_DEFAULT=0
GRUB_DISTRIBUTOR=`echo Debian`
GRUB_DISABLE_RECOVERY=true
GRUB_DISABLE_SUBMENU=true
'''


def sets(value, variable=DEFAULT):
    """As Debian's own file has it."""
    return '%s="%s"\n' % (variable, value)


# Name -> text of /etc/default/grub behind HEAD.
FORMS = {
    'nothing': '',
    'empty values': sets('') + sets('', LINUX),
    'empty, without quotes': 'GRUB_CMDLINE_LINUX_DEFAULT=\nGRUB_CMDLINE_LINUX=\n',
    'single quotes': "GRUB_CMDLINE_LINUX_DEFAULT='quiet splash'\n",
    'no quotes': 'GRUB_CMDLINE_LINUX_DEFAULT=quiet\n',
    'a comment behind': 'GRUB_CMDLINE_LINUX_DEFAULT="quiet" # iommu=off is bad\n',
    'a comment before': '#GRUB_CMDLINE_LINUX_DEFAULT="intel_iommu=on"\n' + sets('quiet'),
    'no newline at the end': sets('quiet').rstrip(),
    'indented and exported': '  export GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
    'the other variable only': sets('console=ttyS0,115200 quiet', LINUX),
    'set twice': sets('splash') + sets('quiet'),
    'added to itself': sets('quiet') + sets('$GRUB_CMDLINE_LINUX_DEFAULT splash'),
    'continued line': 'GRUB_CMDLINE_LINUX_DEFAULT="quiet \\\n splash"\n',
    'blanks and tabs': sets('  quiet\t\tsplash   nosplash\t'),
    'long': sets(' '.join('word%d=%s' % (i, 'x' * 20) for i in range(60))),
    'vt_handoff': sets('quiet splash \\$vt_handoff'),
    'vt_handoff in single quotes': "GRUB_CMDLINE_LINUX_DEFAULT='quiet splash $vt_handoff'\n",
    'quotes inside': sets('quiet dyndbg=\\"file a.c +p\\" splash'),
    'two blanks in quotes': sets('quiet dyndbg=\\"file  a.c   +p\\"'),
    'single quotes inside': sets("acpi_osi=! acpi_osi='Windows 2015' quiet"),
    'globs': sets('foo=* bar=[a-z] /etc/* ?'),
    'backslashes': sets('memmap=64M\\\\\\$0x100000000 path=a\\\\b quiet'),
    'commands in quotes': sets('quiet') + "X='$(exit 1)'\n",
    'dashes and percents': sets('-n -e %s quiet %d\\\\n'),
    # The same where something has to go, so that the words are put together anew.
    'vt_handoff beside off': sets('quiet splash iommu=off \\$vt_handoff'),
    'quotes beside off': sets('quiet dyndbg=\\"file a.c +p\\" iommu=off splash'),
    'globs beside off': sets('foo=* iommu=off bar=[a-z] /etc/* ? *'),
    'backslashes beside off': sets('iommu=off memmap=64M\\\\\\$0x100000000 path=a\\\\b quiet'),
    'dashes and percents beside off': sets('-n -e %s iommu=off quiet %d\\\\n'),
    'blanks and tabs beside off': sets('  quiet\t\tsplash   iommu=off\t'),
    'not ASCII': sets('name=größe quiet'),
    'other arguments of the IOMMU': sets('iommu=pt iommu.passthrough=0 iommu.strict=1 xiommu=off usb.iommu=off quiet'),
    'interrupts not remapped': sets('intremap=off nointremap quiet'),

    'off': sets('quiet intel_iommu=off splash'),
    'off with a dash': sets('quiet intel-iommu=off'),
    'off in the other variable': sets('quiet') + sets('intel_iommu=off', LINUX),
    'off, then on': sets('intel_iommu=off quiet intel_iommu=on'),
    'on, then off': sets('intel_iommu=on quiet intel_iommu=off'),
    'on,off': sets('quiet intel_iommu=on,off'),
    'off,on': sets('quiet intel_iommu=off,on'),
    'off,igfx_off': sets('quiet intel_iommu=off,igfx_off'),
    'on,sm_on,off': sets('quiet intel_iommu=on,sm_on,off,,tboot_noforce'),
    'igfx_off, which stays': sets('quiet intel_iommu=igfx_off'),
    'there already': sets('quiet intel_iommu=on'),
    'there already, in the other variable': sets('quiet') + sets('intel_iommu=on', LINUX),
    'there already, first of all': sets('intel_iommu=on quiet'),
    'a longer word like it': sets('quiet intel_iommu=on_or_not xintel_iommu=on'),

    'sticky': sets('quiet iommu=off splash'),
    'sticky, the only word': sets('iommu=off'),
    'sticky in the other variable': sets('quiet') + sets('iommu=off', LINUX),
    'sticky in both': sets('quiet iommu=off') + sets('iommu=off console=ttyS0', LINUX),
    'sticky, several': sets('iommu=off quiet iommu=offline iommu=off,off'),
    'pt,off': sets('quiet iommu=pt,off'),
    'off,pt': sets('quiet iommu=off,pt,force'),
    'amd_iommu=off': sets('amd_iommu=off amd_iommu=on quiet'),
    'amd-iommu=off': sets('quiet amd-iommu=off'),
    'fullflush,off': sets('quiet amd_iommu=fullflush,off'),
    'everything off': sets('iommu=off amd_iommu=off intel_iommu=off quiet') + sets('amd-iommu=off iommu=off', LINUX),

    "the owner's ids": sets('quiet vfio-pci.ids=10de:1eb8'),
    "the owner's ids, with the card": sets('quiet vfio-pci.ids=10de:2504,10de:1eb8'),
    "the owner's ids in the other variable": sets('quiet') + sets('vfio_pci.ids=10de:1eb8', LINUX),
    "the owner's ids twice": (sets('vfio_pci.ids=10de:1eb8 vfio-pci.disable_vga=1')
                              + sets('vfio-pci.ids=1002:731f', LINUX)),
}

CLOUD = '''# Written by cloud-init
GRUB_CMDLINE_LINUX_DEFAULT="console=tty1 console=ttyS0"
'''
# Name -> (text behind HEAD, name of a snippet -> its text).
SNIPPETS = {
    'a cloud image': (sets('quiet splash'), {'50-cloudimg-settings.cfg': CLOUD}),
    'a cloud image that turns it off': (sets('quiet splash'),
                                        {'50-cloudimg-settings.cfg': CLOUD.replace('tty1', 'tty1 iommu=off')}),
    'off, and a snippet that hides it': (sets('quiet iommu=off'), {'50-cloudimg-settings.cfg': CLOUD}),
    'a snippet that adds': (sets('quiet'), {'10-add.cfg': sets('$GRUB_CMDLINE_LINUX intel_iommu=off', LINUX)}),
    'not a snippet': (sets('quiet'), {'50-old.cfg.dpkg-old': sets('iommu=off'), 'README': 'iommu=off\n'}),
    'a snippet without a newline': (sets('quiet iommu=off'), {'60-x.cfg': 'GRUB_TIMEOUT=3'}),
}


def all_forms():
    """Name -> files below etc/default."""
    found = {name: {'grub': HEAD + text} for name, text in FORMS.items()}
    for name, (text, snippets) in SNIPPETS.items():
        found[name] = {'grub': HEAD + text, **{'grub.d/' + one: content for one, content in snippets.items()}}
    return found
