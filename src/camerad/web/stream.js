// The live picture: an <img> that shows /stream, opened again whenever it fails.

import * as api from "./api.js";

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 8000;

export class LivePicture {
  #image;
  #changed;
  #source = null;
  #timer = null;
  #retryMs = FIRST_RETRY_MS;

  live = false;
  error = null;

  // `changed` is called whenever `live` or `error` has changed.
  constructor(image, changed) {
    this.#image = image;
    this.#changed = changed;
    image.onload = () => this.#onLoad();
    image.onerror = () => this.#onError();
  }

  // Shows this camera from now on; does nothing if it is shown already.
  show(token, camera) {
    if (this.#source?.token === token && this.#source.camera === camera) return;
    this.#source = { token, camera };
    this.reopen();
  }

  // A stream that was cut without a word still looks alive to an <img>: whoever knows better says so.
  async reopen() {
    const source = this.#source;
    if (source === null) return;
    clearTimeout(this.#timer);
    this.#set(false, this.error);
    const { token, camera } = source;
    const error = await api.streamError(token, camera);
    if (this.#source !== source) return;
    this.#set(false, error);
    if (error) this.#retryLater();
    else this.#image.src = `${api.streamUrl(token, camera)}&since=${Date.now()}`;
  }

  close() {
    clearTimeout(this.#timer);
    this.#source = null;
    this.#image.removeAttribute("src");
    this.#set(false, null);
  }

  #onLoad() {
    this.#retryMs = FIRST_RETRY_MS;
    this.#set(true, null);
  }

  #onError() {
    if (this.#source === null) return;
    this.#set(false, this.error);
    this.#retryLater();
  }

  #retryLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.reopen(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  #set(live, error) {
    this.live = live;
    this.error = error;
    this.#changed();
  }
}
