// The socket to the daemon: the code is told first, then the jam is heard and orders are given.

const KEY = "drumd-code";
const AGAIN_MS = [300, 700, 1500, 3000];
const WRONG_CODE = 4401;

export class Link {
  #socket = null;
  #tries = 0;
  #number = 0;
  #asked = new Map(); // id: what to call with the answer

  // hear(message) for all that comes, lost(why) when nothing comes any more
  constructor(hear, lost) {
    this.hear = hear;
    this.lost = lost;
    const told = decodeURIComponent(location.hash.slice(1));
    if (told) {
      sessionStorage.setItem(KEY, told);
      history.replaceState(null, "", location.pathname);
    }
  }

  get code() {
    return sessionStorage.getItem(KEY) ?? "";
  }

  open(code = this.code) {
    if (!code) {
      this.lost("code");
      return;
    }
    sessionStorage.setItem(KEY, code);
    this.#socket?.close();
    const socket = new WebSocket(`ws://${location.host}/jam`);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ code }));
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code: why }) => this.#closed(socket, why);
  }

  // Ask for something; done(answer) is called when the daemon has said what came of it.
  order(name, value = null, done = () => {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const id = `${this.#number++}-${Math.random().toString(36).slice(2, 10)}`;
    this.#asked.set(id, done);
    setTimeout(() => this.#asked.delete(id), 5000);
    this.#socket.send(JSON.stringify({ order: name, value, id }));
  }

  #take(message) {
    this.#tries = 0;
    if (message.answer) {
      this.#asked.get(message.answer.id)?.(message.answer);
      this.#asked.delete(message.answer.id);
    }
    this.hear(message);
  }

  #closed(socket, why) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (why === WRONG_CODE) {
      sessionStorage.removeItem(KEY);
      this.lost("wrong");
      return;
    }
    this.lost("gone");
    const wait = AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)];
    setTimeout(() => this.#socket === null && this.code && this.open(), wait);
  }
}
