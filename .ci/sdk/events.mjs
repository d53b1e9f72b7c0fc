// Writes the schemas of DevRev's deliveries from the types of its SDK:
// webhooks.event.request.json, the envelope; webhooks.event.200.json, the
// receiver's answer; events.json, what the payloads are made of. The shapes that
// webhooks share with them stay where they are, in types.json. The types do not
// say what kind of value a string is; its format and its name have to do.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readTypes } from './types.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const base = 'https://example.com/webhookvcr/schemas/devrev/';

// shared are the types that types.json describes.
const shared = {
  Webhook: 'webhook', WebhookEventType: 'event_type', UserSummary: 'user', OrgSummary: 'org', ArtifactSummary: 'artifact', AtomBaseSummary: 'atom',
  ArtifactFileSummary: 'file', UserBaseSummary: 'user_base',
};

// write makes the three files; it returns them by name.
export function write(types) {
  const defs = {};
  const labels = {};
  const inside = (prefix) => (type) => {
    const common = shared[type.declared];
    if (common) return `types.json#/$defs/${common}`;
    const name = types.label(type.declared);
    labels[name] ??= type.declared;
    if (labels[name] !== type.declared) throw new Error(`${labels[name]} and ${type.declared} are both called ${name}`);
    if (!(name in defs)) {
      defs[name] = null; // so that a type may hold itself
      defs[name] = define(types, type, inside(''), true);
    }
    return `${prefix}#/$defs/${name}`;
  };
  const head = (file, title) => ({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: base + file,
    $comment: `Follows the types of ${types.sdk} (npm, 2026)`,
    title,
  });
  const file = (name, title, type) => ({ ...head(name, title), ...define(types, types.named(type), inside('events.json'), true) });
  const request = file('webhooks.event.request.json', "Body of a delivery: what DevRev sends to a webhook's URL", 'WebhookEventRequest');
  const answer = file('webhooks.event.200.json', 'Answer 200 of a receiver to a delivery', 'WebhookEventResponse');
  const sorted = Object.fromEntries(Object.entries(defs).sort(([a], [b]) => (a < b ? -1 : 1)));
  const events = { ...head('events.json', "Shapes of the payloads of DevRev's deliveries"), $defs: sorted };
  return { 'webhooks.event.request.json': request, 'webhooks.event.200.json': answer, 'events.json': events };
}

// define is the schema of a type; whole says that a named one is spelled out.
function define(types, type, refer, whole = false) {
  if (type.declared && !whole) return { $ref: refer(type) };
  if (type.alias && whole) return { $ref: refer(types.named(type.alias)) };
  const kind = type.nullable ? [type.kind, 'null'] : type.kind;
  const doc = type.doc ?? {};
  switch (type.kind) {
    case 'any': return {};
    case 'boolean': return { type: kind };
    case 'array': return { type: kind, ...limits(doc), items: define(types, { ...type.items(), ...(doc.example ? { doc: { example: doc.example } } : {}) }, refer) };
    case 'integer': case 'number': return { type: kind, ...limits(doc) };
    case 'string':
      if (type.words) return { type: kind, enum: type.words };
      if (doc.format === 'date-time') return { type: kind, format: 'date-time' };
      return { type: kind, ...limits(doc), 'x-placeholder': placeholder(type.name, doc) };
    case 'object': return object(types, type, kind, refer);
  }
  throw new Error(`${type.at}: ${type.name} is a ${type.kind}`);
}

function object(types, type, kind, refer) {
  const schema = {};
  const bases = (type.bases ?? []).filter((b) => b.members.size > 0);
  const own = type.own ?? type.members;
  const all = bases.length > 1 ? bases.map((b) => ({ $ref: refer(b) })) : [];
  if (bases.length === 1) schema.$ref = refer(bases[0]);
  schema.type = kind;
  const required = [...own].filter(([, m]) => !m.optional).map(([name]) => name);
  if (required.length > 0) schema.required = required;
  if (own.size > 0) schema.properties = Object.fromEntries([...own].map(([name, m]) => [name, define(types, m.shape(), refer)]));
  if (type.each) schema.additionalProperties = define(types, type.each(), refer);
  for (const [value, variant] of type.ownTag?.variants ?? []) {
    const means = variant?.();
    if (!means || means.members.size === 0 && !means.tag) continue;
    all.push({ if: { properties: { [type.ownTag.name]: { const: value } }, required: [type.ownTag.name] }, then: define(types, means, refer) });
  }
  if (all.length > 0) schema.allOf = all;
  return schema;
}

function limits(doc) {
  const all = {};
  for (const name of ['maxItems', 'minItems', 'maxLength', 'minLength']) if (doc[name]) all[name] = Number(doc[name]);
  if (doc.format === 'byte') all.contentEncoding = 'base64';
  if (doc.format === 'int32') Object.assign(all, { minimum: -2147483648, maximum: 2147483647 });
  if (doc.format === 'int64') Object.assign(all, { minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n });
  if (doc.min) all.minimum = Number(doc.min);
  if (doc.max) all.maximum = Number(doc.max);
  return all;
}

// placeholder is the kind of value that a string holds.
function placeholder(name, doc) {
  const last = name.replace(/(\[\])+$/, '').split('.').at(-1);
  const is = (pattern) => pattern.test(last);
  if (is(/(^|_)display_id$/)) return 'display_id';
  if (doc.format === 'id' || /don:|"[A-Z]+-\d+"/.test(doc.example ?? '') || is(/(^|_)ids?$/)) return 'id';
  if (is(/email/)) return 'mail';
  if (is(/secret|token|password/)) return 'key';
  if (is(/(^|_)(url|uri|href|thumbnail|favicon|icon)s?$/)) return 'url';
  if (is(/(^|_)(name|names|title|slug|handle|label|tag_name|phone_numbers)$/)) return 'name';
  if (doc.format === 'text') return 'text';
  return 'opaque';
}

// print writes JSON as the schemas are written: a value on one line where it fits.
export function print(value, indent = '') {
  const flat = line(value);
  if (typeof value !== 'object' || indent.length + flat.length <= 110 && (indent !== '' || !('$schema' in value))) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (!value.every((v) => typeof v === 'string')) return `[\n${value.map((v) => inner + print(v, inner)).join(',\n')}\n${indent}]`;
    const lines = [];
    for (const v of value.map((s) => JSON.stringify(s))) {
      if (lines.length === 0 || inner.length + lines.at(-1).length + v.length + 3 > 100) lines.push(v);
      else lines.push(`${lines.pop()}, ${v}`);
    }
    return `[\n${lines.map((l) => inner + l).join(',\n')}\n${indent}]`;
  }
  return `{\n${Object.entries(value).map(([k, v]) => `${inner}${JSON.stringify(k)}: ${print(v, inner)}`).join(',\n')}\n${indent}}`;
}

function line(value) {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object') return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${line(v)}`).join(', ')}}`;
  return JSON.stringify(value);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, schema] of Object.entries(write(readTypes(here('node_modules/@devrev/typescript-sdk'))))) {
    writeFileSync(here(`../../schemas/devrev/${name}`), `${print(schema)}\n`);
  }
}
