/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that is silent because its firmware may hang in the card's option ROM. */
#include "probes/option_rom.h"

#include "base/alloc.h"
#include "probes/virsh.h"

/*
 * SeaBIOS starts the ROM of the first VGA device and of no other display (src/optionroms.c,
 * vga_setup); OVMF's display is the first that has one (PciBusDxe loads them all).
 */
const char *option_rom_hint(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	const struct vm_definition *live = vm->live.known ? &vm->live : &vm->saved;
	const struct vm_hostdev *hostdev = vm_find_hostdev(live,
							   &subject->card->functions[0]->address);
	_cleanup_free_ char *source = virsh_command("dumpxml", vm);
	unsigned class;

	if (pci_class(subject->host, subject->card->functions[0], &class, NULL) < 0 ||
	    class >> 8 != 0x0300)
		return "";
	if (!vm->running || live->display || !hostdev || !hostdev->option_rom)
		return "";
	finding_evidence(finding, source,
			 "no <video> but the card, and the card's <hostdev> hides no option ROM");
	return "; if it never boots, its firmware may hang in the option ROM of the card, its only "
	       "display: give the card's <hostdev> a <rom bar='off'/>, then virsh destroy and "
	       "virsh start";
}
