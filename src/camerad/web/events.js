// The state of the device as it changes, over /ws: opened again whenever it ends.

const RETRY_MS = 2000;

export class StateEvents {
  #token;
  #changed;
  #socket = null;
  #timer = null;

  // `changed` is called with a parameter and its value, and for all of them after each opening.
  constructor(token, changed) {
    this.#token = token;
    this.#changed = changed;
  }

  // Does nothing if it is open already.
  open() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = new URLSearchParams({ token: this.#token });
    const socket = new WebSocket(`${scheme}//${location.host}/ws?${query}`);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "subscribe", event: "state_changes" }));
      socket.send(JSON.stringify({ type: "get_state" }));
    };
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#openLater(socket);
  }

  close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #hear({ type, parameter, value, state = {} }) {
    if (type === "state_update") this.#changed(parameter, value);
    for (const [name, each] of Object.entries(state)) this.#changed(name, each);
  }

  #openLater(socket) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#timer = setTimeout(() => this.open(), RETRY_MS);
  }
}
