# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON: two validators, jsonschema and ajv, hold every report to the schemas that are installed with the program."""
import glob
import json
import os
import unittest

import jsonschema

from harness import SOURCE
from reports import HOSTS, Reports, hostile, node

SCHEMAS = {os.path.basename(path)[:-len('.schema.json')]: json.load(open(path, encoding='utf-8'))
           for path in glob.glob(os.path.join(SOURCE, 'report', '*.schema.json'))}


def complaints(document):
    """What jsonschema finds wrong."""
    schema = SCHEMAS[document['schema']]
    resolver = jsonschema.RefResolver(schema['$id'], schema, store=SCHEMAS)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(document)]


class Schemas(Reports):
    def assertValid(self, *paths):
        for path in paths:
            with open(path, encoding='utf-8') as f:
                self.assertEqual(complaints(json.load(f)), [])
        done = self.ajv(*paths)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))

    def ajv(self, *paths):
        return node(os.path.join(SOURCE, 'tests/formats/validate.js'), os.path.join(SOURCE, 'report'), *paths)

    def test_schemas_are_schemas(self):
        self.assertEqual(sorted(SCHEMAS), ['gpucheck-merged-1', 'gpucheck-report-1'])
        for name, schema in SCHEMAS.items():
            jsonschema.Draft7Validator.check_schema(schema)
            self.assertEqual(schema['$id'], name)

    def test_every_recorded_host(self):
        self.assertValid(*(self.write(name, self.of_host(name, 'json')[1]) for name in HOSTS))

    def test_fleet(self):
        files = [*self.files(), self.write('hostile.json', hostile()), self.write('broken.json', '{')]
        self.assertValid(self.write('merged', self.merge('json', *files, stderr='broken.json')[1]))

    def test_empty_fleet(self):
        self.assertValid(self.write('merged', self.merge('json', self.write('broken', ''), stderr='broken')[1]))

    def test_validators_refuse(self):
        merged = json.loads(self.merge('json', *self.files(HOSTS[:1]))[1])
        for spoil in (lambda one: one.pop('time'), lambda one: one['summary'].update(status=4),
                      lambda one: one['hosts'][0].pop('host'),
                      lambda one: one['hosts'][0]['checks'][0].update(verdict='green')):
            spoiled = json.loads(json.dumps(merged))
            spoil(spoiled)
            self.assertNotEqual(complaints(spoiled), [])
            self.assertNotEqual(self.ajv(self.write('spoiled', spoiled)).stdout, '')


if __name__ == '__main__':
    unittest.main()
