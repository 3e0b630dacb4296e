// The page of the API: the device's own OpenAPI document made readable, with no help from elsewhere.

import * as api from "./api.js";
import { card, statuses, text } from "./cards.js";
import { common, operations } from "./openapi.js";
import { element, make, setText } from "./page.js";
import * as session from "./session.js";

async function start() {
  const user = session.current();
  if (!user) return signIn();
  try {
    show(await api.openapi(user.token));
  } catch (error) {
    if (error.status === 401) return signIn();
    setText("notice", error.message);
    element("notice").className = "alert";
  }
}

// The page of the camera knows how to sign in, and leads back here.
function signIn() {
  session.end();
  location.replace("/#docs");
}

function show(doc) {
  const all = operations(doc);
  const shared = common(all);
  setText("version", doc.info.version);
  element("download").href = URL.createObjectURL(new Blob([JSON.stringify(doc, null, 2)]));
  const intro = make("section", "intro", [
    make("p", "", text(doc.info.description)),
    make("h3", "", "Any request can also end with"),
    statuses(doc, shared, { explained: true }),
  ]);
  const groups = doc.tags.map(({ name }) => group(doc, name, all, shared));
  element("reference").replaceChildren(intro, ...groups);
  element("contents").replaceChildren(...doc.tags.map(({ name }) => links(name, all)));
  element("filter").addEventListener("input", filter);
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function group(doc, name, all, shared) {
  const cards = all.filter(({ tags }) => tags.includes(name)).map((one) => card(doc, one, shared));
  return make("section", "group", [make("h2", "", name), ...cards]);
}

function links(name, all) {
  const own = all.filter(({ tags }) => tags.includes(name));
  const items = own.map((operation) => {
    const link = make("a", "", [make("b", operation.method, operation.method), operation.paths[0]]);
    link.href = `#${operation.operationId}`;
    link.dataset.find = `${operation.method} ${operation.paths.join(" ")} ${operation.summary}`;
    return link;
  });
  return make("section", "", [make("h2", "", name), ...items]);
}

// Hides what does not have all the words, here and there.
function filter() {
  const words = element("filter").value.toLowerCase().split(/\s+/);
  for (const link of element("contents").querySelectorAll("a")) {
    const text = link.dataset.find.toLowerCase();
    link.hidden = !words.every((word) => text.includes(word));
    document.getElementById(link.hash.slice(1)).hidden = link.hidden;
  }
  for (const section of document.querySelectorAll("#contents section, .group")) {
    section.hidden = !section.querySelector("a:not([hidden]), article:not([hidden])");
  }
}

start();
