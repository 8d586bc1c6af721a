# SPDX-License-Identifier: GPL-2.0-or-later
"""gpucheck-libvirt, asked as gpucheck asks it: one JSON request, one JSON answer."""
import json
import os
import subprocess

from harness import environment, gpucheck, text
from machines import AUDIO_SOURCE, GPU_SOURCE, SECONDS, VirtualMachines, left_of

GPU, AUDIO = '0000:01:00.0', '0000:01:00.1'
SOURCES = {GPU: GPU_SOURCE, AUDIO: AUDIO_SOURCE}


def program():
    return os.path.join(os.path.dirname(gpucheck()), 'gpucheck-libvirt')


def additions(*sources, rom_off=False):
    return [{'source': source, 'rom_off': rom_off} for source in sources]


class Asking(VirtualMachines):
    def answer_to(self, request, wrapper=()):
        """request: bytes."""
        process = subprocess.Popen([*wrapper, program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(), start_new_session=True)
        out, err = process.communicate(request, timeout=SECONDS)
        self.assertEqual(left_of(process.pid), [])
        self.assertEqual((process.returncode, text(err)), (0, ''))
        return json.loads(out)

    def ask(self, wrapper=(), **request):
        return self.answer_to(json.dumps(request).encode(), wrapper)

    def edited(self, xml, *sources, **how):
        answer = self.ask(edit=xml, add=additions(*(sources or (GPU, AUDIO)), **how))
        self.assertEqual(list(answer), ['xml'], answer)
        return answer['xml']

    def assertTrouble(self, answer, kind, word=''):
        self.assertEqual(list(answer), ['error'], answer)
        self.assertEqual(answer['error']['kind'], kind, answer)
        self.assertIn(word, answer['error']['text'])
