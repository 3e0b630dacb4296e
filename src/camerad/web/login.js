// Signing in, by name and password or by a token.

import * as api from "./api.js";
import { element, setText } from "./page.js";

// `signedIn` is called with {token, role}; the role of a pasted token is null, for only the device
// knows it.
export function prepare(signedIn) {
  onSubmit("password-form", passwordSession, signedIn);
  onSubmit("token-form", tokenSession, signedIn);
  element("login-switch").addEventListener("click", switchForms);
}

export function show(message = "") {
  element("login").hidden = false;
  document.title = `Sign in · ${location.host}`;
  setText("login-host", location.host);
  showError(message);
  element(element("token-form").hidden ? "username" : "token").focus();
}

export function hide() {
  element("login").hidden = true;
}

function onSubmit(id, getSession, signedIn) {
  const form = element(id);
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    showError("");
    try {
      const session = await getSession();
      form.reset();
      signedIn(session);
    } catch (error) {
      showError(error.message);
    } finally {
      button.disabled = false;
    }
  });
}

async function passwordSession() {
  const { token, role } = await api.login(element("username").value, element("password").value);
  return { token, role };
}

async function tokenSession() {
  const token = element("token").value.trim();
  await api.info(token);
  return { token, role: null };
}

function switchForms() {
  const byToken = element("token-form").hidden;
  element("token-form").hidden = !byToken;
  element("password-form").hidden = byToken;
  setText("login-switch", byToken ? "Use a password instead" : "Use a token instead");
  show();
}

function showError(message) {
  setText("login-error", message);
  element("login-error").hidden = message === "";
}
