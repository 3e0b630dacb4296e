// The few words in which the other files speak of the page.

export function element(id) {
  return document.getElementById(id);
}

// Text that did not change is left alone, so that a screen reader does not read it again.
export function setText(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}
