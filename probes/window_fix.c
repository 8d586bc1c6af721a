/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gives a guest room for its cards' BARs. */
#include "probes/window_fix.h"

#include "base/alloc.h"

enum { LIMIT_VERSION = 9003000 }; /* libvirt's that knows <maxphysaddr limit=> */

static bool knows_limit(const struct subject *subject)
{
	const struct vms *vms;

	return vms_read(subject->host, &vms, NULL) < 0 || !vms->version ||
	       vms->version >= LIMIT_VERSION;
}

/* libvirt before 9.3 has no limit: QEMU's own property does it. */
static void offer_argument(const struct subject *subject, unsigned limit, struct finding *finding)
{
	finding_fix(
		finding, FIX_MANUAL, NULL,
		"virsh edit %s: <cpu mode='host-passthrough'>, and (this libvirt knows no limit "
		"for <maxphysaddr>) <qemu:commandline> with <qemu:arg value='-global'/> and "
		"<qemu:arg value='host-x86_64-cpu.host-phys-bits-limit=%u'/>",
		subject->vm->name, limit);
}

bool window_fix_width(const struct subject *subject, struct guest_window *window,
		      struct finding *finding)
{
	const struct vm *vm = subject->vm;
	const struct vm_definition *next = vm_next_definition(vm);
	_cleanup_free_ char *element = NULL;
	unsigned limit;

	if (!guest_window_widened(window, &limit))
		return false;
	element = limit ? xasprintf("<maxphysaddr mode='passthrough' limit='%u'/>", limit)
			: xstrdup("<maxphysaddr mode='passthrough'/>");
	if (!next->space.kvm)
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"virsh edit %s, and make it <domain type='kvm'> with <cpu "
			"mode='host-passthrough'>: a CPU that QEMU emulates has %d address bits",
			vm->name, WINDOW_DEFAULT_BITS);
	else if (next->space.host_limit)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "virsh edit %s, and take host-phys-bits-limit out of its "
			    "<qemu:commandline>, or raise it",
			    vm->name);
	else if (limit && !knows_limit(subject))
		offer_argument(subject, limit, finding);
	else if (guest_window_can_widen(next) && vm->saved.known)
		finding_fix(finding, FIX_AUTOMATIC, NULL, "add %s to the <cpu> of VM %s", element,
			    vm->name);
	else if (next->space.width != WIDTH_DEFAULT)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "virsh edit %s, and make the <maxphysaddr> in its <cpu> %s", vm->name,
			    element);
	else
		finding_fix(finding, FIX_MANUAL, NULL,
			    "virsh edit %s, and give it <cpu mode='host-passthrough'>%s</cpu>",
			    vm->name, element);
	return true;
}

/* With pages of 1 GiB, which the host's CPU passed through may have, more of the bits count. */
static bool offer_passthrough(const struct subject *subject, struct guest_window *window,
			      struct finding *finding)
{
	bool had = window->guest.gigabyte_pages, helps;
	unsigned limit;

	window->guest.gigabyte_pages = true;
	helps = guest_window_widened(window, &limit);
	window->guest.gigabyte_pages = had;
	if (!helps || had)
		return false;
	finding_fix(finding, FIX_MANUAL, NULL,
		    "virsh edit %s, and give it <cpu mode='host-passthrough'>: OVMF uses more than "
		    "40 address bits only with a CPU that has pages of 1 GiB (pdpe1gb)",
		    subject->vm->name);
	return true;
}

void window_fix(const struct subject *subject, struct guest_window *window, struct finding *finding)
{
	if (window_fix_width(subject, window, finding) ||
	    offer_passthrough(subject, window, finding))
		return;
	if (window->guest.firmware == WINDOW_OVMF_FIXED &&
	    guest_window_under(window, WINDOW_OVMF, window->host_bits).fits)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "install an OVMF of edk2-stable202211 or later (Debian 12 has it): its "
			    "window is an eighth of the guest's address space");
	else
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"pass fewer cards, or smaller BARs: no setting of the VM makes room for "
			"these");
}
