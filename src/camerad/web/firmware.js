// The update of the device, for administrators: what runs, what else there is, and how far it is.
// Nothing is asked until somebody opens it: many a device has no installer.

import * as api from "./api.js";
import { element, setText } from "./page.js";

export class Firmware {
  #token;
  #notify;
  #status = null; // the last answer of /api/firmware

  // `notify` shows a person a line of text, the second argument being its class.
  constructor({ token, role }, notify, signal) {
    this.#token = token;
    this.#notify = notify;
    // Who shows a token does not tell whose it is.
    element("firmware").hidden = role !== null && role !== "admin";
    element("firmware").open = false;
    element("firmware").addEventListener("toggle", () => this.refresh(), { signal });
    element("firmware-order").addEventListener("click", () => this.#order(), { signal });
  }

  async refresh() {
    if (!element("firmware").open) return;
    try {
      this.#status = await api.firmware(this.#token);
      this.#render();
    } catch (error) {
      // That the device is out of reach, or the session over, the page finds out by itself.
      if (!(error instanceof api.ApiError)) throw error;
      if (error.code === "SERVICE_MISSING") setText("firmware-state", error.message);
      if (error.status === 403) element("firmware").hidden = true;
    }
  }

  #render() {
    const { version, state, progress, slots } = this.#status;
    setText("firmware-version", version);
    setText("firmware-slots", slots.map(slotText).join(" · "));
    setText("firmware-state", stateText(this.#status));
    const meter = element("firmware-meter");
    meter.hidden = progress === null;
    meter.value = progress?.percentage ?? 0;
    const order = ORDERS[state];
    element("firmware-order").hidden = !order;
    if (order) setText("firmware-order", order.label(this.#status));
  }

  async #order() {
    const order = ORDERS[this.#status.state];
    if (order.question && !confirm(order.question)) return;
    const button = element("firmware-order");
    button.disabled = true;
    try {
      await order.call(this.#token);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.#notify(error.message, "alert");
    } finally {
      button.disabled = false;
    }
    await this.refresh();
  }
}

// What can be ordered, by the state.
const ORDERS = {
  ready: { label: ({ bundle }) => `Install ${bundle.version}`, call: api.installFirmware },
  installed: {
    label: ({ pending }) => `Restart into ${pending}`,
    question: "The device restarts. Recordings end. Go on?",
    call: api.activateFirmware,
  },
};

function stateText({ state, bundle, pending, progress, last_update: last }) {
  switch (state) {
    case "ready":
      return `${bundle.version} was uploaded`;
    case "installing":
      return `Installing ${bundle.version}${progress ? `, ${progress.percentage} %` : ""}`;
    case "installed":
      return `${pending} is installed`;
    case "activating":
      return `Restarting into ${pending}`;
    case "testing":
      return `${pending} is on trial`;
    default:
      return lastText(last);
  }
}

function lastText(last) {
  if (last?.result === "failed") return `${last.version} was not installed: ${last.reason}`;
  if (last?.result === "rolled_back") return `${last.version} was given up: ${last.reason}`;
  return "No update";
}

function slotText({ bootname, booted, version }) {
  return `${bootname} ${version ?? "–"}${booted ? " (runs)" : ""}`;
}
