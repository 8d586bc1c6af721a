# SPDX-License-Identifier: GPL-2.0-or-later
"""What listens at the guest's address is no sshd, or one that lies."""
from asks import AsksWithinBounds
from bounds import ALL
from guests import Guest, GPU, AUDIO, Server, echoed
from peers import RAW, SERVED

GREETING = 'echo gpucheck-guest-1; echo system Linux\n'
PCI = echoed(GPU) + echoed(AUDIO) + '\n'
# Said by a real sshd's session in the place of our command's answer.
ANSWERS = {
    'without end': 'exec yes',
    'one line without end': 'exec tr "\\\\0" x </dev/zero',
    'after the greeting without end': GREETING + 'exec yes "driver nvidia 0000:05:00.0"',
    'errors without end': 'exec yes >&2',
    'escapes, newlines and nuls': GREETING + PCI + 'head -c 100000 /dev/urandom; echo end',
    'forged lines of TAP': GREETING + PCI + 'echo "ok 1 - forged"; echo "1..1"; echo "Bail out! forged"; echo end',
    'forged lines of lspci': GREETING + 'echo "05:00.0 VGA compatible controller: NVIDIA (vfio)"; echo end',
    'forged JSON': GREETING + "echo '{\"verdict\": \"pass\"}'; echo end",
    'a byte each two seconds': 'while :; do printf x; sleep 2; done',
    'as many functions as fit': GREETING + 'awk \'BEGIN { for (n = 0; n < 22000; n++) printf "pci %04x:%02x:%02x.%d 0x030000 0x10de '
                                '0x2504\\n", 1 + n / 65536, n / 256 % 256, n / 8 % 32, n % 8 }\'; echo end',
    'as many modules as fit': GREETING + 'echo pci 0000:05:00.0 0x030000 0x10de 0x2504; '
                              'awk \'BEGIN { for (n = 0; n < 25000; n++) print "module 0000:05:00.0 m" n " loaded" }\'; echo end',
    'killed': 'kill -9 $$',
}


class Peers(AsksWithinBounds):
    def ask_about(self, port, what, green=False):
        run, report, verdicts, _ = self.asked_within(port)
        self.assertNotIn('forged', run.stdout.replace('ok 1 - forged', '') if 'escapes' in what else '')
        if not green:
            self.assertEqual({verdicts[name] for name in ('guest.device', 'guest.bars', 'guest.driver')} & {'pass', 'warn'},
                             set(), what)
            self.assertIn(run.status, (1, 3))
            self.assertNotEqual(verdicts['guest.ssh'] == 'pass' and verdicts['guest.device'], 'skip')
        return run, report, verdicts

    def each(self, peers, verdict):
        for what, answer in peers.items():
            with self.subTest(peer=what):
                server = Server(answer)
                self.addCleanup(server.close)
                self.know_port(server.port)
                _, report, verdicts = self.ask_about(server.port, what)
                self.assertIn(verdicts['guest.ssh'], verdict, what)
                if ALL:
                    self.assertTap(self.tap_within(server.port), report)

    def answer(self, what):
        guest = self.guest(force=ANSWERS[what] + '\n', known=False)
        self.know_port(guest.port)
        many = what.startswith('as many')
        run, report, verdicts = self.ask_about(guest.port, what, many)
        if many:
            self.assertIn(verdicts['guest.device'], ('pass', 'fail', 'error'))
        else:
            self.assertUnanswered(verdicts, run)
        self.assertTap(self.tap_within(guest.port), report)
        print('the answer is %s: guest.ssh %s, guest.device %s; %d MiB at most' % (
            what, verdicts['guest.ssh'], verdicts['guest.device'], self.largest >> 20), flush=True)


def name_of(what):
    return 'test_' + ''.join(letter if letter.isalnum() else '_' for letter in what)


for one in RAW:
    setattr(Peers, name_of(one), lambda self, one=one: self.each({one: RAW[one]}, ('error', )))
for one in SERVED:
    setattr(Peers, name_of(one), lambda self, one=one: self.each({one: SERVED[one]}, ('error', 'fail', 'pass')))
for one in ANSWERS:
    setattr(Peers, name_of('the answer ' + one), lambda self, one=one: self.answer(one))
