# SPDX-License-Identifier: GPL-2.0-or-later
"""How long commands take, by hyperfine, and what one run takes of memory and system calls."""
import json
import os
import re
import subprocess
import tempfile

SECONDS = 300


def medians(commands, runs, warmup=3):
    """Seconds of each, the median of so many runs; they follow each other in one go, so that only their ratio counts."""
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, 'result.json')
        # -N: no shell around them; -i: a report that finds something wrong exits with 1.
        done = subprocess.run(['hyperfine', '-N', '-i', '--style', 'none', '--warmup', str(warmup), '--runs', str(runs),
                               '--export-json', result, *commands], capture_output=True, text=True, timeout=SECONDS,
                              check=False)
        if done.returncode:
            raise RuntimeError('hyperfine: %s' % done.stderr)
        with open(result, encoding='utf-8') as f:
            return [one['median'] for one in json.load(f)['results']]


def peak(command):
    """The most memory that it held at once, in MiB; programs that it started and waited for are not in it."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss / 1024


def system_calls(command):
    """Of a run, with the programs that it starts."""
    with tempfile.TemporaryDirectory() as folder:
        counted = os.path.join(folder, 'calls')
        # -c's own table: its last line is the total, the calls are its fourth column.
        subprocess.run(['strace', '-f', '-c', '-o', counted, *command], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False)
        with open(counted, encoding='utf-8') as f:
            return int(f.read().splitlines()[-1].split()[3])


def instructions(command, preload):
    """Of a run, without the programs that it starts, counted by callgrind."""
    environment = dict(os.environ, LD_PRELOAD=preload)
    done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', *command], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env=environment, timeout=SECONDS, check=False)
    found = re.findall(r'^==\d+== Collected : (\d+)$', done.stderr, re.M)
    if len(found) != 1:
        raise RuntimeError('callgrind counted nothing: %s' % done.stderr[-500:])
    return int(found[0])


def machine():
    """What the figures were taken on."""
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        text = f.read()
    model = re.search(r'^model name\s*: (.*)$', text, re.M)
    kernel = os.uname().release.split('-')[0]
    return '%d processors (%s%s), Linux %s' % (len(os.sched_getaffinity(0)), model[1] if model else os.uname().machine,
                                               ', virtual' if ' hypervisor' in text else '', kernel)
