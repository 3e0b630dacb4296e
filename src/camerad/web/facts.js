// The column of facts: what the device says of its camera, its system and its health.

import * as format from "./format.js";
import { element, setText } from "./page.js";

export function showCamera({ device, format: fourcc, resolution, framerate }) {
  setText("device", format.orDash(device));
  setText("format", format.orDash(fourcc));
  setText("resolution", format.resolution(resolution));
  setText("framerate", format.framerate(framerate));
}

export function showInfo({ version, build, uptime, system, network }) {
  setText("hostname", network.hostname);
  setText("address", format.orDash(network.ip));
  setText("version", version);
  element("version").title = `Built ${build}`;
  setText("uptime", format.duration(uptime));
  setText("temperature", format.temperature(system.temperature));
  showMeter("cpu", system.cpu_usage, `${Math.round(system.cpu_usage)} %`);
  showMeter("memory", format.percent(system.memory), format.usage(system.memory));
  showMeter("disk", format.percent(system.disk), format.usage(system.disk));
}

export function showHealth({ checks }) {
  const rows = Object.entries(checks).map(([name, verdict]) => {
    const row = document.createElement("div");
    const [term, value] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name[0].toUpperCase() + name.slice(1);
    value.textContent = verdict === "ok" ? "OK" : verdict;
    value.classList.toggle("bad", verdict !== "ok");
    row.append(term, value);
    return row;
  });
  element("checks").replaceChildren(...rows);
}

function showMeter(id, percent, text) {
  setText(id, text);
  element(`${id}-meter`).value = percent;
}
