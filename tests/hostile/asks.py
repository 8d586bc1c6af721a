# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest, or what pretends to be one, asked within the bounds."""
import keys
from bounds import Bounds
from caller import AsksGuests
from machines import CARD, Machine

CHECKS = ('guest.ssh', 'guest.device', 'guest.bars', 'guest.driver')


class AsksWithinBounds(Bounds, AsksGuests):
    seconds = 120  # gpucheck grants 40, a machine that does other work too takes some

    def setUp(self):
        super().setUp()
        self.host = self.recorded(Machine('ml', CARD))

    def know_port(self, port, name='host'):
        self.ssh_file('known_hosts', '[127.0.0.1]:%d %s\n' % (port, keys.public(keys.key(name))))

    def asked_within(self, port):
        """The verdicts by check, the reasons too; JSON and TAP are of one mind where the peer is."""
        run, report = self.judged('--root', self.host.folder, '-s', 'root@127.0.0.1:%d' % port, 'guest', wrap=self.wrapped,
                                  TMPDIR=self.temporary)
        found = {one['id']: one for one in report['checks'] if one['id'] in CHECKS}
        for one in found.values():
            self.assertTrue(one['reason'].strip())
        self.assertEqual([one for one in report['checks'] if one['verdict'] == 'pass' and one['reason'] == ''], [])
        return run, report, {name: one['verdict'] for name, one in found.items()}, {
            name: one['reason'] for name, one in found.items()}

    def tap_within(self, port):
        return self.bounded('--root', self.host.folder, '-f', 'tap', '-s', 'root@127.0.0.1:%d' % port, 'guest',
                            wrap=self.wrapped, TMPDIR=self.temporary)

    def assertUnanswered(self, verdicts, run):
        """Nothing the guest has is green, and the status says that it was not measured."""
        self.assertEqual(verdicts['guest.ssh'] if verdicts['guest.ssh'] != 'pass' else verdicts['guest.device'], 'error',
                         verdicts)
        self.assertEqual({verdicts[name] for name in CHECKS[1:]} & {'pass', 'warn'}, set())
        self.assertEqual(run.status, 3)
