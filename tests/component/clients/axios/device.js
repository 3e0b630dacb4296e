// A client as integrators write it, on axios: made of the reference, and of nothing else.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { pipeline } = require("node:stream/promises");

const axios = require("axios");

/** What the device has refused, and why. */
class DeviceError extends Error {
  constructor({ status, headers, data }) {
    super(data.error.message);
    this.status = status;
    this.headers = headers;
    this.code = data.error.code;
    this.details = data.error.details;
    this.timestamp = data.error.timestamp;
  }
}

/** An answer whose body is not JSON, but the error in it is. */
async function asJson(response) {
  if (response.config.responseType === "stream") {
    const chunks = await response.data.toArray();
    response.data = JSON.parse(Buffer.concat(chunks).toString());
  } else if (response.data instanceof Buffer) {
    response.data = JSON.parse(response.data.toString());
  }
  return response;
}

class Device {
  /** The options are those of axios: `headers`, `auth`, `params`. */
  constructor(baseURL, options) {
    this.http = axios.create({ baseURL, timeout: 15_000, proxy: false, ...options });
    this.http.interceptors.response.use(undefined, async (error) => {
      throw error.response ? new DeviceError(await asJson(error.response)) : error;
    });
  }

  cameraJpeg(quality) {
    return this.#picture("/camera.jpeg", quality);
  }

  image(quality) {
    return this.#picture("/image", quality);
  }

  snapshot(wanted) {
    return this.#json("post", "/snapshot", { data: wanted });
  }

  cameraStatus() {
    return this.#json("get", "/api/camera/status");
  }

  info() {
    return this.#json("get", "/api/info");
  }

  status() {
    return this.#json("get", "/api/status");
  }

  health() {
    return this.#json("get", "/health");
  }

  apiHealth() {
    return this.#json("get", "/api/health");
  }

  async upload(file, fields = {}) {
    const form = new FormData();
    form.append("file", new Blob([await fs.promises.readFile(file)]), path.basename(file));
    for (const [name, value] of Object.entries(fields)) {
      form.append(name, value);
    }
    return this.#json("post", "/upload", { data: form });
  }

  download(filepath, output) {
    return this.#save(`/download/${filepath}`, output);
  }

  file(filepath, output) {
    return this.#save(`/files/${filepath}`, output);
  }

  files(directory, options) {
    return this.#json("get", "/files", { params: { path: directory, ...options } });
  }

  apiFiles(directory, options) {
    return this.#json("get", "/api/files", { params: { directory, ...options } });
  }

  delete(filepath, options) {
    return this.#json("delete", `/files/${filepath}`, { params: options });
  }

  startRecording(wanted) {
    return this.#json("post", "/api/recording/start", { data: wanted });
  }

  stopRecording() {
    return this.#json("post", "/api/recording/stop");
  }

  recordingStatus() {
    return this.#json("get", "/api/recording/status");
  }

  config() {
    return this.#json("get", "/api/config");
  }

  configSection(section) {
    return this.#json("get", `/api/config/${section}`);
  }

  replaceConfig(section, settings) {
    return this.#json("put", `/api/config/${section}`, { data: { [section]: settings } });
  }

  changeConfig(section, settings) {
    return this.#json("patch", `/api/config/${section}`, { data: { [section]: settings } });
  }

  onvifDiscover(timeout) {
    return this.#json("get", "/api/onvif/discover", { params: { timeout } });
  }

  async onvif(deviceId, service, envelope) {
    const headers = { "Content-Type": "application/soap+xml" };
    const url = `/api/onvif/${deviceId}/${service}`;
    return (await this.http.post(url, envelope, { headers })).data;
  }

  /** So many live pictures; not in the reference. */
  async live(count) {
    const { data, headers } = await this.http.get("/stream", { responseType: "stream" });
    const boundary = Buffer.from(`--${headers["content-type"].split("boundary=")[1]}\r\n`);
    const pictures = [];
    let received = Buffer.alloc(0);
    for await (const chunk of data) {
      received = Buffer.concat([received, chunk]);
      for (let end; (end = received.indexOf(boundary)) >= 0; ) {
        const head = received.indexOf("\r\n\r\n");
        if (end > 0) {
          pictures.push(received.subarray(head + 4, end - 2));
        }
        received = received.subarray(end + boundary.length);
      }
      if (pictures.length >= count) {
        break;
      }
    }
    return pictures;
  }

  async #picture(url, quality) {
    const response = await this.http.get(url, {
      params: { quality },
      responseType: "arraybuffer",
    });
    expectType(response, "image/jpeg");
    return response.data;
  }

  async #save(url, output) {
    const response = await this.http.get(url, { responseType: "stream" });
    await pipeline(response.data, fs.createWriteStream(output));
    return response.headers["content-type"].split(";")[0];
  }

  async #json(method, url, options) {
    const response = await this.http.request({ method, url, ...options });
    expectType(response, "application/json");
    return response.data;
  }
}

function expectType(response, type) {
  if (response.headers["content-type"] !== type) {
    throw new TypeError(`${response.config.url}: ${response.headers["content-type"]}`);
  }
}

module.exports = { Device, DeviceError };
