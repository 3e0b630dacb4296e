// What a signed-in person sees: the live picture, the facts beside it, and the buttons.

import * as api from "./api.js";
import * as facts from "./facts.js";
import { Firmware } from "./firmware.js";
import * as format from "./format.js";
import { element, setText } from "./page.js";
import { Recorder } from "./recorder.js";
import { LivePicture } from "./stream.js";

const REFRESH_MS = 3000;

export class Console {
  #user;
  #signedOut;
  #picture = new LivePicture(element("picture"), () => this.#render());
  #recorder;
  #firmware;
  #status = null; // the last answer of /api/camera/status
  #chosenCamera = null; // an id, once a person has chosen; until then the active one is shown
  #unreachable = null; // the ApiError, while the device does not answer
  #timer = null; // of the next refresh
  #closing = new AbortController(); // takes the event listeners with it

  // `signedOut` is called when the device no longer accepts the token.
  constructor(user, signedOut) {
    this.#user = user;
    this.#signedOut = signedOut;
    element("snapshot").hidden = user.role === "viewer";
    const notify = (text, className) => this.#notify(text, className);
    this.#recorder = new Recorder(user, notify, this.#closing.signal);
    this.#firmware = new Firmware(user, notify, this.#closing.signal);
    this.#on(element("snapshot"), "click", () => this.#takeSnapshot());
    this.#on(element("camera"), "change", () => this.#chooseCamera());
    this.#on(document, "visibilitychange", () => this.#followVisibility());
    this.#notify("");
    this.#render();
    element("console").hidden = false;
    this.#refresh();
  }

  close() {
    this.#closing.abort();
    this.#rest();
    element("console").hidden = true;
  }

  #on(target, type, listener) {
    target.addEventListener(type, listener, { signal: this.#closing.signal });
  }

  // Keeping up with the device

  async #refresh() {
    try {
      const { token } = this.#user;
      const answers = [api.cameraStatus(token), api.info(token), api.health()];
      const [status, info, health] = await Promise.all(answers);
      if (this.#resting()) return;
      this.#showAnswers(status, info, health);
    } catch (error) {
      if (this.#resting()) return;
      if (error.status === 401) return this.#signedOut();
      if (!(error instanceof api.ApiError)) throw error;
      this.#unreachable = error;
    }
    this.#render();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), REFRESH_MS);
  }

  #showAnswers(status, info, health) {
    const wasUnreachable = this.#unreachable !== null;
    this.#unreachable = null;
    this.#status = status;
    facts.showInfo(info);
    facts.showHealth(health);
    facts.showCamera(this.#camera());
    this.#showChoice();
    this.#picture.show(this.#user.token, this.#camera().id);
    this.#recorder.show(this.#camera().id);
    this.#firmware.refresh();
    if (wasUnreachable) this.#picture.reopen();
  }

  // A page that nobody sees asks for nothing, so that an unwatched camera can rest.
  #followVisibility() {
    this.#rest();
    if (!document.hidden) this.#refresh();
  }

  #resting() {
    return document.hidden || this.#closing.signal.aborted;
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#picture.close();
    this.#recorder.rest();
  }

  // The camera that is shown

  #camera() {
    const { cameras, active_camera: active } = this.#status;
    const wanted = this.#chosenCamera ?? active;
    return cameras.find(({ id }) => id === wanted) ?? cameras[0] ?? { id: 0, connected: false };
  }

  #chooseCamera() {
    this.#chosenCamera = Number(element("camera").value);
    facts.showCamera(this.#camera());
    this.#picture.show(this.#user.token, this.#chosenCamera);
    this.#recorder.show(this.#chosenCamera);
  }

  #showChoice() {
    const list = element("camera");
    const options = this.#status.cameras.map(({ id, device, connected }) => {
      const label = `${device}${connected ? "" : " (not connected)"}`;
      return new Option(label, id, false, id === this.#camera().id);
    });
    const summary = (all) => Array.from(all, ({ label, selected }) => label + selected).join();
    if (summary(options) !== summary(list.options)) list.replaceChildren(...options);
    element("camera-choice").hidden = options.length < 2;
  }

  // The state of the whole, in one word and in the words over the picture

  #state() {
    if (this.#unreachable) return "offline";
    if (this.#status === null) return "waiting";
    if (!this.#camera().connected) return "absent";
    if (this.#picture.error) return "lost";
    return this.#picture.live ? "live" : "waiting";
  }

  #words(state) {
    const again = "Trying again.";
    switch (state) {
      case "offline":
        return ["No connection", `${this.#unreachable.message} ${again}`];
      case "absent":
        return ["Camera not connected", this.#whereFrom()];
      case "lost":
        return ["No picture", `${this.#picture.error.message} ${again}`];
      case "waiting":
        return ["Connecting", ""];
      default:
        return ["Live", ""];
    }
  }

  #whereFrom() {
    const { device = "This device" } = this.#camera();
    return `${device} gives no picture. It appears here by itself once the camera is back.`;
  }

  #render() {
    const state = this.#state();
    const [title, text] = this.#words(state);
    element("console").dataset.state = state;
    element("console").classList.toggle("trouble", state !== "live" && state !== "waiting");
    setText("state", title);
    setText("cover-title", title);
    setText("cover-text", text);
    document.title = `${title} · ${element("hostname").textContent}`;
    if (!element("snapshot").ariaBusy) element("snapshot").disabled = state !== "live";
  }

  // Snapshots

  async #takeSnapshot() {
    const button = element("snapshot");
    button.ariaBusy = "true";
    button.disabled = true;
    try {
      const { path, size } = await api.snapshot(this.#user.token, this.#camera().id);
      this.#notify(`Saved ${path} (${format.bytes(size)})`);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.hidden = error.status === 403;
      this.#notify(`No snapshot. ${error.message}`, "alert");
    } finally {
      button.ariaBusy = null;
      this.#render();
    }
  }

  #notify(text, className = "") {
    element("notice").className = className;
    setText("notice", text);
  }
}
