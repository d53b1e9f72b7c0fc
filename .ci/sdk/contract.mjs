// Holds the schemas of DevRev's webhook API to the types of the vendor's own
// SDK: node contract.mjs [DIRECTORY OF THE SDK]. Exit status 0: no difference but
// the known ones; 1: one that is new, or a known one that is gone.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compare, judge } from './compare.mjs';
import { Schemas } from './schemas.mjs';
import { readTypes } from './types.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const types = readTypes(process.argv[2] ?? here('node_modules/@devrev/typescript-sdk'));
const known = JSON.parse(readFileSync(here('known.json'), 'utf8'));
const differences = compare(types, new Schemas(here('../../schemas/devrev')));
const { news, faults } = judge(differences, known);
for (const d of news) console.log(`${d.difference}: ${d.says}\n\ttypes:  ${d.types} (${d.at})\n\tschema: ${d.schema}`);
for (const fault of faults) console.log(fault);
console.log(`${types.sdk}: ${news.length} new, ${differences.length - news.length} known, ${faults.length} wrong in the list of known ones`);
process.exitCode = news.length + faults.length > 0 ? 1 : 0;
