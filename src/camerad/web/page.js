// The few words in which the other files speak of the page.

export function element(id) {
  return document.getElementById(id);
}

// Text that did not change is left alone, so that a screen reader does not read it again.
export function setText(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

// A new element. Its content is text, a node, or a list of both.
export function make(tag, className, content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...[content].flat());
  return made;
}
