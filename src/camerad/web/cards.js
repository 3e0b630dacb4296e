// One operation of the API as a card, from its place in the OpenAPI document.

import { answer, codes, curl, fields, resolve, type } from "./openapi.js";
import { make } from "./page.js";

// `shared` are the responses that every operation has: told once, not on each card.
export function card(doc, operation, shared) {
  const { method, paths, summary, operationId } = operation;
  const role = operation["x-required-role"];
  const made = make("article", "card", [
    make("h3", "", paths.map((path) => make("code", "", [make("b", method, method), path]))),
    make("p", "", [text(summary), make("span", "role", role ? `role ${role}` : "open to all")]),
    ...parameters(doc, operation),
    ...body(doc, operation.requestBody),
    ...answers(doc, operation, shared),
    make("pre", "", curl(doc, operation, paths[0], location.origin)),
  ]);
  made.id = operationId;
  return made;
}

// Each status with its codes of errors, or with what it means, or with both.
export function statuses(doc, responses, { explained }) {
  const rows = Object.entries(responses).map(([status, node]) => {
    const response = resolve(doc, node);
    const words = codes(doc, response).map((code) => make("code", "", code));
    const explains = explained || words.length === 0;
    return [make("code", "", status), [...list(words), explains ? text(response.description) : ""]];
  });
  return table(rows, "statuses");
}

function parameters(doc, { parameters: all = [] }) {
  const rows = all.map(({ name, in: place, required, description, schema }) => [
    make("code", "", name),
    `${place}${required ? ", required" : ""}`,
    [make("span", "type", type(doc, schema)), text(description)],
  ]);
  return titled("Parameters", rows);
}

function body(doc, requestBody) {
  if (!requestBody) return [];
  const title = requestBody.required ? "Body" : "Body, optional";
  return Object.entries(byContent(requestBody.content)).flatMap(([schema, kinds]) =>
    structure(doc, kinds, JSON.parse(schema), title, whenLeftOut));
}

function answers(doc, operation, shared) {
  const good = answer(operation);
  const shown = Object.entries(byContent(good.content ?? {})).flatMap(([schema, kinds]) =>
    structure(doc, kinds, JSON.parse(schema), "Answer"));
  const own = Object.entries(operation.responses).filter(([status]) => !(status in shared));
  const ends = statuses(doc, Object.fromEntries(own), { explained: false });
  return [...shown, make("h4", "", "Statuses"), ends];
}

// Media types by the JSON of their schema: a form has the fields of the JSON beside it.
function byContent(content) {
  const found = {};
  for (const [kind, { schema = {} }] of Object.entries(content)) {
    (found[JSON.stringify(schema)] ??= []).push(kind);
  }
  return found;
}

function whenLeftOut({ required, value }) {
  if (required) return "required";
  return value === undefined ? "" : `default ${JSON.stringify(value)}`;
}

// `note` tells more of a field, beside its name.
function structure(doc, kinds, schema, title, note = () => "") {
  const rows = fields(doc, schema).map((field) => [
    make("code", `depth-${Math.min(field.depth, 3)}`, field.name),
    note(field),
    [make("span", "type", field.type), text(field.description)],
  ]);
  const heading = make("h4", "", [`${title} `, ...list(kinds.map((kind) => make("code", "", kind)))]);
  return rows.length > 0 ? [heading, table(rows)] : [heading];
}

function titled(title, rows) {
  return rows.length > 0 ? [make("h4", "", title), table(rows)] : [];
}

function table(rows, className = "") {
  const lines = rows.map((cells) => make("tr", "", cells.map((cell) => make("td", "", cell))));
  return make("table", className, [make("tbody", "", lines)]);
}

// Markdown, as far as it occurs: `code`.
export function text(markdown = "") {
  const pieces = markdown.split("`");
  return make("span", "", pieces.map((piece, at) => (at % 2 ? make("code", "", piece) : piece)));
}

function list(nodes) {
  return nodes.flatMap((node, at) => (at > 0 ? [", ", node] : [node]));
}
