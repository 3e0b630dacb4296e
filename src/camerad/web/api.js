// The calls of the HTTP API that this page makes, and its errors in words for people.

const TIMEOUT_MS = 8000;

// A refusal names Basic among the ways to authenticate. To a request with credentials of its own the
// browser would then ask for a name and a password in a window of its own.
const CREDENTIALS = "omit";

export class ApiError extends Error {
  // `status` is 0 when the device did not answer at all.
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function login(username, password) {
  return call("/api/login", { method: "POST", body: { username, password } });
}

export function info(token) {
  return call("/api/info", { token });
}

export function cameraStatus(token) {
  return call("/api/camera/status", { token });
}

export function snapshot(token, camera) {
  return call(`/snapshot?camera=${camera}`, { token, method: "POST", body: {} });
}

export function recordingStatus(token, camera) {
  return call(`/api/recording/status?camera=${camera}`, { token });
}

export function startRecording(token, camera) {
  return call(`/api/recording/start?camera=${camera}`, { token, method: "POST", body: {} });
}

export function stopRecording(token, camera) {
  return call(`/api/recording/stop?camera=${camera}`, { token, method: "POST" });
}

export function recordings(token) {
  return call("/api/recordings", { token });
}

export function downloadUrl(token, path) {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `/download${encoded}?${new URLSearchParams({ token })}`;
}

export function firmware(token) {
  return call("/api/firmware", { token });
}

export function installFirmware(token) {
  return call("/api/firmware/install", { token, method: "POST", body: {} });
}

export function activateFirmware(token) {
  return call("/api/firmware/activate", { token, method: "POST" });
}

export function openapi(token) {
  return call("/openapi.json", { token });
}

export function health() {
  return call("/health", {});
}

export function streamUrl(token, camera) {
  return `/stream?${new URLSearchParams({ camera, token })}`;
}

// Why the stream would be refused, or null: an <img> cannot tell.
export async function streamError(token, camera) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const options = { credentials: CREDENTIALS, signal: abort.signal };
  try {
    const response = await fetch(streamUrl(token, camera), options);
    return response.ok ? null : await toError(response);
  } catch {
    return unreachable();
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function call(path, options) {
  const response = await send(path, options);
  if (!response.ok) throw await toError(response);
  return response.json();
}

async function send(path, { method = "GET", token, body }) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { method, headers, credentials: CREDENTIALS, signal };
  try {
    return await fetch(path, { ...options, body: body && JSON.stringify(body) });
  } catch {
    throw unreachable();
  }
}

function unreachable() {
  return new ApiError("The device does not answer.", 0, "UNREACHABLE");
}

async function toError(response) {
  const { error = {} } = await response.json().catch(() => ({}));
  const parts = [error.message ?? `The device answered with status ${response.status}`];
  if (typeof error.details === "string") parts.push(error.details);
  const wait = response.headers.get("Retry-After");
  if (wait) parts.push(`Try again in ${wait} s`);
  const text = parts.map((part) => part.replace(/[.\s]*$/, ".")).join(" ");
  return new ApiError(text, response.status, error.code);
}
