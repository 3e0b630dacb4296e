// Figures in words for people. What the device does not know is a dash.

const NOTHING = "–";

export function orDash(value) {
  return value ?? NOTHING;
}

export function bytes(count) {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(1)} MB`;
  return `${(count / 1e9).toFixed(2)} GB`;
}

// The device counts memory and disk in MiB.
export function usage({ used, total }) {
  const digits = total < 100 * 1024 ? 1 : 0;
  const gib = (mib) => (mib / 1024).toFixed(digits);
  return `${gib(used)} of ${gib(total)} GiB`;
}

export function percent({ used, total }) {
  return total > 0 ? (100 * used) / total : 0;
}

export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

// As a clock that was started: 0:05, 12:34, 1:02:03.
export function clock(seconds) {
  const parts = [Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, at) => String(part).padStart(at > 0 ? 2 : 1, "0")).join(":");
}

export function moment(iso) {
  const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(iso).toLocaleString("en-GB", options);
}

export function temperature(celsius) {
  return celsius === null || celsius === undefined ? "no sensor" : `${celsius.toFixed(1)} °C`;
}

export function framerate(fps) {
  return fps === undefined ? NOTHING : `${+fps.toFixed(2)} per second`;
}

export function resolution(size) {
  return size?.replace("x", " × ") ?? NOTHING;
}

