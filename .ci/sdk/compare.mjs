// The differences between the SDK's types and the JSON Schemas: members, listed
// words, what is required, types and limits, each with its place on both sides.
// An operation, an error or a file that only one side has is one as well.

// statuses are the error bodies by the name that the SDK gives their type.
const statuses = {
  ErrorBadRequest: 400, ErrorUnauthorized: 401, ErrorForbidden: 403, ErrorNotFound: 404, ErrorConflict: 409,
  ErrorRequestEntityTooLarge: 413, ErrorTooManyRequests: 429, ErrorInternalServerError: 500, ErrorServiceUnavailable: 503,
};

const successes = [200, 201, 204];

// compare lists the differences, in the order of the types' places.
export function compare(types, schemas) {
  const c = new Comparison(types, schemas);
  for (const op of types.operations('/webhooks.')) {
    c.file(`${op.name}.request.json`, op.body, `${op.name} (body)`, op);
    c.file(`${op.name}.query.json`, op.query, `${op.name} (query)`, op);
    const answer = successes.map((status) => `${op.name}.${status}.json`).find((file) => schemas.has(file));
    c.file(answer ?? `${op.name}.200.json`, op.answer, `${op.name} (answer)`, op);
  }
  for (const name of types.errors()) {
    const type = types.named(name);
    c.file(`error.${statuses[name]}.json`, type, name, type);
  }
  for (const file of schemas.list()) {
    if (/^(webhooks\.|error\.)/.test(file) && !c.read.has(file)) {
      c.differ('file', '-', '-', `${schemas.prefix}/${file}`, 'the SDK has no operation or error of that name');
    }
  }
  return c.differences;
}

class Comparison {
  constructor(types, schemas) {
    Object.assign(this, { types, schemas, differences: [], seen: new Set(), told: new Set(), read: new Set() });
  }

  differ(difference, types, at, schema, says) {
    const key = [difference, types, schema, says].join('\n');
    if (this.told.has(key)) return;
    this.told.add(key);
    this.differences.push({ difference, types, at, schema, says });
  }

  // file holds the schema of a file to a type; node is a shape, a node of the
  // declarations, or nothing.
  file(file, node, label, { at }) {
    if (!node) return;
    this.read.add(file);
    const type = node.kind && node.at ? node : this.types.read(node, label);
    if (!this.schemas.has(file)) {
      this.differ('file', type.name, at, `${this.schemas.prefix}/${file}`, `there is no schema of ${label}`);
      return;
    }
    this.pair(type, this.schemas.whole(file));
  }

  pair(type, schema) {
    if (type.kind === 'any') return;
    const key = `${type.at} ${type.name} ${schema.at}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const kinds = [...schema.kinds].sort().join(' or ');
    const want = [type.kind, ...(type.nullable ? ['null'] : [])].sort().join(' or ');
    if (kinds !== want) {
      this.differ('type', type.name, type.at, schema.at, `the types have ${want}, the schema ${kinds || 'none'}`);
      return;
    }
    if (type.kind === 'string') this.words(type, schema);
    if (type.kind === 'array') this.pair(type.items(), schema.items?.() ?? { at: schema.at, kinds: new Set() });
    if (type.kind === 'object') this.object(type, schema);
    if (type.each && schema.each) this.pair(type.each(), schema.each());
    else if (type.each || schema.each) this.differ('type', type.name, type.at, schema.at, `${type.each ? 'the types describe' : 'the schema describes'} every member, whatever its name; the other side does not`);
    this.limits(type, schema);
  }

  words(type, schema) {
    if (!type.words !== !schema.words) {
      this.differ('enum', type.name, type.at, schema.at, type.words ? 'the types list the values, the schema does not' : 'the schema lists the values, the types do not');
      return;
    }
    for (const word of type.words ?? []) {
      if (!schema.words.all.includes(word)) this.differ('enum', type.name, type.at, schema.words.at, `the types have the value ${word}, the schema does not`);
    }
    for (const word of schema.words?.all ?? []) {
      if (!type.words.includes(word)) this.differ('enum', type.name, type.at, schema.words.at, `the schema has the value ${word}, the types do not`);
    }
  }

  // object compares what an object may hold, for each value of its tag if it has
  // one: where a member stands, with what all have in common or with one variant,
  // is the business of each side.
  object(type, schema) {
    if (type.tag && schema.tag && schema.tag.name !== type.tag.name) {
      this.differ('variant', type.name, type.at, schema.at, `the types are told apart by ${type.tag.name}, the schema by ${schema.tag.name}`);
      return;
    }
    const tag = type.tag ?? schema.tag;
    const values = tag ? [...new Set([...(type.tag?.variants.keys() ?? []), ...(schema.tag?.variants.keys() ?? [])])] : [undefined];
    const views = values.map((value) => {
      const theirs = type.tag?.variants.get(value)?.();
      const ours = schema.tag?.variants.get(value)?.();
      if (ours && [...ours.kinds].some((kind) => kind !== 'object')) {
        this.differ('type', (theirs ?? type).name, (theirs ?? type).at, ours.at, `the types have object, the schema ${[...ours.kinds].sort().join(' or ')}`);
      }
      const suffix = tag ? ` (${tag.name} ${value})` : '';
      if (theirs?.tag || ours?.tag) return this.nested(type, schema, theirs, ours);
      return {
        name: type.name + suffix, at: ours?.at ?? schema.at + suffix,
        theirs: new Map([...type.members, ...(theirs?.members ?? [])]),
        ours: new Map([...schema.members, ...(ours?.members ?? [])]),
        required: new Map([...schema.required, ...(ours?.required ?? [])]),
      };
    }).filter(Boolean);
    const names = new Set(views.flatMap((v) => [...v.theirs.keys(), ...v.ours.keys(), ...v.required.keys()]));
    for (const name of names) this.member(name, views, type, schema);
  }

  member(name, views, type, schema) {
    const missing = views.filter((v) => v.theirs.has(name) && !v.ours.has(name));
    const extra = views.filter((v) => !v.theirs.has(name) && v.ours.has(name));
    const everywhere = (some) => some.length === views.length;
    for (const v of everywhere(missing) ? missing.slice(0, 1) : missing) {
      const member = v.theirs.get(name);
      this.differ('member', member.name, member.at, everywhere(missing) ? schema.at : v.at, `the types have the member ${name}, the schema does not`);
    }
    for (const v of everywhere(extra) ? extra.slice(0, 1) : extra) {
      this.differ('member', everywhere(extra) ? type.name : v.name, type.at, v.ours.get(name).at, `the schema has the member ${name}, the types do not`);
    }
    for (const v of views) {
      const [theirs, ours, required] = [v.theirs.get(name), v.ours.get(name), v.required.get(name)];
      if (required && !ours) this.differ('required', theirs?.name ?? v.name, theirs?.at ?? type.at, required, `the schema requires ${name} and does not describe it`);
      if (!theirs || !ours) continue;
      if (theirs.optional && required) this.differ('required', theirs.name, theirs.at, required, `the schema requires ${name}, the types do not`);
      if (!theirs.optional && !required) this.differ('required', theirs.name, theirs.at, ours.at, `the types require ${name}, the schema does not`);
      this.pair(theirs.shape(), ours.shape());
    }
  }

  // nested compares a variant that has variants itself, with what all have in
  // common put into it.
  nested(type, schema, theirs, ours) {
    const none = { members: new Map(), required: new Map() };
    this.object(
      { ...theirs, name: theirs?.name ?? type.name, at: theirs?.at ?? type.at, members: new Map([...type.members, ...(theirs ?? none).members]) },
      { ...ours, at: ours?.at ?? schema.at, members: new Map([...schema.members, ...(ours ?? none).members]), required: new Map([...schema.required, ...(ours ?? none).required]) },
    );
    return undefined;
  }

  limits(type, schema) {
    const doc = type.doc ?? {};
    const want = {};
    for (const name of ['maxItems', 'minItems', 'maxLength', 'minLength']) if (doc[name]) want[name] = Number(doc[name]);
    if (doc.format === 'date-time' && type.kind === 'string') want.format = 'date-time';
    if (doc.format === 'byte') want.contentEncoding = 'base64';
    if (doc.format === 'int32') Object.assign(want, { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });
    if (doc.format === 'int64') Object.assign(want, { minimum: -(2 ** 63), maximum: 2 ** 63 });
    if (doc.min) want.minimum = Number(doc.min);
    if (doc.max) want.maximum = Number(doc.max);
    for (const name of new Set([...Object.keys(want), ...Object.keys(schema.limits ?? {})])) {
      const has = schema.limits?.[name];
      if (has !== want[name]) this.differ('limit', type.name, type.at, schema.at, `${name} is ${want[name] ?? 'not there'} in the types, ${has ?? 'not there'} in the schema`);
    }
  }
}

// judge sets known differences apart: those that are new, and the entries of the
// list that no difference answers to.
export function judge(differences, known) {
  const faults = [];
  const same = (entry, d) => entry.difference === d.difference && entry.types === d.types && entry.schema === d.schema && entry.says === d.says;
  for (const [i, entry] of known.entries()) {
    if (!entry.reason) faults.push(`known.json: entry ${i} gives no reason`);
    if (!differences.some((d) => same(entry, d))) faults.push(`known.json: no difference answers to entry ${i}: ${entry.types} / ${entry.schema}: ${entry.says}`);
  }
  return { news: differences.filter((d) => !known.some((entry) => same(entry, d))), faults };
}
