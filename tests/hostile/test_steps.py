# SPDX-License-Identifier: GPL-2.0-or-later
"""Between gpucheck and a real sshd something stalls, ends, floods or spoils the conversation, step by step."""
from asks import AsksWithinBounds
from bounds import ALL
from proxy import DEEDS, Between

PARTS = 48  # of what sshd says, besides its turns
WAITS = ('stall', 'deafen', 'drip')  # until a time limit


class Steps(AsksWithinBounds):
    def between(self, guest, deed=None, point=0):
        proxy = Between(guest, deed, point)
        self.addCleanup(proxy.close)
        self.know_port(proxy.port)
        return proxy

    def points(self, guest, waits):
        """The ends of sshd's turns, and points between them; whatever is behind the last turn is told already."""
        proxy = self.between(guest)
        run, _, verdicts, _ = self.asked_within(proxy.port)
        self.assertEqual(set(verdicts.values()), {'pass'})
        self.assertEqual(run.status, 0)
        talk = proxy.last
        last = talk.turns[-1]
        steps = sorted(set(talk.turns))
        self.assertGreater(len(steps), 6)
        between = [last * part // PARTS for part in range(PARTS)]
        if waits and not ALL:
            return steps[::2], len(steps)
        return sorted({*steps, *(between if ALL else between[::4])}), len(steps)

    def disturb(self, name):
        guest = self.guest(known=False)
        points, steps = self.points(guest, name in WAITS)
        verdicts = {}
        for point in points:
            with self.subTest(deed=name, point=point):
                proxy = self.between(guest, DEEDS[name], point)
                run, _, found, reasons = self.asked_within(proxy.port)
                verdicts[found['guest.ssh']] = verdicts.get(found['guest.ssh'], 0) + 1
                self.assertIn(found['guest.ssh'], ('pass', 'error'), reasons)
                if found['guest.device'] != 'pass':
                    self.assertUnanswered(found, run)
                # What sshd says is authenticated once the keys are changed: a pass is the guest's own word.
                elif run.status == 0:
                    self.assertEqual(set(found.values()), {'pass'})
        print('%s at %d points (sshd has %d turns): guest.ssh %s; %d MiB at most' % (
            name, len(points), steps, ', '.join('%s %d times' % one for one in sorted(verdicts.items())),
            self.largest >> 20), flush=True)


for deed in DEEDS:
    setattr(Steps, 'test_' + deed, lambda self, deed=deed: self.disturb(deed))
