// Figures in words for people. What the device does not know is a dash.

const NOTHING = "–";

export function orDash(value) {
  return value ?? NOTHING;
}

export function bytes(count) {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
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

export function temperature(celsius) {
  return celsius === null || celsius === undefined ? "no sensor" : `${celsius.toFixed(1)} °C`;
}

export function framerate(fps) {
  return fps === undefined ? NOTHING : `${+fps.toFixed(2)} per second`;
}

export function resolution(size) {
  return size?.replace("x", " × ") ?? NOTHING;
}

