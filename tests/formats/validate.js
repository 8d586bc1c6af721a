// SPDX-License-Identifier: GPL-2.0-or-later
// validate.js FOLDER FILE...: judge reports by the JSON Schemas in FOLDER with ajv; a line for each that is none.
const fs = require('fs');
const Ajv = require('ajv');

const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
const [folder, ...files] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true });

for (const name of fs.readdirSync(folder).filter((one) => one.endsWith('.schema.json'))) {
	ajv.addSchema(read(`${folder}/${name}`));
}
for (const file of files) {
	const document = read(file);

	if (!ajv.validate(document.schema, document)) {
		console.log(`${file}: ${ajv.errorsText()}`);
	}
}
