# SPDX-License-Identifier: GPL-2.0-or-later
"""A record says what the host says: every recorded host of the tree is recorded again and asked the same."""
import json
import re
import unittest

from recording import Recording, contents, on_every_host, plan_changes

REFUSED = 2
# What a record replaces, and lines of a definition, which is shorter there.
STAND_INS = ((re.compile(r'SHA256:[\w+/=-]+'), 'SHA256:…'), (re.compile(r'\b(?!root@)\w+@(?=\d)'), 'user@'),
             (re.compile(r'\(line \d+\)'), '(line …)'))


def comparable(report):
    """A report as one text, without what is scrubbed."""
    document = json.loads(report)
    document['host'] = 'host'
    text = json.dumps(document, indent=1, ensure_ascii=False)
    for pattern, word in STAND_INS:
        text = pattern.sub(word, text)
    return text.splitlines()


@on_every_host
class EveryHost(Recording):
    maxDiff = 4000

    def on_replay(self, host):
        """The same report, the same plan; and recorded once more, the same bytes."""
        root, arguments = self.copy(host), self.arguments(host)
        checked = self.run_it('--root', root, '--format', 'json', *arguments)
        if checked.status == REFUSED and not checked.stdout:
            refused = self.run_it('--root', root, '--record', self.fresh(), *arguments)
            self.assertEqual((refused.status, refused.stderr), (REFUSED, checked.stderr))
            return
        record, said = self.record(root, *arguments)
        if '"gpu": "' in checked.stdout:
            self.assertIn('it gives the same', said)
        replayed = self.run_it('--root', record, '--format', 'json', *arguments)
        self.assertEqual(replayed.status, checked.status, replayed.stderr)
        self.assertEqual(comparable(checked.stdout), comparable(replayed.stdout))
        plans = [self.run_it('--root', place, '--fix', '--dry-run', '--allow-disruption', *arguments).stdout
                 for place in (root, record)]
        self.assertEqual(plan_changes(plans[0]), plan_changes(plans[1]))
        again, _ = self.record(record, *arguments)
        self.assertEqual(contents(record), contents(again))


if __name__ == '__main__':
    unittest.main()
