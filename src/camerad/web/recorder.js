// The button that records and stops, how the recording stands, and the list of recordings.

import * as api from "./api.js";
import { StateEvents } from "./events.js";
import * as format from "./format.js";
import { element, make, setText } from "./page.js";

const RUNNING_REFRESH_MS = 1000;
const IDLE_REFRESH_MS = 5000; // events tell of the active camera at once, but of no other
const SHOWN = 8;

export class Recorder {
  #token;
  #notify;
  #camera = null;
  #recording = null; // whether the camera is being recorded; null until the device has told
  #timer = null;
  #events;

  // `notify` shows a person a line of text, the second argument being its class.
  constructor({ token, role }, notify, signal) {
    this.#token = token;
    this.#notify = notify;
    this.#events = new StateEvents(token, (parameter) => {
      if (parameter === "camera.recording") this.refresh();
    });
    element("record").hidden = role === "viewer";
    element("record").addEventListener("click", () => this.#toggle(), { signal });
  }

  // Shows this camera from now on.
  show(camera) {
    this.#events.open();
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.refresh();
  }

  // Nobody looks.
  rest() {
    clearTimeout(this.#timer);
    this.#events.close();
    this.#camera = null;
  }

  async refresh() {
    clearTimeout(this.#timer);
    const camera = this.#camera;
    if (camera === null) return;
    try {
      const status = await api.recordingStatus(this.#token, camera);
      if (camera !== this.#camera) return;
      await this.#render(status);
    } catch (error) {
      // That the device is out of reach, or the session over, the page finds out by itself.
      if (!(error instanceof api.ApiError)) throw error;
    }
    if (camera !== this.#camera) return;
    clearTimeout(this.#timer);
    const pause = this.#recording ? RUNNING_REFRESH_MS : IDLE_REFRESH_MS;
    this.#timer = setTimeout(() => this.refresh(), pause);
  }

  async #toggle() {
    const button = element("record");
    const command = this.#recording ? api.stopRecording : api.startRecording;
    button.disabled = true;
    try {
      const { filename, file_size: size } = await command(this.#token, this.#camera);
      const [word, more] = size === undefined ? ["Recording", ""] : ["Saved", ` (${format.bytes(size)})`];
      this.#notify(`${word} ${filename}${more}`);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.hidden = error.status === 403;
      this.#notify(error.message, "alert");
    } finally {
      button.disabled = false;
    }
    await this.refresh();
  }

  async #render({ recording, duration, estimated_size: size, last_recording: last }) {
    setText("recording", recording ? `${format.clock(duration)} · ${format.bytes(size)}` : "");
    element("recording").hidden = !recording;
    setText("record-label", recording ? "Stop" : "Record");
    element("record").classList.toggle("recording", recording);
    if (recording === this.#recording) return;
    if (this.#recording && last?.reason.startsWith("storage")) {
      this.#notify(`The recording has ended: ${WHY[last.reason]}.`, "alert");
    }
    this.#recording = recording;
    showFilms(this.#token, await api.recordings(this.#token));
  }
}

const WHY = { storage_full: "the disk is full", storage_failed: "the disk has failed" };

function showFilms(token, { recordings: films }) {
  const rows = films.slice(0, SHOWN).map((film) => make("li", "", row(token, film)));
  if (films.length === 0) rows.push(make("li", "muted", "None yet"));
  if (films.length > SHOWN) rows.push(make("li", "muted", `and ${films.length - SHOWN} older`));
  element("films").replaceChildren(...rows);
}

function row(token, { filename, path, size, modified, recording, repaired }) {
  const link = make("a", "", filename);
  link.href = api.downloadUrl(token, path);
  link.download = filename;
  const facts = [format.bytes(size), format.moment(modified)];
  if (repaired) facts.push("repaired");
  return [link, make("span", "muted", recording ? "being recorded" : facts.join(" · "))];
}
