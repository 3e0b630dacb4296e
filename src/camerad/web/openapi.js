// Reading an OpenAPI document. Nothing here knows the page.

// What a node says itself, or where it points to.
export function resolve(doc, node) {
  let found = node;
  while (found.$ref) found = found.$ref.slice(2).split("/").reduce((at, key) => at[key], doc);
  return found;
}

// All operations in the document's order. Paths that mean the same share one: {method, paths, ...}.
export function operations(doc) {
  const found = new Map();
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [name, operation] of Object.entries(methods)) {
      const method = name.toUpperCase();
      const key = JSON.stringify({ ...operation, operationId: method });
      if (!found.has(key)) found.set(key, { ...operation, method, paths: [] });
      found.get(key).paths.push(path);
    }
  }
  return [...found.values()];
}

// The statuses that every operation answers alike: {status: response}.
export function common(all) {
  const [first, ...others] = all.map(({ responses }) => responses);
  const shared = ([status, { $ref }]) => $ref && others.every((one) => one[status]?.$ref === $ref);
  return Object.fromEntries(Object.entries(first).filter(shared));
}

// The codes of an error answer; none for any other.
export function codes(doc, response) {
  const parts = response.content?.["application/json"]?.schema?.allOf ?? [];
  return parts.flatMap((part) => resolve(doc, part).properties.error.properties?.code.enum ?? []);
}

// A schema in a few words.
export function type(doc, node) {
  const schema = resolve(doc, node);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((part) => type(doc, part)).join(" or ");
  if (schema.type === "array") return `list of ${type(doc, schema.items)}`;
  if (isBinary(schema)) return "file";
  return [schema.type ?? "anything", ...limits(schema)].join(", ");
}

function limits(schema) {
  const { minimum, maximum, exclusiveMinimum, maxLength, format } = schema;
  const words = [];
  if (minimum !== undefined && maximum !== undefined) words.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) words.push(`at least ${minimum}`);
  else if (maximum !== undefined) words.push(`at most ${maximum}`);
  if (exclusiveMinimum !== undefined) words.push(`more than ${exclusiveMinimum}`);
  if (maxLength !== undefined) words.push(`up to ${maxLength} long`);
  if (format) words.push(format);
  return words;
}

function isBinary({ type: kind, format, contentMediaType }) {
  return kind === "string" && (format === "binary" || contentMediaType !== undefined);
}

// The fields of an object, those of objects inside it after each:
// [{name, depth, required, type, description, value}].
export function fields(doc, node, depth = 0) {
  const schema = resolve(doc, node);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    {
      name,
      depth,
      required: schema.required?.includes(name) ?? false,
      type: type(doc, field),
      description: resolve(doc, field).description,
      value: field.default,
    },
    ...inner(doc, field).flatMap((part) => fields(doc, part, depth + 1)),
  ]);
}

// The schemas of the objects that a field holds.
function inner(doc, node) {
  const schema = resolve(doc, node);
  if (schema.properties) return [schema];
  if (schema.items) return inner(doc, schema.items);
  return (schema.anyOf ?? []).flatMap((part) => inner(doc, part));
}

function example(doc, node, name) {
  const schema = resolve(doc, node);
  if (schema.examples) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (schema.anyOf) return example(doc, schema.anyOf[0], name);
  if (schema.type === "object") return exampleObject(doc, schema);
  if (schema.type === "array") return [example(doc, schema.items, name)];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  return name.toUpperCase();
}

const SHOWN = 3; // of the fields that may be left out

function exampleObject(doc, schema) {
  const all = Object.entries(schema.properties ?? {});
  const needed = all.filter(([name]) => schema.required?.includes(name));
  const shown = needed.length > 0 ? needed : all.slice(0, SHOWN);
  return Object.fromEntries(shown.map(([name, field]) => [name, example(doc, field, name)]));
}

// The command that calls an operation under one of its paths.
export function curl(doc, operation, path, origin) {
  const parts = [operation.method === "GET" ? "curl" : `curl -X ${operation.method}`];
  if (operation.security.length > 0) parts.push('-H "Authorization: Bearer $TOKEN"');
  parts.push(...curlBody(doc, operation.requestBody?.content ?? {}));
  parts.push(`"${origin}${path.replace(/{(\w+)}/g, (_, name) => name.toUpperCase())}"`);
  if (!("application/json" in (answer(operation).content ?? {}))) parts.push("--output FILE");
  const line = parts.join(" ");
  return line.length <= 80 ? line : parts.join(" \\\n  ");
}

function curlBody(doc, content) {
  if (content["application/json"]) {
    const body = JSON.stringify(example(doc, content["application/json"].schema, "value"));
    return ['-H "Content-Type: application/json"', `-d '${body.replaceAll("'", "'\\''")}'`];
  }
  const [kind, { schema } = {}] = Object.entries(content)[0] ?? [];
  if (!kind) return [];
  if (!schema) return [`-H "Content-Type: ${kind}"`, "--data-binary @FILE"];
  return Object.entries(resolve(doc, schema).properties).map(([name, field]) =>
    isBinary(resolve(doc, field)) ? `-F "${name}=@FILE"` : `-F "${name}=${example(doc, field, name)}"`);
}

// What comes if all goes well.
export function answer({ responses }) {
  return Object.entries(responses).find(([status]) => status < 300)[1];
}
