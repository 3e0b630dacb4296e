// Who is signed in: {token, role}. It ends with the browser tab, and all pages in it share it.

const KEY = "camerad.session";

export function current() {
  return JSON.parse(sessionStorage.getItem(KEY));
}

export function begin(user) {
  sessionStorage.setItem(KEY, JSON.stringify(user));
}

export function end() {
  sessionStorage.removeItem(KEY);
}
