// The client on axios, in a device's everyday life. The environment says which device that is.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { once } = require("node:events");
const { setTimeout: sleep } = require("node:timers/promises");

const WebSocket = require("ws");

const { Device, DeviceError } = require("./device.js");

const { DEVICE_URL, HURRIED_URL, DEVICE_USER, DEVICE_PASSWORD, FOLDER } = process.env;
const TOKENS = JSON.parse(process.env.DEVICE_TOKENS);

const bearer = (role) => ({ headers: { Authorization: `Bearer ${TOKENS[role]}` } });
const nobody = new Device(DEVICE_URL);
const viewer = new Device(DEVICE_URL, bearer("viewer"));
const operator = new Device(DEVICE_URL, bearer("operator"));
const admin = new Device(DEVICE_URL, bearer("admin"));

function assertPicture(jpeg) {
  assert.equal(jpeg.subarray(0, 3).toString("hex"), "ffd8ff");
  assert.equal(jpeg.subarray(-2).toString("hex"), "ffd9");
}

function refused(status, code) {
  return (error) => {
    assert.ok(error instanceof DeviceError, error);
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.message);
    assert.match(error.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    return true;
  };
}

const WAYS = {
  bearer: bearer("viewer"),
  basic: { auth: { username: DEVICE_USER, password: DEVICE_PASSWORD } },
  query: { params: { token: TOKENS.viewer } },
};
for (const [way, options] of Object.entries(WAYS)) {
  test(`authentication by ${way}`, async () => {
    const device = new Device(DEVICE_URL, options);
    assert.equal((await device.info()).camera.connected, true);
    assertPicture(await device.image());
  });
}

test("pictures", async () => {
  const [coarse, fine] = [await viewer.cameraJpeg(5), await viewer.image(95)];
  [coarse, fine, await viewer.cameraJpeg(), await viewer.image()].forEach(assertPicture);
  assert.ok(coarse.length < fine.length);
});

test("the live picture", async () => {
  const pictures = await viewer.live(3);
  pictures.forEach(assertPicture);
  assert.ok(new Set(pictures.map((jpeg) => jpeg.toString("base64"))).size >= 3);
});

test("a snapshot is kept and can be fetched", async () => {
  const taken = await operator.snapshot({ filename: "node.jpg", quality: 95, addTimestamp: true });
  assert.equal(taken.success, true);
  assert.equal(taken.path, "/media/data/snapshots/node.jpg");
  const output = path.join(FOLDER, "node.jpg");
  assert.equal(await viewer.download("snapshots/node.jpg", output), "image/jpeg");
  assert.equal(fs.statSync(output).size, taken.size);
});

test("what the device tells of itself", async () => {
  const [here, away] = (await viewer.cameraStatus()).cameras;
  assert.deepEqual([here.connected, here.resolution, here.framerate], [true, "320x240", 30]);
  assert.deepEqual([away.connected, away.device], [false, "/dev/video99"]);
  for (const info of [await viewer.info(), await viewer.status()]) {
    assert.ok(info.system.memory.used <= info.system.memory.total);
    assert.equal(info.camera.resolution, "320x240");
  }
  for (const health of [await nobody.health(), await nobody.apiHealth()]) {
    assert.equal(health.status, "healthy");
  }
});

test("files come and go", async () => {
  const plan = path.join(FOLDER, "plan.txt");
  const output = path.join(FOLDER, "fetched");
  const directory = "/media/data/node-plans";
  fs.writeFileSync(plan, "first");
  assert.deepEqual(await admin.upload(plan, { path: directory }), {
    success: true,
    filename: "plan.txt",
    path: `${directory}/plan.txt`,
    size: 5,
  });
  fs.writeFileSync(plan, "second");
  await assert.rejects(admin.upload(plan, { path: directory }), refused(409, "FILE_EXISTS"));
  await admin.upload(plan, { path: directory, overwrite: "true" });
  await admin.upload(plan, { path: `${directory}/old/` });
  for (const fetch of ["download", "file"]) {
    assert.equal(await admin[fetch]("node-plans/plan.txt", output), "text/plain");
    assert.equal(fs.readFileSync(output, "utf8"), "second");
  }
  for (const listing of [await admin.files(directory), await admin.apiFiles(directory)]) {
    assert.deepEqual(listing.files.map((entry) => entry.name), ["old", "plan.txt"]);
    assert.deepEqual(
      [listing.total_size, listing.file_count, listing.directory_count],
      [6, 1, 1],
    );
  }
  const deep = await admin.files(directory, { recursive: true, filter: ".txt" });
  assert.deepEqual(deep.files.map((entry) => entry.name), ["old/plan.txt", "plan.txt"]);
  assert.equal((await admin.delete("node-plans/plan.txt")).success, true);
  assert.equal((await admin.delete("node-plans", { recursive: true })).success, true);
  await assert.rejects(admin.files(directory), refused(404, "FILE_NOT_FOUND"));
});

test("a recording", async () => {
  const started = await operator.startRecording({ filename: "node.avi", duration: 60 });
  assert.equal(started.success, true);
  await assert.rejects(operator.startRecording(), refused(409, "RECORDING_IN_PROGRESS"));
  await assert.rejects(
    operator.changeConfig("camera", { default_framerate: 15 }),
    refused(409, "RECORDING_IN_PROGRESS"),
  );
  const status = await operator.recordingStatus();
  assert.deepEqual([status.recording, status.filename], [true, "node.avi"]);
  const stopped = await operator.stopRecording();
  assert.equal(stopped.recording_id, started.recording_id);
  assert.equal((await operator.recordingStatus()).recording, false);
  const output = path.join(FOLDER, "node.avi");
  assert.equal(await viewer.download("recordings/node.avi", output), "video/x-msvideo");
  assert.equal(fs.statSync(output).size, stopped.file_size);
  assert.equal(fs.readFileSync(output).toString("latin1", 0, 4), "RIFF");
});

test("settings", async () => {
  assert.ok((await admin.config()).network.http_port);
  assert.equal((await operator.changeConfig("camera", { default_framerate: 25 })).success, true);
  assert.equal((await operator.configSection("camera")).default_framerate, 25);
  await operator.replaceConfig("camera", { default_resolution: "1920x1080" });
  assert.equal((await operator.configSection("camera")).default_framerate, 30);
});

const ENVELOPE = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`;

test("other cameras, of which there are none", async () => {
  assert.ok(Array.isArray((await admin.onvifDiscover(0.1)).devices));
  await assert.rejects(
    admin.onvif("urn:uuid:12345678-1234-5678-9abc-123456789abc", "device_service", ENVELOPE),
    refused(404, "ONVIF_DEVICE_NOT_FOUND"),
  );
});

const ERRORS = [
  [400, "INVALID_REQUEST", () => viewer.image(101)],
  [401, "INVALID_CREDENTIALS", () => nobody.info()],
  [403, "PERMISSION_DENIED", () => viewer.snapshot({})],
  [403, "PERMISSION_DENIED", () => operator.delete("a.txt")],
  [404, "FILE_NOT_FOUND", () => viewer.download("a.txt", path.join(FOLDER, "a.txt"))],
  [409, "NOT_RECORDING", () => operator.stopRecording()],
  [422, "INVALID_RESOLUTION", () => operator.startRecording({ resolution: "1x1" })],
  [422, "INVALID_FORMAT", () => operator.snapshot({ filename: "a.png" })],
  [422, "INVALID_CONFIG", () => admin.changeConfig("camera", { nothing: 1 })],
];
for (const [status, code, call] of ERRORS) {
  test(`${status} ${code} ${call}`, () => assert.rejects(call(), refused(status, code)));
}

test("a client in a hurry is told when to come back", async () => {
  const hurried = new Device(HURRIED_URL, bearer("viewer"));
  const answers = await Promise.allSettled(Array.from({ length: 50 }, () => hurried.image()));
  const { reason } = answers.find((answer) => answer.status === "rejected");
  refused(429, "RATE_LIMITED")(reason);
  assert.equal(reason.headers["x-ratelimit-limit"], "10");
  assert.equal(reason.headers["x-ratelimit-remaining"], "0");
  assert.ok(Number(reason.headers["x-ratelimit-reset"]) >= Math.floor(Date.now() / 1000));
  await sleep(1000 * Number(reason.headers["retry-after"]));
  assertPicture(await hurried.image());
});

test("changes are told over the WebSocket", async () => {
  const url = `${DEVICE_URL.replace("http", "ws")}/ws?token=${TOKENS.operator}`;
  const socket = new WebSocket(url);
  const messages = [];
  let wake = () => {};
  socket.on("message", (data) => {
    messages.push(JSON.parse(data));
    wake();
  });
  const heard = async (wanted) => {
    while (!messages.some(wanted)) {
      await new Promise((resolve) => (wake = resolve));
    }
  };
  const recording = (value) => (message) =>
    message.parameter === "camera.recording" && message.value === value;

  await once(socket, "open");
  socket.send(JSON.stringify({ type: "subscribe", event: "state_changes", id: 1 }));
  await heard((message) => message.id === 1);
  await operator.startRecording();
  await heard(recording(true));
  socket.send(JSON.stringify({ type: "recording_stop" }));
  await heard(recording(false));
  socket.close();
  await once(socket, "close");
});
